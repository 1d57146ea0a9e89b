"""The bill of an environment: what each part costs a month, and what nobody can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from costs.data.by_use import BY_USE, FREE
from costs.data.prices import PRICES
from costs.facts import Item, Price
from costs.items import RULES, items_of


@dataclass(frozen=True)
class Billed:
    """A resource as far as money is concerned.

    Args:
        area: the part that it belongs to.
        type: its token.
        inputs: as the engine has them.
        region: of its provider.
    """

    area: str
    type: str
    inputs: Mapping[str, Any]
    region: str


@dataclass(frozen=True)
class Line:
    """One kind of item of one part.

    Args:
        area: the part.
        item: what, how many and where.
        price: of one; None where it is not known.
    """

    area: str
    item: Item
    price: Price | None

    @property
    def monthly(self) -> float | None:
        """US dollars a month; None where the price is not known."""
        return None if self.price is None else self.item.quantity * self.price.monthly

    def __str__(self) -> str:
        return told(self.item.what, self.item.quantity, self.item.region)


@dataclass(frozen=True)
class Bill:
    """What some resources cost a month at list prices, on demand.

    Args:
        lines: of all parts.
        by_use: what is paid for by use.
        unknown: types of which nothing is known.
        notes: what may become of prices.
    """

    lines: tuple[Line, ...]
    by_use: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """US dollars a month by part, the most expensive first."""
        found: dict[str, float] = {}
        for line in self.lines:
            if line.monthly is not None:
                found[line.area] = found.get(line.area, 0) + line.monthly
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    @property
    def total(self) -> float:
        """US dollars a month, of what has a price."""
        return sum(self.parts.values())

    @cached_property
    def missing(self) -> Mapping[tuple[str, str], float]:
        """How many there are of what has no price in the table, by item and region."""
        found: dict[tuple[str, str], float] = {}
        for line in self.lines:
            if line.price is None:
                key = (line.item.what, line.item.region)
                found[key] = found.get(key, 0) + line.item.quantity
        return found


def bill_of(resources: Iterable[Billed]) -> Bill:
    """The bill of some resources."""
    counted: dict[tuple[str, str, str], float] = {}
    by_use: set[str] = set()
    unknown: set[str] = set()
    for each in resources:
        if each.type in BY_USE:
            by_use.add(BY_USE[each.type])
        elif each.type in RULES:
            for item in items_of(each.type, each.inputs, each.region):
                key = (each.area, item.what, item.region)
                counted[key] = counted.get(key, 0) + item.quantity
        elif each.type.startswith("aws:") and each.type not in FREE:
            unknown.add(each.type)
    lines = (
        Line(area, Item(what, quantity, region), price_of(what, region))
        for (area, what, region), quantity in sorted(counted.items())
        if quantity
    )
    return Bill(tuple(lines), tuple(sorted(by_use)), tuple(sorted(unknown)))


def price_of(what: str, region: str) -> Price | None:
    """The price of an item; None where the table has none for that region."""
    for price in PRICES:
        if price.what == what and (not price.regions or region in price.regions):
            return price
    return None


@dataclass(frozen=True)
class Difference:
    """What a change costs a month more or less.

    Args:
        dollars: US dollars a month, of what has a price.
        parts: the same by part, without those that stay.
        missing: items without a price whose number changes, `+1 x db.m7g.xlarge in us-east-2`.
    """

    dollars: float
    parts: Mapping[str, float]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        said = []
        if self.parts:
            named = ", ".join(f"{area} {signed(dollars)}" for area, dollars in self.parts.items())
            said.append(f"{signed(self.dollars)} US$ a month at list prices ({named})")
        if self.missing:
            said.append(f"price not known: {', '.join(self.missing)}")
        return "; ".join(said)


def difference(before: Bill, after: Bill) -> Difference:
    """What a change costs more or less."""
    parts = {
        area: after.parts.get(area, 0) - before.parts.get(area, 0)
        for area in sorted({*before.parts, *after.parts})
    }
    parts = {area: dollars for area, dollars in parts.items() if round(dollars, 2)}
    return Difference(sum(parts.values()), parts, tuple(_missing(before, after)))


def _missing(before: Bill, after: Bill) -> Iterator[str]:
    for what, region in sorted({*before.missing, *after.missing}):
        count = after.missing.get((what, region), 0) - before.missing.get((what, region), 0)
        if count:
            yield f"{'+' if count > 0 else '-'}{told(what, abs(count), region)}"


def told(what: str, quantity: float, region: str) -> str:
    """`3 x NAT gateway in us-west-2`."""
    return f"{quantity:g} x {what}{f' in {region}' if region else ''}"


def signed(dollars: float) -> str:
    """`+12.30`."""
    return f"{dollars:+,.2f}"

"""Costs of the parts that stand in the other region beside the data, and the minutes that each saves.

Prices are of the resources' own items, minutes of the simulated deployments with and without the part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from commands.markdown import table
from costs.bill import Bill, Billed, bill_of, told
from infra.configuration.settings import Settings
from infra.configuration.waits import Waits
from timing.facts import Times
from timing.region import PARTS, longer_without, until_people_are_back
from timing.words import duration

_HEADINGS = (
    "waits",
    "what stands there",
    "US$ a month",
    "saves",
    "slow case",
    "people are back without it after",
    "slow case",
)


@dataclass(frozen=True)
class Part:
    """One part that waits, or all of them.

    Args:
        names: in the stack file.
        what: stands there.
        bill: of a month.
        saves: how much earlier people are back than without it, when all the rest waits.
        without: when people are back then.
    """

    names: tuple[Waits, ...]
    what: str
    bill: Bill
    saves: Times
    without: Times

    @property
    def price(self) -> str:
        """US dollars a month, and what has no price."""
        missing = [told(what, count, region) for (what, region), count in self.bill.missing.items()]
        known = [f"{self.bill.total:,.2f}"] if self.bill.total else []
        return "; ".join([*known, *([f"not known: {', '.join(missing)}"] if missing else [])])


def catalogue(settings: Settings) -> tuple[Part, ...]:
    """Each part as an environment would have it wait, and then all of them together."""
    return tuple(_part(settings, names) for names in [*((each,) for each in Waits), tuple(Waits)])


def _part(settings: Settings, names: tuple[Waits, ...]) -> Part:
    what = "; ".join(each.what for each in names)
    without = until_people_are_back(PARTS.difference(names))
    return Part(names, what, bill_of(_billed(settings, names)), longer_without(names), without)


def _billed(settings: Settings, names: tuple[Waits, ...]) -> Iterator[Billed]:
    region = settings.recovery_region
    if Waits.CLUSTER in names:
        yield Billed("Recovery", "aws:eks/cluster:Cluster", {}, region)
    if Waits.REDIS in names and settings.redis.enabled:
        for node in (settings.redis.cache, settings.redis.queue):
            inputs = {"nodeType": node, "numCacheClusters": 1}
            yield Billed("Recovery", "aws:elasticache/replicationGroup:ReplicationGroup", inputs, region)


def catalogue_table(settings: Settings) -> list[str]:
    """The catalogue for a page."""
    return table(
        _HEADINGS,
        (
            [", ".join(part.names), part.what, part.price, *_said(part.saves), *_said(part.without)]
            for part in catalogue(settings)
        ),
    )


def _said(times: Times) -> tuple[str, str]:
    return duration(times.typical), duration(times.slow)

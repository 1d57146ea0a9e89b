"""The forms that facts about prices are written in; the facts themselves are in `costs/data`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from timing.facts import Source

# AWS's own figure for a month of hours (AWS Pricing Calculator, "hours in a month").
HOURS_A_MONTH = 730


class Unit(StrEnum):
    """What is paid for."""

    HOUR = "hour"
    MONTH = "month"
    GIGABYTE_MONTH = "gigabyte and month"


@dataclass(frozen=True)
class Price:
    """A list price, on demand, without taxes and discounts.

    Args:
        what: it is of (`NAT gateway`, `db.m7g.large`).
        regions: where it holds; empty for everywhere.
        dollars: US dollars for one unit.
        unit: what one is paid for.
        source: where the number is from.
    """

    what: str
    regions: tuple[str, ...]
    dollars: float
    unit: Unit
    source: Source

    @property
    def monthly(self) -> float:
        """US dollars for a month of one."""
        return self.dollars * (HOURS_A_MONTH if self.unit is Unit.HOUR else 1)


@dataclass(frozen=True)
class Item:
    """Something of a resource that is paid for.

    Args:
        what: as prices call it.
        quantity: how many of it.
        region: where; empty for what has none.
    """

    what: str
    quantity: float
    region: str = ""

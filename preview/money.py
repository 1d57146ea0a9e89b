"""Money that a change costs more or less a month, and what an environment costs as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from costs.bill import Bill, Billed, Difference, bill_of, difference
from preview.change import Change


def cost_of(change: Change) -> Difference:
    """What it costs more or less than before."""
    return difference(*(bill_of(_billed(change, index)) for index in (0, 1)))


def bill_after(change: Change) -> Bill:
    """What all of it costs afterwards."""
    return bill_of(_billed(change, 1))


def _billed(change: Change, index: int) -> Iterator[Billed]:
    for step in change.steps:
        inputs = (step.before, step.after)[index]
        if inputs:
            provider = str(step.record[index].get("provider") or "").rpartition("::")[0]
            yield Billed(step.area, step.type, inputs, change.regions.get(provider, ""))

"""Alarms about a share of a database's size: of another size they begin elsewhere, and are the same alarm.

RDS has no metrics in percent of an instance's memory or connections, so a threshold follows from the tier.
Its description says the share, and is believed only where the threshold is that share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from infra.configuration.tiers import DATABASE_TIERS
from preview.change import Step
from preview.values import number

_OF_ALL = re.compile(r"> (\d+) of (\d+)\b")
_USED = re.compile(r"> (\d+) % used\b")


def same_share(step: Step) -> bool:
    """Whether an alarm begins at the same share of another size."""
    before, after = (_share(side) for side in (step.before, step.after))
    return before is not None and before == after


def _share(alarm: Mapping[str, Any]) -> tuple[str, float] | None:
    """What an alarm is about, and the share at which it begins; None where it says none, or another one."""
    threshold, text = number(alarm.get("threshold")), str(alarm.get("alarmDescription"))
    metric = str(alarm.get("metricName"))
    if found := _OF_ALL.search(text):
        begins, whole = float(found[1]), float(found[2])
        known = whole in {tier.connections for tier in DATABASE_TIERS.values()}
        return (metric, begins / whole) if known and begins == threshold else None
    if threshold is not None and (found := _USED.search(text)):
        free = 1 - float(found[1]) / 100
        sizes = (tier.memory * free for tier in DATABASE_TIERS.values())
        return (metric, free) if any(abs(size - threshold) < 1 for size in sizes) else None
    return None

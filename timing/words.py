"""Durations in words."""

from __future__ import annotations

from timing.facts import Times


def duration(seconds: float) -> str:
    """`40 s`, `2.5 min`, `24 min`: as exactly as these numbers are known."""
    if seconds < 90:
        return f"{max(10, round(seconds / 10) * 10)} s"
    return f"{round(seconds / 30) / 2:g} min" if seconds < 300 else f"{round(seconds / 60)} min"


def range_of_time(times: Times) -> str:
    """`1 to 2 min`."""
    least, most = duration(times.typical), duration(times.slow)
    if least == most:
        return most
    return f"{least.split()[0]} to {most}" if least.split()[1] == most.split()[1] else f"{least} to {most}"

"""Where alarms begin, and the pool of database connections that one of them is about."""

from __future__ import annotations

from dataclasses import dataclass

from infra.validation import Reader


@dataclass(frozen=True)
class Pool:
    """Each pod's pool of database connections (runbook 003: 5, 20, 10 s, 30 s)."""

    minimum: int
    maximum: int
    idle_milliseconds: int
    acquire_milliseconds: int


@dataclass(frozen=True)
class Thresholds:
    """Where alarms begin, in percent; `pool_warning` in connections (runbook 003's table)."""

    cpu_warning: int
    cpu_critical: int
    memory_warning: int
    memory_critical: int
    disk_critical: int
    pool_warning: int


def read_pool(reader: Reader) -> Pool:
    """The section `pool` of the system file."""
    minimum = reader.integer("minimum", minimum=0, maximum=100, unit="connections", default=5)
    pool = Pool(
        minimum,
        reader.integer("maximum", minimum=max(1, minimum), maximum=500, unit="connections", default=20),
        reader.integer("idleMilliseconds", minimum=1000, maximum=600_000, default=10_000),
        reader.integer("acquireMilliseconds", minimum=1000, maximum=600_000, default=30_000),
    )
    reader.finish()
    return pool


def read_thresholds(reader: Reader, pool: Pool) -> Thresholds:
    """The section `thresholds` of the system file."""

    def percent(name: str, default: int, *, above: int = 0) -> int:
        # Above another threshold: the more severe alarm must not come first.
        return reader.integer(name, minimum=above + 1, maximum=99, unit="percent", default=default)

    cpu, memory = percent("cpuWarning", 70), percent("memoryWarning", 80)
    thresholds = Thresholds(
        cpu,
        percent("cpuCritical", max(85, cpu + 1), above=cpu),
        memory,
        percent("memoryCritical", max(90, memory + 1), above=memory),
        percent("diskCritical", 90),
        reader.integer(
            "poolWarning",
            minimum=0,
            maximum=pool.maximum - 1,
            unit="connections",
            default=pool.maximum * 9 // 10,
        ),
    )
    reader.finish()
    return thresholds

"""Where alarms begin, and the pool of database connections that one of them is about.

The defaults are the runbooks' own numbers; where two differ, the contract says which one is meant, and a
system file says what its runbook says.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration.validation import Reader

# Runbook 003, Disaster Recovery: what may be lost, and how long recovery may take.
RECOVERY_POINT_MINUTES = 60
RECOVERY_TIME_MINUTES = 30


@dataclass(frozen=True)
class Pool:
    """Each pod's pool of database connections (runbook 003: 5, 20, 10 s, 30 s)."""

    minimum: int
    maximum: int
    idle_milliseconds: int
    acquire_milliseconds: int


@dataclass(frozen=True)
class Traffic:
    """What users feel.

    Args:
        errors_notice: percent of requests that fail with 5xx, for a ticket.
        errors_warning: the same, for a page.
        errors_critical: the same, for a page at once.
        latency_target: milliseconds that the 95th percentile is meant to stay below.
        latency_warning: of the 95th percentile, for a ticket.
        latency_critical: the same, for a page.
        latency_tail: of the 99th percentile, for a page.
        rate_limit_blocks: percent of requests that the rate limit refuses.
    """

    errors_notice: int
    errors_warning: int
    errors_critical: int
    latency_target: int
    latency_warning: int
    latency_critical: int
    latency_tail: int
    rate_limit_blocks: int


@dataclass(frozen=True)
class Work:
    """What is done without a user waiting.

    Args:
        worker_lag: minutes that the oldest job has waited.
        heartbeat: minutes that a worker may be silent.
        queue_depth: jobs that wait in one queue.
        payment_failures: percent of payments.
        payment_failures_in_a_row: payments.
        connection_failures: to the database, within 5 minutes.
    """

    worker_lag: int
    heartbeat: int
    queue_depth: int
    payment_failures: int
    payment_failures_in_a_row: int
    connection_failures: int


@dataclass(frozen=True)
class Thresholds:
    """Where alarms begin, in percent; `pool_warning` in connections (runbook 003's table)."""

    cpu_warning: int
    cpu_critical: int
    memory_warning: int
    memory_critical: int
    disk_critical: int
    pool_warning: int
    cache_hits: int
    traffic: Traffic
    work: Work


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
    read = _Read(reader)
    cpu, memory = read.percent("cpuWarning", 70, below=1), read.percent("memoryWarning", 80, below=1)
    thresholds = Thresholds(
        cpu_warning=cpu,
        cpu_critical=read.percent("cpuCritical", 85, above=cpu),
        memory_warning=memory,
        memory_critical=read.percent("memoryCritical", 90, above=memory),
        disk_critical=read.percent("diskCritical", 90),
        pool_warning=reader.integer(
            "poolWarning",
            minimum=0,
            maximum=pool.maximum - 1,
            unit="connections",
            default=pool.maximum * 9 // 10,
        ),
        cache_hits=read.percent("cacheHits", 40),
        traffic=_traffic(read),
        work=_work(read),
    )
    reader.finish()
    return thresholds


@dataclass(frozen=True)
class _Read:
    """Numbers in order: `above` another threshold, for the more severe alarm must not come first, and with
    room for as many as come after it (`below`). A default moves up with what it has to be above."""

    reader: Reader

    def percent(self, name: str, default: int, *, above: int = 0, below: int = 0) -> int:
        return self.number(name, default, unit="percent", above=above, maximum=99 - below)

    def milliseconds(self, name: str, default: int, *, above: int = 0, below: int = 0) -> int:
        return self.number(name, default, unit="milliseconds", above=above, maximum=60_000 - below)

    def number(self, name: str, default: int, *, unit: str, maximum: int, above: int = 0) -> int:
        return self.reader.integer(
            name, minimum=above + 1, maximum=maximum, unit=unit, default=max(default, above + 1)
        )


def _traffic(read: _Read) -> Traffic:
    notice = read.percent("errorsNotice", 1, below=2)
    warning = read.percent("errorsWarning", 2, above=notice, below=1)
    slow = read.milliseconds("latencyWarning", 500, below=2)
    slower = read.milliseconds("latencyCritical", 1000, above=slow, below=1)
    return Traffic(
        errors_notice=notice,
        errors_warning=warning,
        errors_critical=read.percent("errorsCritical", 5, above=warning),
        latency_target=read.milliseconds("latencyTarget", 400),
        latency_warning=slow,
        latency_critical=slower,
        latency_tail=read.milliseconds("latencyTail", 2500, above=slower),
        rate_limit_blocks=read.percent("rateLimitBlocks", 5),
    )


def _work(read: _Read) -> Work:
    return Work(
        worker_lag=read.number("workerLag", 15, unit="minutes", maximum=1440),
        heartbeat=read.number("heartbeat", 5, unit="minutes", maximum=60),
        queue_depth=read.number("queueDepth", 1000, unit="jobs", maximum=1_000_000),
        payment_failures=read.percent("paymentFailures", 3),
        payment_failures_in_a_row=read.number("paymentFailuresInARow", 10, unit="payments", maximum=1000),
        connection_failures=read.number("connectionFailures", 3, unit="failures", maximum=1000),
    )

"""Thresholds of alarms, and the pool of database connections that one of them is about.

The defaults are the runbooks' own numbers; where two differ, the contract says which one is meant, and a
system file says what its runbook says.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration.keys import Section, one
from infra.configuration.kinds import Number
from infra.configuration.validation import Reader

# Runbook 003, Disaster Recovery: what may be lost, and how long recovery may take.
RECOVERY_POINT_MINUTES = 60
RECOVERY_TIME_MINUTES = 30


POOL_MINIMUM = Number(
    "minimum",
    meaning="connections of a pod at least",
    minimum=0,
    maximum=100,
    unit="connections",
    default=5,
    example=5,
)
POOL_MAXIMUM = Number(
    "maximum",
    meaning="connections of a pod at most",
    minimum=1,
    maximum=500,
    unit="connections",
    within="not less than `minimum`",
    default=20,
    example=10,
)


def _milliseconds(name: str, meaning: str, default: int) -> Number:
    return Number(
        name,
        meaning=meaning,
        minimum=1000,
        maximum=600_000,
        unit="milliseconds",
        default=default,
        example=default,
    )


IDLE = _milliseconds("idleMilliseconds", "after which an idle connection is closed", 10_000)
ACQUIRE = _milliseconds("acquireMilliseconds", "how long a request waits for a connection", 30_000)
POOL = Section(
    "pool",
    title="Pool",
    optional=True,
    intro="Each pod's pool of database connections (runbook 003).",
    parts=(POOL_MINIMUM, POOL_MAXIMUM, IDLE, ACQUIRE),
)


@dataclass(frozen=True)
class _Rising:
    """Thresholds of one measure, from the first alarm to the last: each is above the one before.

    The more severe alarm must not come first; so each has room for as many as come after it.
    """

    names: tuple[str, ...]
    defaults: tuple[int, ...]
    unit: str
    meaning: str
    maximum: int = 99

    @property
    def keys(self) -> tuple[Number, ...]:
        last = len(self.names) - 1
        return tuple(
            Number(
                name,
                meaning=self.meaning,
                minimum=1 + place,
                maximum=self.maximum - (last - place),
                unit=self.unit,
                within=f"above `{self.names[place - 1]}`" if place else "",
                default=default,
                example=default,
            )
            for place, (name, default) in enumerate(zip(self.names, self.defaults, strict=True))
        )

    def read(self, reader: Reader) -> tuple[int, ...]:
        """The values; a default moves up with what it has to be above."""
        values: list[int] = []
        for key in self.keys:
            least = values[-1] + 1 if values else one(key.minimum)
            values.append(key.but(minimum=least, default=max(key.default, least)).read(reader))
        return tuple(values)


CPU = _Rising(("cpuWarning", "cpuCritical"), (70, 85), "percent", "CPU, for 10 minutes")
MEMORY = _Rising(
    ("memoryWarning", "memoryCritical"),
    (80, 90),
    "percent",
    "memory, for 10 minutes; of `max_connections` too",
)
ERRORS = _Rising(
    ("errorsNotice", "errorsWarning", "errorsCritical"),
    (1, 2, 5),
    "percent",
    "of requests that end with 5xx: a ticket, a page, a page at once",
)
LATENCY = _Rising(
    ("latencyWarning", "latencyCritical", "latencyTail"),
    (500, 1000, 2500),
    "milliseconds",
    "95th percentile, for a ticket and for a page; `latencyTail` is the 99th, for a page",
    maximum=60_000,
)


def _number(name: str, meaning: str, default: int, unit: str, maximum: int) -> Number:
    return Number(
        name, meaning=meaning, minimum=1, maximum=maximum, unit=unit, default=default, example=default
    )


def _percent(name: str, meaning: str, default: int) -> Number:
    return _number(name, meaning, default, "percent", 99)


DISK = _percent("diskCritical", "of the database's storage that is used", 90)
POOL_WARNING = Number(
    "poolWarning",
    meaning="connections of a pod's pool that are used",
    minimum=0,
    maximum=499,
    unit="connections",
    within="less than `pool.maximum`",
    default=None,
    default_words="nine tenths of `pool.maximum`",
    example=18,
)
CACHE_HITS = _percent("cacheHits", "of look-ups; less is too few", 40)
LATENCY_TARGET = _number(
    "latencyTarget", "what the 95th percentile is meant to stay below", 400, "milliseconds", 60_000
)
RATE_LIMIT_BLOCKS = _percent("rateLimitBlocks", "of requests that the rate limit refuses", 5)
WORKER_LAG = _number("workerLag", "how long the oldest job has waited", 15, "minutes", 1440)
HEARTBEAT = _number("heartbeat", "how long a worker may be silent", 5, "minutes", 60)
QUEUE_DEPTH = _number("queueDepth", "that wait in one queue", 1000, "jobs", 1_000_000)
PAYMENT_FAILURES = _percent("paymentFailures", "of payments that fail", 3)
PAYMENT_FAILURES_IN_A_ROW = _number(
    "paymentFailuresInARow", "that fail one after the other", 10, "payments", 1000
)
CONNECTION_FAILURES = _number(
    "connectionFailures", "to connect to the database, within 5 minutes", 3, "failures", 1000
)
THRESHOLDS = Section(
    "thresholds",
    title="Thresholds",
    optional=True,
    intro="""Where alarms begin. Left out, the runbooks' own figures hold, and move up with what they
have to be above; [alarms.md](alarms.md) has every alarm.""",
    parts=(
        *CPU.keys,
        *MEMORY.keys,
        DISK,
        POOL_WARNING,
        CACHE_HITS,
        *ERRORS.keys,
        LATENCY_TARGET,
        *LATENCY.keys,
        RATE_LIMIT_BLOCKS,
        WORKER_LAG,
        HEARTBEAT,
        QUEUE_DEPTH,
        PAYMENT_FAILURES,
        PAYMENT_FAILURES_IN_A_ROW,
        CONNECTION_FAILURES,
    ),
)


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


def read_pool(root: Reader) -> Pool:
    """The section `pool` of the system file."""
    reader = POOL.read(root)
    minimum = POOL_MINIMUM.read(reader)
    pool = Pool(
        minimum,
        POOL_MAXIMUM.but(minimum=max(1, minimum)).read(reader),
        IDLE.read(reader),
        ACQUIRE.read(reader),
    )
    reader.finish()
    return pool


def read_thresholds(root: Reader, pool: Pool) -> Thresholds:
    """The section `thresholds` of the system file."""
    reader = THRESHOLDS.read(root)
    cpu_warning, cpu_critical = CPU.read(reader)
    memory_warning, memory_critical = MEMORY.read(reader)
    full = POOL_WARNING.but(maximum=pool.maximum - 1, default=pool.maximum * 9 // 10)
    thresholds = Thresholds(
        cpu_warning=cpu_warning,
        cpu_critical=cpu_critical,
        memory_warning=memory_warning,
        memory_critical=memory_critical,
        disk_critical=DISK.read(reader),
        pool_warning=full.read(reader),
        cache_hits=CACHE_HITS.read(reader),
        traffic=_traffic(reader),
        work=_work(reader),
    )
    reader.finish()
    return thresholds


def _traffic(reader: Reader) -> Traffic:
    notice, warning, critical = ERRORS.read(reader)
    slow, slower, tail = LATENCY.read(reader)
    return Traffic(
        errors_notice=notice,
        errors_warning=warning,
        errors_critical=critical,
        latency_target=LATENCY_TARGET.read(reader),
        latency_warning=slow,
        latency_critical=slower,
        latency_tail=tail,
        rate_limit_blocks=RATE_LIMIT_BLOCKS.read(reader),
    )


def _work(reader: Reader) -> Work:
    return Work(
        worker_lag=WORKER_LAG.read(reader),
        heartbeat=HEARTBEAT.read(reader),
        queue_depth=QUEUE_DEPTH.read(reader),
        payment_failures=PAYMENT_FAILURES.read(reader),
        payment_failures_in_a_row=PAYMENT_FAILURES_IN_A_ROW.read(reader),
        connection_failures=CONNECTION_FAILURES.read(reader),
    )

"""ALM-4 to ALM-7, ALM-9, ALM-12 and ALM-15's dead letters: what the application tells of itself."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.monitoring.alarm import (
    HOUR,
    MINUTE,
    Alarm,
    Incident,
    Measure,
    MissingData,
    Statistic,
    Subject,
)
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.alarm_catalogue.compute import NAMESPACE as CONTAINER_INSIGHTS
from infra.monitoring.alarm_catalogue.limits import THRESHOLDS_SECTION, Limits, enough
from infra.monitoring.application_metrics import application
from infra.monitoring.log_metrics import INVALID_SIGNATURES, counted

_ONCALL_SECTION = "001 Alerts and on-call thresholds"
_RETRY_SECTION = "000 Webhook Retry Strategy"
_CAPACITY_SECTION = "004 Performance & Capacity"

# How far above normal a spike is, in standard deviations of what the last two weeks were like.
SPIKE_DEVIATIONS = 3

# In an hour: fewer say nothing about a cache.
LOOKUPS_LEAST = 1000


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of the services and their workers."""
    return (
        *_connectivity(limits),
        _signatures(),
        *_workers(limits),
        _queue_depth(limits),
        _dead_letters(),
        *(_payments(limits) if limits.payments else ()),
        *_efficiency(limits),
    )


def _connectivity(limits: Limits) -> tuple[Alarm, Alarm]:
    def failures(level: str, severity: Severity, threshold: int, period: int, condition: str) -> Alarm:
        return Alarm(
            name=f"connectivity-{level}",
            row="ALM-4",
            subject=Subject.APPLICATION,
            severity=severity,
            condition=condition,
            section="002 Monitoring & Alerts, Alert Response Matrix: Database Down",
            first_action="check the database's status and whether it fails over; look at its connections",
            measures={"value": application("DatabaseConnectionFailures", Statistic.SUM)},
            threshold=threshold,
            period=period,
            periods=1,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.SERVICE,
        )

    most = limits.thresholds.work.connection_failures
    return (
        failures("warning", Severity.SEV3, 0, MINUTE, "database connection failures > 0 in 60 s"),
        failures(
            "critical", Severity.SEV1, most, 5 * MINUTE, f"database connection failures > {most} in 5 minutes"
        ),
    )


def _signatures() -> Alarm:
    return Alarm(
        name="invalid-signatures",
        row="ALM-5",
        subject=Subject.LOGS,
        severity=Severity.SEV3,
        condition="a spike of webhooks with an invalid signature, against what is normal; high priority",
        section=_ONCALL_SECTION,
        first_action="see from whom they come: a signing secret that was renewed on one side, or an attack",
        measures={"value": counted(INVALID_SIGNATURES)},
        comparison=Is.ABOVE_NORMAL,
        threshold=SPIKE_DEVIATIONS,
        missing=MissingData.NOT_BREACHING,
    )


def _workers(limits: Limits) -> tuple[Alarm, ...]:
    work = limits.thresholds.work
    return (
        Alarm(
            name="failed-jobs",
            row="ALM-6",
            subject=Subject.WORKER,
            severity=Severity.SEV2,
            condition="a job of the worker has failed in 2 consecutive runs",
            section=_ONCALL_SECTION,
            first_action="look at the job's errors; roll back if they came with a deployment",
            measures={"value": application("JobConsecutiveFailures", Statistic.MAXIMUM)},
            comparison=Is.GREATER_OR_EQUAL,
            threshold=2,
            period=MINUTE,
            periods=1,
            missing=MissingData.IGNORE,  # until the next run nothing has become better
            incident=Incident.FAILED_JOBS,
        ),
        Alarm(
            name="lag",
            row="ALM-6",
            subject=Subject.WORKER,
            severity=Severity.SEV2,
            condition=f"the oldest job has waited > {work.worker_lag} minutes",
            section=_ONCALL_SECTION,
            first_action="see whether the worker runs and what it waits for; raise its replicas",
            measures={"value": application("WorkerLag", Statistic.MAXIMUM)},
            threshold=work.worker_lag * 60_000,  # the metric is in milliseconds
            period=MINUTE,
            periods=1,
            incident=Incident.WORKER,
        ),
        Alarm(
            name="heartbeat",
            row="ALM-6",
            subject=Subject.WORKER,
            severity=Severity.SEV2,
            condition=f"no heartbeat of the worker for {work.heartbeat} minutes",
            section=_ONCALL_SECTION,
            first_action="see whether its pods run (kubectl get pods), and why not",
            measures={"value": application("WorkerHeartbeat", Statistic.SUM)},
            expression="FILL(value, 0)",
            # The agent counts a Deployment's pods every minute, also when there are none.
            clock=Measure(CONTAINER_INSIGHTS, "status_replicas_available", Statistic.AVERAGE),
            comparison=Is.LESS,
            threshold=1,
            period=MINUTE,
            periods=work.heartbeat,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.WORKER,
        ),
    )


def _queue_depth(limits: Limits) -> Alarm:
    depth = limits.thresholds.work.queue_depth
    return Alarm(
        name="depth",
        row="ALM-7",
        subject=Subject.JOBS,
        severity=Severity.SEV2,
        condition=f"> {depth} jobs wait in the queue for 10 minutes",
        section=THRESHOLDS_SECTION,
        first_action="see whether the provider behind it answers; raise the worker's replicas",
        measures={"value": application("QueueDepth", Statistic.MAXIMUM)},
        threshold=depth,
        period=MINUTE,
        periods=10,
        incident=Incident.WORKER,
    )


def _dead_letters() -> Alarm:
    return Alarm(
        name="dead-letters",
        row="ALM-15",
        subject=Subject.DEAD_LETTERS,
        severity=Severity.SEV2,
        condition="dead letters > 0: an event has failed in its last attempt",
        section=_RETRY_SECTION,
        first_action="read the event and its error; mend the cause, then put it back into the queue",
        measures={"value": application("DeadLetters", Statistic.MAXIMUM)},
        threshold=0,
        period=MINUTE,
        periods=1,
        incident=Incident.DEAD_LETTERS,
    )


def _payments(limits: Limits) -> tuple[Alarm, Alarm]:
    work, provider = limits.thresholds.work, limits.payments
    section = "002 Monitoring & Alerts, Alert Response Matrix: Payment Failures"
    first_action = f"check {provider}'s status; contact {provider} support"
    return (
        Alarm(
            name="failure-rate",
            row="ALM-9",
            subject=Subject.PAYMENTS,
            severity=Severity.SEV2,
            condition=f"{provider} failure rate > {work.payment_failures} % for 5 minutes",
            section=section,
            first_action=first_action,
            measures={
                "failures": application("PaymentFailures", Statistic.SUM),
                "attempts": application("PaymentAttempts", Statistic.SUM),
            },
            expression=f"IF(FILL(attempts, 0) >= {enough(work.payment_failures)}, "
            "100 * FILL(failures, 0) / FILL(attempts, 0), 0)",
            threshold=work.payment_failures,
            unit="%",
            periods=1,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.PAYMENTS,
        ),
        Alarm(
            name="failures-in-a-row",
            row="ALM-9",
            subject=Subject.PAYMENTS,
            severity=Severity.SEV2,
            condition=f"{work.payment_failures_in_a_row} consecutive {provider} failures",
            section=section,
            first_action=first_action,
            measures={"value": application("PaymentConsecutiveFailures", Statistic.MAXIMUM)},
            comparison=Is.GREATER_OR_EQUAL,
            threshold=work.payment_failures_in_a_row,
            period=MINUTE,
            periods=1,
            missing=MissingData.IGNORE,  # until the next payment nothing has become better
            incident=Incident.PAYMENTS,
        ),
    )


def _efficiency(limits: Limits) -> tuple[Alarm, Alarm]:
    hits, blocks = limits.thresholds.cache_hits, limits.thresholds.traffic.rate_limit_blocks

    def count(metric: str) -> Measure:
        return Measure("AWS/ElastiCache", metric, Statistic.SUM)

    return (
        Alarm(
            name="hit-ratio",
            row="ALM-12",
            subject=Subject.CACHE_NODES,
            severity=Severity.SEV4,
            condition=f"cache hit ratio < {hits} % for 2 hours",
            section=_CAPACITY_SECTION,
            first_action="see whether keys are evicted (take a larger redis.cache) or expire too soon",
            measures={"hits": count("CacheHits"), "misses": count("CacheMisses")},
            # A cache that hardly anybody asks has no ratio, and one that has just been made is empty.
            expression=f"IF(FILL(hits, 0) + FILL(misses, 0) >= {LOOKUPS_LEAST}, 100 * FILL(hits, 0) / "
            "(FILL(hits, 0) + FILL(misses, 0)), 100)",
            comparison=Is.LESS,
            threshold=hits,
            unit="%",
            period=HOUR,
            missing=MissingData.NOT_BREACHING,
        ),
        Alarm(
            name="rate-limit",
            row="ALM-12",
            subject=Subject.APPLICATION,
            severity=Severity.SEV3,
            condition=f"the rate limit refuses > {blocks} % of requests for 10 minutes",
            section=_CAPACITY_SECTION,
            first_action="see whom it refuses: one client that misbehaves, or a limit that is too low",
            measures={
                "blocks": application("RateLimitBlocks", Statistic.SUM),
                "requests": application("Requests", Statistic.SUM),
            },
            expression=f"IF(FILL(requests, 0) >= {enough(blocks)}, "
            "100 * FILL(blocks, 0) / FILL(requests, 0), 0)",
            threshold=blocks,
            unit="%",
            missing=MissingData.NOT_BREACHING,
        ),
    )

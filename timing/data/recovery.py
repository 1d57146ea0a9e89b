"""Waits of a recovery or a backup for no resource of the program: for calls of AWS's APIs, and for pods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from timing.data import database, redis
from timing.facts import Duration, Source, Times

_DAY = date(2026, 11, 28)
_SIMULATED = Source("simulated of the recorded deployment, as `make timeline` does", _DAY)


class Wait(StrEnum):
    """What is waited for."""

    STOP_SERVICES = "stop-services"
    RESTORE = "restore"
    REST_OF_RESTORE = "rest-of-restore"
    EXAMINE = "examine"
    SWITCH = "switch"
    START_SERVICES = "start-services"
    PROMOTED = "promoted"
    STATE = "state"
    FOUNDATIONS = "foundations"
    BUILD_REGION = "build-region"
    COMPLETE = "complete"
    REACHED = "reached"
    SNAPSHOT = "snapshot"
    SNAPSHOT_COPY = "snapshot-copy"
    REDIS_SNAPSHOT = "redis-snapshot"
    SECRETS = "secrets"
    CLOSED = "closed"
    REPLAYED = "replayed"
    COPIED = "copied"
    RENAMED = "renamed"
    REDIS_GONE = "redis-gone"
    RETURN = "return"
    ROLL_BACK = "roll-back"
    ACCOUNT_FOUNDATIONS = "account-foundations"
    ACCOUNT_COPY = "account-copy"
    ACCOUNT_FILES = "account-files"
    ACCOUNT_RESTORE = "account-restore"
    IMAGES = "images"
    ACCOUNT_BUILD = "account-build"
    ACCOUNT_SERVICES = "account-services"
    ACCOUNT_COMPLETE = "account-complete"
    SMOKE = "smoke"
    MISSED_FILES = "missed-files"
    QUICK = "quick"


@dataclass(frozen=True)
class Waiting:
    """How long a wait takes, and where that comes from."""

    times: Times
    source: Source


_STOP = Waiting(
    Times(30, 60), Source("estimated: pods have 30 seconds to end, and leave the load balancer", _DAY)
)
_RESTORE = Waiting(
    Times(600, 1200),
    Source(
        "terraform-provider-aws#15969: restored and removed again in 1276 and 1470 s, empty; the log "
        "since the last snapshot comes on top (RDS user guide, USER_PIT)",
        _DAY,
    ),
)
# One database; the estimate of 28 November was of both that are compared, one after the other.
_EXAMINE = Waiting(
    Times(30, 90), Source("estimated: rows are counted up to a million of a table, else estimated", _DAY)
)


def _rest_of_restore() -> Waiting:
    """Of a restore when writers are stopped and the one of before was looked at, while RDS works."""
    meanwhile = (_STOP.times, _EXAMINE.times)
    return Waiting(
        Times(
            _RESTORE.times.typical - sum(each.typical for each in meanwhile),
            _RESTORE.times.slow - sum(each.slow for each in meanwhile),
        ),
        Source("what is left of a restore after stop-services and examine", date(2026, 11, 29)),
    )


def _snapshot() -> Waiting:
    made = database.DURATIONS["aws:rds/snapshot:Snapshot"]
    return Waiting(made.create, made.source)


def _redis() -> Duration:
    return redis.DURATIONS["aws:elasticache/replicationGroup:ReplicationGroup"]


# Deployments of `recover region` and `recover region-back`, by what does not wait in the other region and is
# made on the day, or removed afterwards (`waits` in the stack file; timing/region.py).
# tests/recovery/test_region.py holds these against the deployments that the rehearsal sees.
_NOTHING: frozenset[str] = frozenset()
FOUNDATIONS_WITHOUT: Mapping[frozenset[str], Times] = {
    _NOTHING: Times(200, 600),
    frozenset({"redis"}): Times(670, 1350),
    frozenset({"cluster"}): Times(760, 1400),
    frozenset({"cluster", "redis"}): Times(760, 1400),
}
RETURN_WITHOUT: Mapping[frozenset[str], Times] = {
    _NOTHING: Times(3500, 8800),
    frozenset({"redis"}): Times(3500, 8850),
    frozenset({"cluster"}): Times(4850, 12000),
    frozenset({"cluster", "redis"}): Times(4850, 12000),
}
# What is left of the 5 to 10 minutes that a promotion takes when the deployment without the database begins
# (RDS user guide, "Promoting a read replica": several minutes or longer; how long is estimated).
PROMOTION = Times(255, 660)

WAITS: Mapping[Wait, Waiting] = {
    Wait.STOP_SERVICES: _STOP,
    Wait.RESTORE: _RESTORE,
    Wait.REST_OF_RESTORE: _rest_of_restore(),
    Wait.EXAMINE: _EXAMINE,
    Wait.SWITCH: Waiting(Times(20, 60), Source("estimated: a function in the network starts cold", _DAY)),
    Wait.START_SERVICES: Waiting(
        Times(150, 300), Source("estimated: pods on nodes that stand, and on new ones (EKS Auto Mode)", _DAY)
    ),
    Wait.SNAPSHOT: _snapshot(),
    Wait.SNAPSHOT_COPY: Waiting(
        Times(900, 2700),
        Source(
            "estimated: between regions the first copy is of all of it, the next ones of what has changed "
            "(RDS user guide, USER_CopySnapshot)",
            date(2026, 11, 29),
        ),
    ),
    Wait.REDIS_SNAPSHOT: Waiting(
        Times(180, 600), Source("estimated: the memory of one node is written out", date(2026, 11, 29))
    ),
    Wait.SECRETS: Waiting(
        Times(15, 60), Source("estimated: a function starts, and KMS encrypts each value", date(2026, 11, 29))
    ),
    Wait.PROMOTED: Waiting(
        Times(
            PROMOTION.typical - FOUNDATIONS_WITHOUT[_NOTHING].typical,
            PROMOTION.slow - FOUNDATIONS_WITHOUT[_NOTHING].slow,
        ),
        Source("estimated: what is left of a promotion", _DAY),
    ),
    Wait.STATE: Waiting(
        Times(30, 120), Source("estimated: the engine reads or writes a state, or runs the program", _DAY)
    ),
    # tests/recovery/test_region.py holds these against the deployments that the rehearsal sees.
    Wait.FOUNDATIONS: Waiting(FOUNDATIONS_WITHOUT[_NOTHING], _SIMULATED),
    Wait.BUILD_REGION: Waiting(Times(330, 820), _SIMULATED),
    Wait.COMPLETE: Waiting(Times(610, 1220), _SIMULATED),
    Wait.REACHED: Waiting(
        Times(60, 90),
        Source("infra/edge: an alias's answer is kept for 60 s (Route 53 developer guide, alias TTL)", _DAY),
    ),
    Wait.CLOSED: Waiting(
        Times(15, 60),
        Source("estimated: two calls, and a function in the network starts cold", date(2026, 11, 30)),
    ),
    Wait.REPLAYED: Waiting(
        Times(5, 60), Source("estimated: a replica is seconds behind, and nobody writes", _DAY)
    ),
    Wait.COPIED: Waiting(
        Times(60, 900),
        Source(
            "S3 user guide, Meeting compliance requirements using S3 Replication Time Control: most objects "
            "in seconds, 99.99 percent in 15 minutes",
            date(2026, 11, 29),
        ),
    ),
    Wait.RENAMED: Waiting(
        Times(120, 600),
        Source("RDS user guide, Renaming a DB instance: it restarts; estimated", date(2026, 11, 29)),
    ),
    Wait.REDIS_GONE: Waiting(_redis().delete, _redis().source),
    Wait.MISSED_FILES: Waiting(
        Times(300, 3600),
        Source(
            "estimated: some two hundred copies a second (operations/recovery/in_parallel.py)",
            date(2026, 11, 29),
        ),
    ),
    Wait.RETURN: Waiting(RETURN_WITHOUT[_NOTHING], _SIMULATED),
    # tests/recovery/test_deployment.py holds this one against the deployment that the rehearsal sees.
    Wait.ROLL_BACK: Waiting(Times(190, 360), _SIMULATED),
    # tests/recovery/test_account.py holds these against the deployments that the rehearsal sees.
    Wait.ACCOUNT_FOUNDATIONS: Waiting(Times(800, 1600), _SIMULATED),
    Wait.ACCOUNT_BUILD: Waiting(Times(400, 1350), _SIMULATED),
    Wait.ACCOUNT_SERVICES: Waiting(Times(160, 320), _SIMULATED),
    Wait.ACCOUNT_COMPLETE: Waiting(Times(2150, 5200), _SIMULATED),
    # The whole of a copy takes as long as one between regions; the deployment before has gone on meanwhile.
    Wait.ACCOUNT_COPY: Waiting(
        Times(60, 600),
        Source(
            "estimated: what is left of a full copy of a snapshot after account-foundations (AWS Backup "
            "developer guide, Creating backup copies across AWS accounts)",
            date(2026, 11, 30),
        ),
    ),
    Wait.ACCOUNT_FILES: Waiting(
        Times(300, 2100),
        Source(
            "estimated: some two hundred copies a second (operations/recovery/in_parallel.py), 420,000 files "
            "in 35 minutes; more of them take longer",
            date(2026, 11, 30),
        ),
    ),
    # RDS restores while files are copied.
    Wait.ACCOUNT_RESTORE: Waiting(
        Times(300, 300), Source("what is left of a restore after account-files", date(2026, 11, 30))
    ),
    Wait.IMAGES: Waiting(
        Times(60, 300),
        Source("estimated: some images of a few hundred megabytes through one machine", date(2026, 11, 30)),
    ),
    Wait.SMOKE: Waiting(Times(10, 30), Source("estimated: a request to each host and each path", _DAY)),
    Wait.QUICK: Waiting(Times(5, 30), Source("estimated: a call or two", _DAY)),
}

"""Versions that AWS looks after no longer soon, or not any more, among what will be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from infra.configuration.cluster_settings import NOTICE_DAYS, support_notice
from preview.change import Change
from preview.lifecycles import POSTGRESQL, REDIS, RUNTIMES, Engine, Runtime
from preview.values import some

_CLUSTER = "aws:eks/cluster:Cluster"
_FUNCTION = "aws:lambda/function:Function"
_DATABASE = "aws:rds/instance:Instance"
_REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
_MOST_NAMES = 3


def support_notices(change: Change, today: date) -> Iterator[str]:
    """One for each version that something will have."""
    clusters = change.of(_CLUSTER)
    versions = {str(each.after["version"]) for each in clusters if each.after.get("version")}
    yield from (notice for each in sorted(versions) if (notice := support_notice(each, today)))
    yield from _runtimes(change, today)
    yield from _engines(change, today, _DATABASE, "RDS", "PostgreSQL", POSTGRESQL)
    yield from _engines(change, today, _REDIS, "ElastiCache", "Redis", REDIS)


def runtime_ends(name: str, runtime: Runtime, today: date) -> str:
    """What AWS does with a runtime, and from when on."""
    mended, created, changed = (
        f"{'since' if day <= today else 'from'} {day}{'' if day <= today else ' on'}"
        for day in (runtime.mended_until, runtime.created_until, runtime.changed_until)
    )
    return f"AWS mends nothing in {name} {mended}, makes no function on it {created}, changes none {changed}"


def _runtimes(change: Change, today: date) -> Iterator[str]:
    users: dict[str, set[str]] = defaultdict(set)
    for step in change.of(_FUNCTION):
        if step.after:
            users[str(step.after.get("runtime"))].add(step.name)
    for name in sorted(users.keys() & RUNTIMES.keys()):
        runtime = RUNTIMES[name]
        if today >= runtime.mended_until - timedelta(NOTICE_DAYS):
            which = some(sorted(users[name]), _MOST_NAMES)
            yield f"{runtime_ends(name, runtime, today)}. Give a later one to {which}."


def _engines(
    change: Change, today: date, kind: str, service: str, product: str, ends: Mapping[str, Engine]
) -> Iterator[str]:
    versions = {
        str(step.after.get("engineVersion")).partition(".")[0] for step in change.of(kind) if step.after
    }
    for version in sorted(versions & ends.keys()):
        engine = ends[version]
        if today >= engine.standard_until - timedelta(NOTICE_DAYS):
            verb = "ended" if engine.standard_until <= today else "ends"
            yield (
                f"{service}'s standard support of {product} {version} {verb} on {engine.standard_until}: "
                f"it costs more afterwards (extended support), and AWS upgrades it after "
                f"{engine.extended_until}."
            )

"""Changes that AWS refuses, of values that it takes each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rehearsal.aws.facts import changes_of
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties

# Property and reason.
Refusals = Iterator[tuple[str, str]]


def change_failures(token: str, old: Properties, new: Properties) -> list[CheckFailure]:
    """What AWS would refuse about the way from `old` to `new`, where nothing is replaced."""
    check = _CHECKS.get(token)
    if check is None or any(change.replaces for change in changes_of(token, old, new)):
        return []
    known = {name: value for name, value in new.items() if value is not UNKNOWN and value is not None}
    return [CheckFailure(name, f"'{name}' {reason}") for name, reason in check(old, known)]


def _database(old: Properties, new: Properties) -> Refusals:
    """ModifyDBInstance (AllowMajorVersionUpgrade, EngineVersion, AllocatedStorage) in RDS's API reference."""
    before, after = _major(old.get("engineVersion")), _major(new.get("engineVersion"))
    if 0 < after < before:
        yield "engineVersion", f"is {after}; allowed: {before} or later, RDS never goes back"
    if 0 < before < after and not new.get("allowMajorVersionUpgrade"):
        allowed = f"{before}, or another major version with allowMajorVersionUpgrade"
        yield "engineVersion", f"is {after}; allowed: {allowed}"
    size, least = int(new.get("allocatedStorage", 0)), int(old.get("allocatedStorage") or 0)
    if 0 < size < least:
        yield "allocatedStorage", f"is {size}; allowed: at least {least}, storage never shrinks"


def _cluster(old: Properties, new: Properties) -> Refusals:
    """EKS's own words; "only one minor version at a time" (EKS user guide, "Update existing cluster to new
    Kubernetes version"). The way back is the page "Roll back a cluster to a previous Kubernetes version"."""
    before, after = _minor(old.get("version")), _minor(new.get("version"))
    if not before or not after or before <= after <= before + 1:
        return
    told = f"Unsupported Kubernetes minor version update from {old['version']} to {new['version']}"
    further = f"1.{before} or 1.{before + 1}: one minor version at a time"
    back = (
        f"1.{before} or later. Within seven days of an update EKS takes the version before it from "
        "`aws eks update-cluster-version`; put it into the stack file then, and refresh"
    )
    yield "version", f"is {new['version']}: {told}; allowed: {further if after > before else back}"


def _minor(version: object) -> int:
    """The second number of a version; 0 for none."""
    second = str(version or "").partition(".")[2]
    return int(second) if second.isdigit() else 0


def _major(version: object) -> int:
    """The first number of a version; 0 for none."""
    first = str(version or "").partition(".")[0]
    return int(first) if first.isdigit() else 0


_CHECKS: Mapping[str, Callable[[Properties, Properties], Refusals]] = {
    "aws:eks/cluster:Cluster": _cluster,
    "aws:rds/instance:Instance": _database,
}

"""Changes that AWS refuses, of values that it takes each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rehearsal.aws.facts import changes_of
from rehearsal.provider import UNKNOWN, CheckFailure, Properties

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


def _major(version: object) -> int:
    """The first number of a version; 0 for none."""
    first = str(version or "").partition(".")[0]
    return int(first) if first.isdigit() else 0


_CHECKS: Mapping[str, Callable[[Properties, Properties], Refusals]] = {
    "aws:rds/instance:Instance": _database,
}

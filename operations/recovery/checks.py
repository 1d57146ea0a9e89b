"""Checks of a restored database: whether it is good enough to send people to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mistakes(
    instance: Mapping[str, Any], found: Mapping[str, Any], before: Mapping[str, Any] | None, version: str
) -> list[str]:
    """What speaks against it.

    Fewer rows than before, or another schema, are what a restore is for: they are told, and are no mistake.

    Args:
        instance: as RDS tells of it.
        found: what the restored database has (functions/rotate_database/examination.py).
        before: what the one has that it takes over from; None when it does not answer.
        version: the major one that is declared.
    """
    wrong = []
    groups = instance.get("DBParameterGroups") or [{}]
    if (status := groups[0].get("ParameterApplyStatus")) not in ("in-sync", None):
        wrong.append(f"its parameters are {status}: restart it (RebootDBInstance), and run this again")
    if _major(instance.get("EngineVersion")) != version:
        wrong.append(f"it is PostgreSQL {instance.get('EngineVersion')}; {version} is declared")
    if before is not None and _major(found["version"]) != _major(before["version"]):
        wrong.append(f"it runs PostgreSQL {found['version']}; the one of before runs {before['version']}")
    if found["sequencesBehind"]:
        wrong.append(
            f"sequences would give numbers that are taken: {', '.join(found['sequencesBehind'][:5])}"
        )
    if before is not None and before["tables"] and not found["tables"]:
        wrong.append(f"it has no tables; {len(before['tables'])} are in the one of before")
    return wrong


def _major(version: object) -> str:
    return str(version).partition(".")[0]


def told(found: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """What people read of it."""
    rows = f"rows {found['rows']:,}"
    if before is None:
        return f"{rows}; the one of before does not answer"
    schema = "same" if found["schema"] == before["schema"] else "another one"
    return f"{rows} of {before['rows']:,}; schema {schema}"

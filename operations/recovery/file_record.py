"""The record of a recovery of files: what was done with which key, and how to go back."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from operations.recovery.file_plan import Action, Change, Plan
from operations.recovery.files import Done, Wanted
from operations.recovery.moment import show

# A person reads the first ones; all are in the JSON file beside it.
LISTED = 100


def name_of(wanted: Wanted, began: datetime) -> str:
    """Of the record, below `recoveries/`: names sort by time."""
    return f"{folder_of(wanted)}/{show(began).replace(':', '')}"


def folder_of(wanted: Wanted) -> str:
    """Where the records of a bucket are, below `recoveries/`."""
    return f"files/{wanted.bucket.name}"


def command(environment: str, wanted: Wanted, moment: datetime) -> str:
    """The command that brings the same files to a time."""
    words = ["recover", "files", wanted.bucket.name, "--to", show(moment), "--env", environment]
    if wanted.prefix:
        words += ["--prefix", wanted.prefix]
    return f"python -m operations {shlex.join(words)}"


def planned(plan: Plan) -> dict[str, Any]:
    """What will be done, for programs."""
    return {
        "restore": _counted(plan.of(Action.RESTORE)),
        "remove": _counted(plan.of(Action.REMOVE)),
        "unchanged": {"files": plan.unchanged, "bytes": plan.unchanged_bytes},
        "archived": _counted(plan.archived),
        "seconds": round(plan.seconds),
    }


def as_json(environment: str, wanted: Wanted, plan: Plan, done: Done, ended: datetime) -> dict[str, Any]:
    """The record, for programs."""
    began = done.began or ended
    return {
        "kind": "files",
        "environment": environment,
        "bucket": wanted.bucket.name,
        "prefix": wanted.prefix,
        "to": show(wanted.moment),
        "began": show(began),
        "ended": show(ended),
        "planned": planned(plan),
        "restored": [
            {"key": key, "from": change.then.identifier, "to": new, "bytes": change.size}
            for key, (change, new) in sorted(done.restored.items())
            if change.then
        ],
        "removed": sorted(done.removed),
        "waiting": sorted(done.waiting),
        "failed": [{"key": key, "error": error} for key, error in sorted(done.failed.items())],
        "differing": sorted(change.key for change in done.differing),
        "checked": done.checked,
        "stopped": done.stopped,
        "back": command(environment, wanted, began),
    }


def copies_in(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Of which version each copy of earlier recoveries was made."""
    return {each["to"]: each["from"] for record in records for each in record.get("restored", ())}


def as_markdown(record: Mapping[str, Any]) -> str:
    """The record, for people."""
    state = (
        "The check afterwards found every file as it was then." if record["checked"] else _not_checked(record)
    )
    lines = [
        f"# Files of {record['bucket']} brought back to {record['to']}",
        "",
        f"{record['environment']}, {record['began']} to {record['ended']}"
        + (f", keys that begin with `{record['prefix']}`." if record["prefix"] else "."),
        state,
        "",
        "| | files |",
        "|---|---:|",
        *(f"| {name} | {len(record[name]):,} |" for name in ("restored", "removed", "waiting", "failed")),
        f"| unchanged | {record['planned']['unchanged']['files']:,} |",
        "",
        f"No version was deleted. Back to what was there before: `{record['back']}`",
    ]
    for name in ("restored", "removed", "waiting", "failed", "differing"):
        lines += _listed(name, [each if isinstance(each, str) else each["key"] for each in record[name]])
    return "\n".join(lines) + "\n"


def _not_checked(record: Mapping[str, Any]) -> str:
    if record["stopped"]:
        return f"It ended early: {record['stopped']}."
    if record["differing"]:
        return (
            f"The check afterwards found {len(record['differing']):,} files that are not as they were then."
        )
    return "No check was made."


def _listed(name: str, keys: list[str]) -> list[str]:
    if not keys:
        return []
    more = [f"- and {len(keys) - LISTED:,} more: in the JSON file"] if len(keys) > LISTED else []
    return ["", f"## {name}", "", *(f"- `{key}`" for key in keys[:LISTED]), *more]


def _counted(changes: list[Change]) -> dict[str, int]:
    return {"files": len(changes), "bytes": sum(change.size for change in changes)}

"""`waivers.yaml`: findings that are accepted, each with a reason and a last day.

    - rule: CKV_K8S_35
      resources: ["Deployment.*"]
      environments: [dev]         # all of them when left out
      systems: [node]             # by the name in the system file; all of them when left out
      reason: why this is right here, in a sentence
      expires: 2027-05-21

The file cannot go stale unseen: a rule that no checker knows, a pattern that matches nothing any more
and a day that is past are failures like the findings themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from commands.errors import CommandError
from rehearsal.audit.findings import Finding
from rehearsal.workspace import ENVIRONMENTS

_KEYS = ("rule", "resources", "environments", "systems", "reason", "expires")
# Shorter than this says nothing: "ok", "not needed".
_SHORTEST_REASON = 20


class WaiverError(CommandError):
    """The file cannot be used; the message lists all mistakes."""


@dataclass(frozen=True)
class Waiver:
    """Findings of `rule` on resources that match one of the patterns are accepted through `expires`."""

    rule: str
    resources: tuple[str, ...]
    reason: str
    expires: date
    environments: tuple[str, ...] = ENVIRONMENTS
    systems: tuple[str, ...] = ()

    def covers(self, found: Finding) -> bool:
        """True when the finding is this waiver's."""
        named = any(fnmatchcase(found.resource, each) for each in self.resources)
        return found.rule == self.rule and found.environment in self.environments and named


def read_waivers(path: Path) -> list[Waiver]:
    """The waivers of the file; none when there is no file. Raises WaiverError with all mistakes."""
    if not path.exists():
        return []
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise WaiverError(f"{path.name}: {error}") from error
    if not isinstance(content, list):
        raise WaiverError(f"{path.name}: found {type(content).__name__}; allowed: a list of waivers")
    mistakes = [
        f"  {path.name}: waiver {number}: {mistake}"
        for number, entry in enumerate(content, 1)
        for mistake in _mistakes(entry)
    ]
    if mistakes:
        raise WaiverError("\n".join([f"{len(mistakes)} mistakes in the waivers.", *mistakes]))
    return [
        Waiver(
            rule=entry["rule"],
            resources=tuple(entry["resources"]),
            reason=entry["reason"],
            expires=entry["expires"],
            environments=tuple(entry.get("environments", ENVIRONMENTS)),
            systems=tuple(entry.get("systems", ())),
        )
        for entry in content
    ]


def of_system(waivers: Iterable[Waiver], system: str) -> list[Waiver]:
    """Those that are written for a system: the others find nothing in it."""
    return [waiver for waiver in waivers if not waiver.systems or system in waiver.systems]


def _mistakes(entry: Any) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield f"found {entry!r}; allowed: a map with {', '.join(_KEYS)}"
        return
    for key in entry:
        if key not in _KEYS:
            yield f"{key}: is unknown; allowed: {', '.join(_KEYS)}"
    if not (isinstance(entry.get("rule"), str) and entry["rule"]):
        yield f"rule: found {entry.get('rule')!r}; allowed: the checker's name of one rule (CKV_K8S_35)"
    patterns = entry.get("resources")
    if not (isinstance(patterns, list) and patterns and all(isinstance(each, str) for each in patterns)):
        yield f"resources: found {patterns!r}; allowed: a list of names or patterns (Deployment.*)"
    where = entry.get("environments", list(ENVIRONMENTS))
    if not (isinstance(where, list) and where and set(where) <= set(ENVIRONMENTS)):
        yield f"environments: found {where!r}; allowed: a list of {', '.join(ENVIRONMENTS)}"
    systems = entry.get("systems", ["every one"])
    if not (isinstance(systems, list) and systems and all(isinstance(each, str) for each in systems)):
        yield f"systems: found {systems!r}; allowed: a list of names, as system files have them"
    reason = entry.get("reason")
    if not (isinstance(reason, str) and len(reason) >= _SHORTEST_REASON):
        yield f"reason: found {reason!r}; allowed: why it is right here, in a sentence"
    # A date with a time of day would be a date, too.
    if type(entry.get("expires")) is not date:
        yield f"expires: found {entry.get('expires')!r}; allowed: a day (2027-05-21)"


def stale(
    waivers: Iterable[Waiver],
    findings: Collection[Finding],
    rules: Collection[str],
    today: date,
    *,
    complete: bool,
) -> list[str]:
    """What is wrong with waivers that are well written.

    Args:
        waivers: all of them.
        findings: everything that was found.
        rules: the rules that the checkers know; they tell those alone that are about what was looked at.
        today: the day of the audit.
        complete: all environments were audited, so that a rule which nobody tells, and a pattern without a
            finding, is of no use.
    """
    complaints = []
    for waiver in waivers:
        if complete and waiver.rule not in rules:
            complaints.append(f"{waiver.rule}: no checker knows this rule; take the waiver out")
            continue
        if waiver.expires < today:
            complaints.append(f"{waiver.rule}: expired on {waiver.expires}; mend the findings or decide anew")
        for pattern in waiver.resources:
            alone = replace(waiver, resources=(pattern,))
            if complete and not any(alone.covers(found) for found in findings):
                complaints.append(f"{waiver.rule}: {pattern!r} matches no finding any more; take it out")
    return complaints


def in_force(waivers: Iterable[Waiver], today: date) -> list[Waiver]:
    """Those that have not expired."""
    return [waiver for waiver in waivers if waiver.expires >= today]

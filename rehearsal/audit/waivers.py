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

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from infra.configuration.files import UnreadableFile, content_of
from infra.configuration.validation import (
    MISSING,
    WHOLE_FILE,
    ConfigurationError,
    Problems,
    did_you_mean,
)
from rehearsal.audit.findings import Finding
from rehearsal.workspace.workspace import ENVIRONMENTS

# Shorter than this says nothing: "ok", "not needed".
_SHORTEST_REASON = 20


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
    """The waivers of the file; none when there is no file.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    if not path.exists():
        return []
    problems = Problems()
    try:
        content = content_of(path.parent, path.name)
    except UnreadableFile as error:
        raise ConfigurationError([error.problem]) from None
    if content is None:
        return []
    if not isinstance(content, list):
        problems.add(path.name, WHOLE_FILE, content, "a list of waivers")
        problems.raise_if_any()
    for number, entry in enumerate(content):
        _check(problems, path.name, f"[{number}]", entry)
    problems.raise_if_any()
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


def _check(problems: Problems, file: str, place: str, entry: object) -> None:
    if not isinstance(entry, Mapping):
        problems.add(file, place, entry, f"a mapping with {', '.join(_RULES)}")
        return
    for key in entry:
        if key not in _RULES:
            advice = did_you_mean(str(key), _RULES) or "Remove it."
            problems.add(file, f"{place}.{key}", entry[key], f"the keys {', '.join(_RULES)}", advice)
    for key, (holds, allowed) in _RULES.items():
        value = entry.get(key, MISSING)
        if not (holds(value) or (key in _OPTIONAL and value is MISSING)):
            problems.add(file, f"{place}.{key}", value, allowed)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_text(each) for each in value)


# What each key may be: the test, and its words.
_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "rule": (_is_text, "the checker's name of one rule, as CKV_K8S_35"),
    "resources": (_are_texts, "a list of names or patterns, as Deployment.*"),
    "environments": (
        lambda value: _are_texts(value) and set(value) <= set(ENVIRONMENTS),
        f"a list of {', '.join(ENVIRONMENTS)}",
    ),
    "systems": (_are_texts, "a list of names, as system files have them"),
    "reason": (
        lambda value: _is_text(value) and len(value) >= _SHORTEST_REASON,
        f"why it is right here, in a sentence of {_SHORTEST_REASON} characters or more",
    ),
    # A date with a time of day would be a date, too.
    "expires": (lambda value: type(value) is date, "its last day, as 2027-05-21"),
}
_OPTIONAL = ("environments", "systems")


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

"""`approvals.yaml`: what may lose data or weaken protection in staging and prod, each by a line of somebody.

    - environment: prod
      change: 3f9ac21b04de        # of exactly this change; `make preview` says it
      what: log group api keeps 30 days, instead of 365
      why: nobody has read older ones in a year, and they cost 300 US$ a month
      who: jane@example.org
      until: 2027-01-31           # its last day

A line is for exactly the change that it names, and for nothing after its last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from infra.configuration.environments import Environment, those
from infra.configuration.files import UnreadableFile, content_of
from infra.configuration.strict_yaml import flow
from infra.configuration.validation import (
    ConfigurationError,
    Described,
    Problem,
    Problems,
    did_you_mean,
    matches,
)
from preview.risk import Group

FILE: Final = "approvals.yaml"
_KEYS: Final = ("environment", "change", "what", "why", "who", "until")
# Shorter than this says nothing: "ok", "not needed".
_SHORTEST_REASON = 20
# A line that `make preview` proposes ends after a week: long enough for a review, too short to be forgotten.
_PROPOSED_DAYS = 7


@dataclass(frozen=True)
class Approval:
    """One line of the file."""

    environment: str
    change: str
    what: str
    why: str
    who: str
    until: date


@dataclass(frozen=True)
class Approved:
    """What of a change needs a line, and whether it has one.

    Args:
        granted: the risks with their lines.
        missing: the risks without one that holds.
        ended: of `missing`, the last days of lines that are over, by fingerprint.
        proposed: what to write, a line of the file for each that is missing.
    """

    granted: tuple[tuple[Group, Approval], ...] = ()
    missing: tuple[Group, ...] = ()
    ended: Mapping[str, date] | None = None
    proposed: tuple[str, ...] = ()

    def as_json(self, environment: str) -> dict[str, Any]:
        """The same for scripts."""
        return {
            "granted": [
                {
                    "change": line.change,
                    "what": str(group),
                    "why": line.why,
                    "who": line.who,
                    "until": line.until.isoformat(),
                }
                for group, line in self.granted
            ],
            "missing": [
                {"change": group.fingerprint(environment), "what": str(group), "line": text}
                for group, text in zip(self.missing, self.proposed, strict=True)
            ],
        }

    def message(self, environment: str) -> str:
        """What to do about those that are missing, with the lines to write."""
        return "\n".join([self._asks(environment), *(f"\n{each}" for each in self._entries(environment))])

    def excerpt(self, environment: str, *, rows: int, width: int) -> str:
        """The same for a terminal: as many whole lines of the file as there is room for, at least one.

        Args:
            environment: where it is to happen.
            rows: of the terminal that it may take.
            width: of the terminal in columns.
        """
        shown = list(self._entries(environment))
        while len(shown) > 1 and rows_of(self._excerpt(environment, shown), width) > rows:
            shown.pop()
        return self._excerpt(environment, shown)

    def _excerpt(self, environment: str, shown: Sequence[str]) -> str:
        left = len(self.missing) - len(shown)
        more = [f"\n# {left} more: DIFF=1 has all of them, behind the diff"] if left else []
        return "\n".join([self._asks(environment), *(f"\n{each}" for each in shown), *more])

    def _asks(self, environment: str) -> str:
        count = len(self.missing)
        which = "1 change needs" if count == 1 else f"{count} changes need"
        return f"{environment}: {which} a line in {FILE}, of whoever answers for lost data or protection:"

    def _entries(self, environment: str) -> Iterator[str]:
        for group, text in zip(self.missing, self.proposed, strict=True):
            last = (self.ended or {}).get(group.fingerprint(environment))
            yield f"# The line of this change was over on {last}.\n{text}" if last else text


def rows_of(text: str, width: int) -> int:
    """How many rows of a terminal a text takes, whose lines are broken where the terminal ends."""
    return sum(max(1, -(-len(line) // width)) for line in text.split("\n"))


def read_approvals(root: Path) -> list[Approval]:
    """The lines of the file; none when there is no file.

    Raises:
        ConfigurationError: with everything that is wrong.
    """
    if not (root / FILE).exists():
        return []
    problems = Problems()
    try:
        content = content_of(root, FILE)
    except UnreadableFile as error:
        raise ConfigurationError([error.problem]) from None
    if content is None:
        return []
    if not isinstance(content, list):
        problems.add(FILE, "the whole file", content, "a list of approvals")
        problems.raise_if_any()
    for number, entry in enumerate(content):
        problems.found += _mistakes(entry, f"[{number}]")
    _check_twice(problems, content)
    problems.raise_if_any()
    return [Approval(**{key: entry[key] for key in _KEYS}) for entry in content]


def _mistakes(entry: Any, place: str) -> Iterator[Problem]:
    found = Problems()
    if not isinstance(entry, Mapping):
        found.add(FILE, place, entry, f"a mapping with {', '.join(_KEYS)}")
        yield from found.found
        return
    for key in entry:
        if key not in _KEYS:
            advice = did_you_mean(str(key), _KEYS) or "Remove it."
            found.add(FILE, f"{place}.{key}", entry[key], f"the keys {', '.join(_KEYS)}", advice)
    for key, (holds, allowed) in _RULES.items():
        value = entry.get(key)
        if not holds(value):
            shown = Described("nothing") if value is None else value
            found.add(FILE, f"{place}.{key}", shown, allowed)
    yield from found.found


def _protected(value: Any) -> bool:
    return value in [each.value for each in Environment if each.standard.protects_data]


def _says_something(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) >= _SHORTEST_REASON


_RULES: Mapping[str, tuple[Any, str]] = {
    "environment": (_protected, those(lambda standard: standard.protects_data).replace(" and ", " or ")),
    "change": (
        lambda value: matches(r"[0-9a-f]{12}", value),
        "the twelve characters that `make preview` says, in quotes where they are digits alone",
    ),
    "what": (lambda value: isinstance(value, str) and bool(value.strip()), "what it is, in words"),
    "why": (_says_something, f"why it is right, in a sentence of {_SHORTEST_REASON} characters or more"),
    "who": (lambda value: matches(r"[^@\s]+@[^@\s]+", value), "the e-mail address of who answers for it"),
    # A date with a time of day would be a date, too.
    "until": (lambda value: type(value) is date, "its last day as YYYY-MM-DD"),
}


def _check_twice(problems: Problems, content: Sequence[Any]) -> None:
    seen: dict[Any, int] = {}
    for number, entry in enumerate(content):
        if not isinstance(entry, Mapping) or not isinstance(entry.get("change"), str):
            continue
        change = (entry["change"], str(entry.get("environment")))
        if change in seen:
            allowed = f"each change once; [{seen[change]}] is the same"
            problems.add(FILE, f"[{number}].change", entry["change"], allowed, "Remove one of them.")
        seen.setdefault(change, number)


def approved(groups: Iterable[Group], environment: str, lines: Sequence[Approval], today: date) -> Approved:
    """Which risks need a line, and which of them have one that holds.

    Args:
        groups: the risks of the change.
        environment: where it is to happen; where nothing is protected nothing needs a line.
        lines: of the file.
        today: a line holds on its last day, and not after it.
    """
    if not _protected(environment):
        return Approved()
    held = {line.change: line for line in lines if line.environment == environment}
    granted: list[tuple[Group, Approval]] = []
    missing: list[Group] = []
    ended: dict[str, date] = {}
    for group in groups:
        if not group.needs_approval:
            continue
        line = held.get(group.fingerprint(environment))
        if line is not None and line.until >= today:
            granted.append((group, line))
            continue
        missing.append(group)
        if line is not None:
            ended[line.change] = line.until
    proposed = tuple(_proposed(group, environment, today) for group in missing)
    return Approved(tuple(granted), tuple(missing), ended, proposed)


def _proposed(group: Group, environment: str, today: date) -> str:
    """A line to be filled in: why, and who."""
    change = group.fingerprint(environment)
    return "\n".join(
        (
            f"- environment: {environment}",
            f"  change: {flow(change)}",
            f"  what: {flow(str(group))}",
            "  why:  # in a sentence",
            "  who:  # an e-mail address",
            f"  until: {today + timedelta(days=_PROPOSED_DAYS)}",
        )
    )

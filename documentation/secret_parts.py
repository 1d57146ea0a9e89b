"""The generated parts of docs/secrets.md: who fills an entry, why nothing breaks, what a leak needs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commands.markdown import table
from documentation.markdown import Part
from infra.configuration.platform_secrets import PLATFORM_SECRETS, REDIS_PURPOSES, redis_secret
from infra.configuration.rotation import rotated_entries
from infra.configuration.secret_sources import Rotator, SecretSource
from operations.revocation import GIVEN_OUT_ELSEWHERE


def _part(subject: str) -> Part:
    return Part("docs/secrets.md", f"<!-- Written by `make docs` from the kinds of secrets: {subject}. -->")


FILLED, OVERLAPS, ENDED = _part("who fills an entry"), _part("why nothing breaks"), _part("after a leak")

_WIDTH = 120
_COMMAND = "`make secret ENV=… NAME=…`"
_REPLACED = "the program: `pulumi up --replace` of its password changes every place that has it"


@dataclass(frozen=True)
class _Rotated:
    """The entries of one kind that rotate: their names, by what, and when."""

    entries: str
    rotator: Rotator
    when: str


def with_secret_parts(page: str) -> str:
    """The page with these parts written anew.

    Raises:
        DocumentationError: it has no place for one of them.
    """
    page = FILLED.written(page, table(("entries", "first value", "later values"), _filled()))
    page = OVERLAPS.written(page, _overlaps())
    return ENDED.written(page, table(("entries", "what it does", "what is valid afterwards"), _ended()))


def _rotated() -> list[_Rotated]:
    """What the platform fills itself, and what a system file declares."""
    entries: dict[tuple[Rotator, int], list[str]] = {}
    for each in rotated_entries([redis_secret(purpose) for purpose in REDIS_PURPOSES], {}):
        entries.setdefault((each.rotator, each.days), []).append(each.entry)
    own = [
        _Rotated(_listed(names), rotator, f"every {days} days") for (rotator, days), names in entries.items()
    ]
    declared = [
        _Rotated(f"{_of(source)} with `rotation`", source.rotation.rotator, "after as many days as that says")
        for source in SecretSource
        if source.rotation
    ]
    return own + declared


def _never_rotated() -> list[str]:
    """The platform's own entries that nothing rotates."""
    rotated = {each.entry for each in rotated_entries([*map(redis_secret, REDIS_PURPOSES)], {})}
    return [name for name in PLATFORM_SECRETS if name not in rotated]


def _filled() -> Iterator[tuple[str, str, str]]:
    for source in SecretSource:
        if source.generated is None:
            yield _of(source), _COMMAND, "the same command"
        else:
            yield _of(source), "the program", _REPLACED
    for each in _rotated():
        yield each.entries, "the program", f"`functions/{each.rotator.folder}`, {each.when}"
    yield _listed(_never_rotated()), "the program", _REPLACED


def _overlaps() -> Iterator[str]:
    for each in _rotated():
        yield textwrap.fill(
            f"- {each.entries}: {each.rotator.overlap}",
            width=_WIDTH,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _ended() -> Iterator[tuple[str, str, str]]:
    for each in _rotated():
        ending = each.rotator.ending
        does = f"rotates {ending.rotations} times. Until the last one is valid: {ending.meanwhile}"
        yield each.entries, does, "<br>".join(ending.afterwards)
    given = [_of(source) for source in SecretSource if source.generated is None]
    yield ", ".join(given), "asks for the new value, as `make secret` does", "<br>".join(GIVEN_OUT_ELSEWHERE)
    fixed = [f"{_of(source)} without `rotation`" for source in SecretSource if source.generated]
    does = "refuses: nothing rotates them. `pulumi up --replace` of the password ends the value everywhere"
    yield ", ".join([_listed(_never_rotated()), *fixed]), does, "all, until then"


def _of(source: SecretSource) -> str:
    return f"`source: {source}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)

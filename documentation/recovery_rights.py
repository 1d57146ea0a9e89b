"""The table of rights in docs/recovery.md: what the commands that bring back a region or an account call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType

from documentation.graph import DocumentationError
from rehearsal.rights.calls import implied_by
from rehearsal.rights.recoveries import RECOVERIES, About, Asked, By, Where

BEGIN = "<!-- The table that follows is written by `make docs`. -->"
END = "<!-- The end of the rights. -->"

_PLACES: Mapping[tuple[str, Where], str] = MappingProxyType(
    {
        ("region", Where.HERE): "the region that is lost, or left",
        ("region", Where.THERE): "the region that takes over",
        ("region_back", Where.HERE): "the region that serves",
        ("region_back", Where.THERE): "the region that is back",
        ("account", Where.HERE): "the account that is built again",
        ("account", Where.OUTSIDE): "the backup account",
    }
)
_CREDENTIALS: Mapping[By, str] = MappingProxyType(
    {
        By.DEPLOY: "",
        By.OUTSIDE: ", with credentials of that account",
        By.DELEGATE: ", as the role that delegates the domain",
    }
)


def with_rights(page: str) -> str:
    """The page with the table of today.

    Args:
        page: docs/recovery.md.

    Raises:
        DocumentationError: the page has no place for it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DocumentationError(f"docs/recovery.md: found no lines {BEGIN} and {END}; put them back")
    lines = ["| command | where | on | calls |", "|---|---|---|---|", *_lines()]
    return "\n".join([f"{before}{BEGIN}", "", *lines, "", f"{END}{after}"])


def _lines() -> Iterator[str]:
    for command, parts in RECOVERIES.items():
        name = f"`recover {command.replace('_', '-')}`"
        for (where, by), some in groupby(parts, key=lambda part: (part.where, part.by)):
            of_place = list(some)
            place = f"{_PLACES[command, where]}{_CREDENTIALS[by]}"
            for about, on_it in groupby(of_place, key=lambda part: part.about):
                yield _line(name, place, str(about), {action for each in on_it for action in each.actions})
                name, place = "", ""
            if keys := set(_with_keys(of_place)):
                yield _line(name, place, "the keys of these", keys)


def _with_keys(parts: list[Asked]) -> Iterator[str]:
    for part in parts:
        if part.about is not About.ALL:
            for action in part.actions:
                yield from implied_by(action)


def _line(command: str, place: str, about: str, actions: set[str]) -> str:
    on = "`*`" if about == About.ALL else about
    return f"| {command} | {place} | {on} | {', '.join(f'`{each}`' for each in sorted(actions))} |"

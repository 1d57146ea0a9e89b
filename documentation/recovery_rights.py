"""The table of rights in docs/recovery.md: what each command of a recovery, and of a backup, calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, groupby
from types import MappingProxyType

from commands.markdown import table
from documentation.markdown import Part
from rights.calls import implied_by
from rights.commands import COMMANDS, EVERYTHING
from rights.recoveries import RECOVERIES, About, Asked, By, Where

PART = Part("docs/recovery.md", "<!-- The table that follows is written by `make docs`. -->")

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


# By their functions; `recover check` and `recover tests` have the rights of who only looks.
WITHIN_A_REGION: Mapping[str, str] = MappingProxyType(
    {
        "database": "recover database",
        "finish": "recover finish",
        "retire": "recover retire",
        "files": "recover files",
        "deployment": "recover deployment",
        "status": "recover status",
        "check": "recover check",
        "restore_tests": "recover tests",
        "backup": "backup",
        "backups": "backups",
    }
)


def with_rights(page: str) -> str:
    """The page with the table of today.

    Args:
        page: docs/recovery.md.

    Raises:
        DocumentationError: the page has no place for it.
    """
    return PART.written(
        page, table(("command", "where", "on", "calls"), chain(_rows(), _rows_within_a_region()))
    )


def place_of(command: str, where: Where, by: By) -> str:
    """Where a recovery of a region or an account calls something, and with whose credentials."""
    return f"{_PLACES[command, where]}{_CREDENTIALS[by]}"


def _rows() -> Iterator[tuple[str, ...]]:
    for command, parts in RECOVERIES.items():
        name = f"`recover {command.replace('_', '-')}`"
        for (where, by), some in groupby(parts, key=lambda part: (part.where, part.by)):
            of_place = list(some)
            place = place_of(command, where, by)
            for about, on_it in groupby(of_place, key=lambda part: part.about):
                yield _row(name, place, str(about), {action for each in on_it for action in each.actions})
                name, place = "", ""
            if keys := set(_with_keys(of_place)):
                yield _row(name, place, "the keys of these", keys)


def _rows_within_a_region() -> Iterator[tuple[str, ...]]:
    for command, said in WITHIN_A_REGION.items():
        name, place = f"`{said}`", "the environment's region"
        calls = COMMANDS[command].calls
        if command == "check":
            place += ", and what waits in the other one"
        for about in dict.fromkeys(about for _, about in calls):
            yield _row(name, place, about, {action for action, on in calls if on == about})
            name, place = "", ""
        keys = {each for action, about in calls if about != EVERYTHING for each in implied_by(action)}
        if keys:
            yield _row(name, place, "the keys of these", keys)


def _with_keys(parts: list[Asked]) -> Iterator[str]:
    for part in parts:
        if part.about is not About.ALL:
            for action in part.actions:
                yield from implied_by(action)


def _row(command: str, place: str, about: str, actions: set[str]) -> tuple[str, ...]:
    on = "`*`" if about == About.ALL else about
    return command, place, on, ", ".join(f"`{each}`" for each in sorted(actions))

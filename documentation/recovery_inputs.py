"""The table of inputs in docs/recovery.md: what each recovery takes, and where that lives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType

from commands.markdown import table
from documentation.markdown import Part
from documentation.recovery_rights import WITHIN_A_REGION, place_of
from rights.commands import COMMANDS, EVERYTHING
from rights.recoveries import RECOVERIES, About
from rights.recovery_inputs import INPUTS, LOCKS, Lives

PART = Part("docs/recovery.md", "<!-- The inputs that follow are written by `make docs`. -->")

_WHERE: Mapping[Lives, str] = MappingProxyType(
    {
        Lives.SOURCE: "source control: every checkout has it",
        Lives.PROGRAMS: "a program of whichever machine it runs on",
        Lives.STATE: "the state's bucket, in a third region",
    }
)


def with_inputs(page: str) -> str:
    """The page with the table of today.

    Args:
        page: docs/recovery.md.

    Raises:
        DocumentationError: the page has no place for it.
    """
    return PART.written(page, table(("command", "where it lives", "what"), _rows()))


def _rows() -> Iterator[tuple[str, ...]]:
    for command, inputs in INPUTS.items():
        name = f"`recover {command.replace('_', '-')}`"
        beside = ((_WHERE[lives], _named(what)) for lives, what in inputs.items() if lives in _WHERE)
        for where, what in (*beside, *_in_aws(command)):
            yield name, where, what
            name = ""


def _named(what: tuple[str, ...]) -> str:
    return ", ".join(each if each == LOCKS else f"`{each}`" for each in sorted(what))


def _in_aws(command: str) -> Iterator[tuple[str, str]]:
    """What it asks there, or changes: each call is in the table of rights."""
    if command in WITHIN_A_REGION:
        calls = COMMANDS[command].calls
        asked = {action for action, about in calls if about == EVERYTHING}
        named = dict.fromkeys(about for _, about in calls if about != EVERYTHING)
        yield "the environment's region", _asked(asked, named)
        return
    for (where, by), some in groupby(RECOVERIES[command], key=lambda part: (part.where, part.by)):
        parts = list(some)
        asked = {action for part in parts if part.about is About.ALL for action in part.actions}
        named = dict.fromkeys(str(part.about) for part in parts if part.about is not About.ALL)
        yield place_of(command, where, by), _asked(asked, named)


def _asked(actions: set[str], named: Mapping[str, None]) -> str:
    services = sorted({action.partition(":")[0] for action in actions})
    told = [f"answers of {', '.join(f'`{each}`' for each in services)}"] if services else []
    return "; ".join([*named, *told])

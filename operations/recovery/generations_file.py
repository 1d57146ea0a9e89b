"""The keys of a stack file that say which generation of the database serves, written where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from yaml import YAMLError

from infra.configuration.generations import Generations
from infra.configuration.strict_yaml import parse
from operations.console import OperationError
from operations.recovery.steps import Progress, Step
from operations.stack_file_text import rewrite
from timing.data.recovery import Wait

_SECTION = "groundwork:database"
_KEYS = ("generation", "retired", "lost", "adopt", "promoted")


def keys_of(generations: Generations) -> dict[str, Any]:
    """What the stack file says of them; what is so anyway is left out."""
    if generations == Generations():
        return {}
    found: dict[str, Any] = {"generation": generations.current}
    lists = {"retired": generations.retired, "lost": generations.lost, "promoted": generations.promoted}
    for name, values in lists.items():
        if values:
            found[name] = list(values)
    if generations.adopt:
        found["adopt"] = True
    return found


def written(text: str, generations: Generations) -> str:
    """A stack file's text with other generations; comments and all else stay.

    Raises:
        OperationError: the section is written in a way that is not exchanged here; says what to write.
    """
    wanted = keys_of(generations)
    try:
        section = _section(text)
        changed = _in_flow(text, section, wanted) if section.flow_style else _in_block(text, section, wanted)
        if _values(changed) == {**_without(_values(text)), **wanted}:
            return changed
    except (KeyError, YAMLError, AttributeError, TypeError):
        pass
    lines = "".join(f"\n    {name}: {_yaml(value)}" for name, value in wanted.items())
    raise OperationError(
        f"{_SECTION} cannot be changed where it stands. Of {', '.join(_KEYS)} it is to have exactly:{lines}"
    )


def write(file: Path, generations: Generations) -> None:
    """The same in the file.

    Raises:
        OperationError: see `written`.
    """
    rewrite(file, lambda text: written(text, generations))


def step(name: str, does: str, file: Path, generations: Generations, said: str) -> Step:
    """The step that writes them into the file.

    Args:
        name: its name.
        does: what it does, as the plan says it.
        file: the stack file.
        generations: what it says then.
        said: about that, for the record.
    """

    def done() -> bool:
        text = file.read_text(encoding="utf-8")
        return written(text, generations) == text

    def act(_: Progress) -> str:
        write(file, generations)
        return f"{file.name}: {said}"

    return Step(name, does, Wait.QUICK, done, act)


def _without(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _KEYS}


def _values(text: str) -> dict[str, Any]:
    content: Any = parse(text)
    return dict(content["config"][_SECTION])


def _section(text: str) -> yaml.MappingNode:
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in ("config", _SECTION):
        (node,) = [value for key, value in node.value if key.value == name]
    if not isinstance(node, yaml.MappingNode):
        raise TypeError
    return node


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("...\n").strip()


def _in_block(text: str, section: yaml.MappingNode, wanted: Mapping[str, Any]) -> str:
    lines = text.splitlines(keepends=True)
    left = dict(wanted)
    last = max(value.end_mark.line - (value.end_mark.column == 0) for _, value in section.value)
    ending = "\r\n" if lines[last].endswith("\r\n") else "\n"
    if not lines[last].endswith("\n"):
        lines[last] += ending
    indent = " " * section.value[0][0].start_mark.column
    new: dict[int, str | None] = {}
    for key, value in section.value:
        if key.value not in _KEYS:
            continue
        line = lines[key.start_mark.line]
        if key.value in left:
            text_of = _yaml(left.pop(key.value))
            new[key.start_mark.line] = (
                line[: value.start_mark.column] + text_of + line[value.end_mark.column :]
            )
        else:
            new[key.start_mark.line] = None
    made = [new.get(number, line) for number, line in enumerate(lines)]
    added = [f"{indent}{name}: {_yaml(value)}{ending}" for name, value in left.items()]
    return "".join(
        part
        for number, line in enumerate(made)
        for part in (line, *(added if number == last else ()))
        if part
    )


def _in_flow(text: str, section: yaml.MappingNode, wanted: Mapping[str, Any]) -> str:
    kept = [
        text[key.start_mark.index : value.end_mark.index]
        for key, value in section.value
        if key.value not in _KEYS
    ]
    parts = [*kept, *(f"{name}: {_yaml(value)}" for name, value in wanted.items())]
    start, end = section.start_mark.index, section.end_mark.index
    return f"{text[:start]}{{{', '.join(parts)}}}{text[end:]}"

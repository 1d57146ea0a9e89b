"""YAML in which a key stands once: a second one would silently take the first one's place."""

from __future__ import annotations

from typing import Any

import yaml

# Python's own stack ends before a file that nobody has written by hand does.
_DEEPEST = 50

_DEFAULT_ALLOWED = "YAML, indented with spaces, never with tabs"


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which alone does not mind a key that stands twice."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._depth += 1
        if self._depth > _DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            problem = "lists or mappings too deep inside each other"
            raise yaml.composer.ComposerError(None, None, problem, mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    found = f"the key {key.value} a second time"
                    raise yaml.constructor.ConstructorError(
                        None, None, found, key.start_mark, "each key of a mapping once"
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        # PyYAML takes 2027-02-30 for a day and a thousand digits for a number, and then fails on them.
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            found = f"{str(node.value)[:40]} ({str(error).partition(':')[0]})"
            allowed = "a day of the calendar, a number of usual size, or text in quotes"
            raise yaml.constructor.ConstructorError(None, None, found, node.start_mark, allowed) from None


def parse(text: str) -> Any:
    """The content of a YAML document.

    Raises:
        yaml.YAMLError: it is not YAML, or has a key twice; with the place.
    """
    return yaml.load(text, _Loader)  # noqa: S506  # a safe loader, made stricter


def described(error: yaml.YAMLError | UnicodeDecodeError) -> tuple[str, str, str]:
    """A mistake of a file that was read or parsed: its place, what was found there, and what is allowed."""
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        return f"line {line}", "bytes that are not UTF-8", "a file of YAML in UTF-8"
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
    allowed = getattr(error, "note", None)
    if not problem:
        found = "something that is not YAML"
    elif allowed or problem.startswith(("found ", "but found ", "lists ")):
        found = problem.removeprefix("but ").removeprefix("found ")
    else:
        found = f"broken YAML ({problem})"
    return place, found, allowed or _DEFAULT_ALLOWED

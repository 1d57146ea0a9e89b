"""YAML that means one thing to everybody who reads a configuration file: this program, the engine and people.

The engine reads YAML 1.2 and PyYAML 1.1: what they take for different things is refused, and what is
written is in quotes. A key stands once: a second one would silently take the first one's place.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

# Python's own stack ends before a file that nobody has written by hand does.
_DEEPEST = 50
# Of a file with all its aliases written out, and of its text: some ten times what thirty services need.
_NODES_MAXIMUM = 20_000
_LENGTH_MAXIMUM = 200_000

_DEFAULT_ALLOWED = "YAML, indented with spaces, never with tabs"
# What is probably meant where PyYAML says this of what it was reading: the first that fits.
_MEANT = (
    (re.compile(r"character '(?!\\t)"), "YAML; text that begins with such a character in quotes"),
    (re.compile("an alias|an anchor|undefined alias"), "YAML; text that begins with * or & in quotes"),
    (re.compile("quoted scalar.*end of stream"), "text with a quote at its end as well"),
    (re.compile("simple key"), "a colon and a space behind each key"),
    (
        re.compile("flow (sequence|mapping)"),
        "commas between entries, a bracket at the end; text with : in quotes",
    ),
    (
        re.compile("mapping values|block (end|mapping|collection)"),
        "keys of one mapping one below the other, indented alike; text with : in quotes",
    ),
)
# What git writes around the two sides of a conflict.
_CONFLICT = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)
_QUOTES = "text in quotes, true or false, or a number in its usual form (12, 0.5)"

# The core schema of YAML 1.2.2 (10.3.2), in the order in which it is tried.
_CORE = (
    ("null", re.compile(r"null|Null|NULL|~|")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")),
    ("float", re.compile(r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")),
)
# Both versions take a day for one; a merge of mappings is no value.
_ALIKE = ("timestamp", "merge", "value")
_TAG = "tag:yaml.org,2002:"
_NUMBER_MAXIMUM = 2**63
# With these in it libyaml takes for YAML what PyYAML's own parser does not.
_READ_DIFFERENTLY = frozenset("\t?\ufeff")
_HALF = re.compile(r"[\ud800-\udfff]")


class _Strict(yaml.composer.Composer, yaml.constructor.SafeConstructor):
    """What makes PyYAML's safe loader stricter."""

    peek_event: Callable[[], Any]  # of the parser that it stands in front of
    _depth = 0
    _nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._depth += 1
        self._nodes += 1
        event = self.peek_event()
        if self._depth > _DEEPEST:
            raise _refused(event.start_mark, "lists or mappings too deep inside each other")
        if self._nodes > _NODES_MAXIMUM:
            raise _refused(event.start_mark, "more than a file can hold", f"at most {_NODES_MAXIMUM} values")
        if getattr(event, "tag", None) not in (None, f"{_TAG}str"):
            raise _refused(event.start_mark, f"the tag {event.tag[:60]}", "values without tags")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def compose_scalar_node(self, anchor: Any) -> Any:
        event = self.peek_event()
        node = super().compose_scalar_node(anchor)
        if event.tag is None and event.implicit[0]:
            _check_alike(node)
        if not node.value.isascii() and _HALF.search(node.value):
            raise _refused(node.start_mark, "half of a character (a surrogate)", "text of whole characters")
        return node

    def get_single_node(self) -> Any:
        node = super().get_single_node()
        if node is not None:
            _count(node, {}, set())
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    found = f"the key {key.value} a second time"
                    raise _refused(key.start_mark, found, "each key of a mapping once")
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        # PyYAML takes 2027-02-30 for a day and a thousand digits for a number, and then fails on them.
        allowed = "a day of the calendar, a number of usual size, or text in quotes"
        try:
            value = super().construct_object(node, deep)
        except (ValueError, ArithmeticError) as error:
            found = f"{str(node.value)[:40]} ({str(error).partition(':')[0]})"
            raise _refused(node.start_mark, found, allowed) from None
        if isinstance(value, int) and abs(value) >= _NUMBER_MAXIMUM:
            raise _refused(node.start_mark, f"{str(node.value)[:40]} (a number that is too large)", allowed)
        return value


class _Loader(_Strict, yaml.SafeLoader):
    """Reads with PyYAML's own parser, whose errors say most."""


if yaml.__with_libyaml__:

    class _QuickLoader(_Strict, yaml.CSafeLoader):
        """Reads with libyaml, which is eight times as fast and from which the engine's parser comes.

        Its errors say less, and where it stands in a text with half of a character it cannot say.
        """

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            yaml.composer.Composer.__init__(self)


def _refused(mark: Any, found: str, allowed: str | None = None) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, found, mark, allowed)


def _check_alike(node: yaml.ScalarNode) -> None:
    """Refuses a value without quotes that YAML 1.1 and 1.2 read differently (yes, 0123, 1e3, 12:30)."""
    kind = node.tag.removeprefix(_TAG)
    if kind in _ALIKE:
        return
    core = next((name for name, pattern in _CORE if pattern.fullmatch(node.value)), "str")
    # A zero in front makes a number an octal one in YAML 1.1.
    if kind != core or (core == "int" and re.match(r"[-+]?0[0-9]", node.value)):
        found = f"{node.value[:40]} without quotes, which this program and the engine would read differently"
        raise _refused(node.start_mark, found, _QUOTES)


def _count(node: yaml.Node, counted: dict[int, int], above: set[int]) -> int:
    """How many nodes there are below, with every alias written out.

    Raises:
        yaml.YAMLError: too many, or an alias of what it stands in.
    """
    if id(node) in counted:
        return counted[id(node)]
    if id(node) in above:
        raise _refused(
            node.start_mark, "an alias inside of what it stands for", "aliases of what is complete"
        )
    above.add(id(node))
    total = 1 + sum(_count(child, counted, above) for child in _children(node))
    above.remove(id(node))
    if total > _NODES_MAXIMUM:
        found = "more than a file can hold, once its aliases are written out"
        raise _refused(node.start_mark, found, f"at most {_NODES_MAXIMUM} values")
    counted[id(node)] = total
    return total


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from child if isinstance(child, tuple) else (child,)


def parse(text: str) -> Any:
    """The content of a YAML document.

    Raises:
        yaml.YAMLError: it is not YAML, too large, has a key twice, or a value that means several things; with
            the place.
    """
    return pickle.loads(_pickled(text))  # noqa: S301  # pickled below


@lru_cache(maxsize=32)
def _pickled(text: str) -> bytes:
    """What a text holds, kept: a command reads its files many times, and may change what it is given."""
    return pickle.dumps(_parsed(text))


def _parsed(text: str) -> Any:
    if len(text) > _LENGTH_MAXIMUM:
        raise yaml.MarkedYAMLError(
            None, None, f"found {len(text)} characters", None, f"at most {_LENGTH_MAXIMUM}"
        )
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start())
        mark = yaml.Mark("", conflict.start(), line, 0, None, 0)
        raise _refused(mark, "a conflict that git has left", "one of its sides; `git status` has the others")
    if yaml.__with_libyaml__ and not _READ_DIFFERENTLY.intersection(text):
        # What it refuses is read once more, for the other one's words.
        with contextlib.suppress(yaml.YAMLError, UnicodeError):
            return yaml.load(text, _QuickLoader)  # noqa: S506  # a safe loader, made stricter
    return yaml.load(text, _Loader)  # noqa: S506


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper with every text in quotes: YAML 1.2 takes 012345678901 for a number."""


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def written(content: Any) -> str:
    """A YAML document that everybody reads as the same."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def flow(value: Any) -> str:
    """A value in one line as a person would write it: quotes only where they are needed."""
    if isinstance(value, str):
        return value if _plain(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow(key)}: {flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=1024)  # of every key's example, each time that a file is read
def _plain(text: str) -> bool:
    """Whether a text is the same text without quotes, wherever it stands."""
    try:
        return bool(parse(f"[{text}]") == [text])
    except yaml.YAMLError:
        return False


def described(error: yaml.YAMLError | UnicodeDecodeError) -> tuple[str, str, str]:
    """A mistake of a file that was read or parsed: its place, what was found there, and what is allowed."""
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        return f"line {line}", "bytes that are not UTF-8", "a file of YAML in UTF-8"
    if isinstance(error, yaml.reader.ReaderError):
        found = f"a character that YAML does not know (U+{error.character:04X})"
        return f"character {error.position + 1}", found, "a file of YAML in UTF-8"
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    context, begun = getattr(error, "context", None) or "", getattr(error, "context_mark", None)
    allowed = getattr(error, "note", None)
    if not problem:
        found = "something that is not YAML"
    elif allowed or problem.startswith(("found ", "but found ", "lists ")):
        found = problem.removeprefix("but ").removeprefix("found ")
    else:
        found = f"broken YAML ({problem})"
    # Where a bracket or a quote was forgotten, the line in which that shows may be far below.
    if begun and mark and begun.line < mark.line and re.search("flow|quoted|simple key", context):
        found = f"{found}, in what begins in line {begun.line + 1}, column {begun.column + 1}"
    return _place(mark), found, allowed or _meant(f"{context}: {problem}")


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"


def _meant(said: str) -> str:
    return next((allowed for words, allowed in _MEANT if words.search(said)), _DEFAULT_ALLOWED)

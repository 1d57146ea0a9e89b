"""The reader of a configuration file's values: it collects everything that is wrong with them.

A person gets all mistakes of all files at once; each says which file and key, what was found, what is
allowed, and what to write.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

WHOLE_FILE: Final = "the whole file"

_A_MAPPING: Final = "a mapping of keys to values"

# Entries of a list for which nothing says how many it may have.
LIST_MAXIMUM: Final = 100


@dataclass(frozen=True)
class Problem:
    """One mistake: `file` and `key` say where, `found` and `allowed` what, `advice` what to write."""

    file: str
    key: str
    found: str
    allowed: str
    advice: str = field(default="", compare=False)  # one mistake, however much its finder knows to say of it

    def __str__(self) -> str:
        advice = f" {self.advice}" if self.advice else ""
        return f"{self.file}: {self.key}: found {self.found}; allowed: {self.allowed}.{advice}"


class ConfigurationError(Exception):
    """The configuration cannot be used; `problems` has every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Final = tuple(problems)
        count = len(self.problems)
        title = "1 mistake" if count == 1 else f"{count} mistakes"
        super().__init__("\n".join([f"{title} in the configuration; nothing was changed.", *self.lines()]))

    def lines(self) -> list[str]:
        """One line for each problem."""
        return [f"  {problem}" for problem in self.problems]


@dataclass
class Problems:
    """Collects what is wrong while the files are read."""

    found: list[Problem] = field(default_factory=list)

    def add(self, file: str, key: str, found: object, allowed: str, advice: str = "") -> None:
        """Notes one mistake; `found` is shown as the file would have it."""
        problem = Problem(file, key, shown(found), allowed, advice)
        if problem not in self.found:
            self.found.append(problem)

    def concern(self, file: str, *keys: str) -> bool:
        """Whether one of the keys, or something in or around it, is wrong already."""
        return any(
            problem.file == file and (_within(problem.key, key) or _within(key, problem.key))
            for problem in self.found
            for key in keys
        )

    def raise_if_any(self) -> None:
        """Raises ConfigurationError when anything was noted."""
        if self.found:
            raise ConfigurationError(self.found)


def _within(inner: str, outer: str) -> bool:
    return outer in (WHOLE_FILE, inner) or inner.startswith(f"{outer}.")


class EncryptedText(str):
    """A text that the stack file has encrypted, or what stands for it where nobody can decrypt it."""

    __slots__ = ()


class Described(str):
    """What was found, in words: shown as it is, where a value from the file would be in quotes."""

    __slots__ = ()


def shown(value: object) -> str:
    """A value as a YAML file has it, short enough for one line; of a secret only that it is one."""
    if isinstance(value, EncryptedText):
        return "an encrypted value"
    if isinstance(value, Described):
        return str(value)
    if value is MISSING:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "an empty value"
    if isinstance(value, str):
        return f'"{value}"' if len(value) < 80 else f'"{value[:76]}…"'
    if isinstance(value, Mapping):
        return f"a mapping with {_some(str(key)[:40] for key in value) or 'no keys'}"
    if isinstance(value, list):
        return f"the list [{_some(_item(item) for item in value)}]"
    return str(value)[:80]


# A line with more than this many entries of a file is not read any more.
_ENTRIES = 8


def _some(words: Iterable[str]) -> str:
    first = list(islice(words, _ENTRIES + 1))
    return ", ".join([*first[:_ENTRIES], *(["…"] if len(first) > _ENTRIES else [])])


def _item(value: object) -> str:
    # What is inside of it is not shown: with YAML's aliases that can be more than memory holds.
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    return shown(value)


class _Missing:
    pass


MISSING: Final = _Missing()


class Reader:
    """Access to one mapping of a file; what a key may be is declared beside it (keys.py)."""

    def __init__(
        self, problems: Problems, file: str, values: object, key: str = "", advice: str = ""
    ) -> None:
        self._problems = problems
        self._file = file
        self._key = key
        self._known: set[str] = set()
        self._values: Mapping[Any, Any] = {}  # YAML's keys need not be text
        if isinstance(values, Mapping):
            self._values = values
        else:
            found = Described("an empty file") if values is None and not key else values
            advice = advice or "docs/configuration.md has every key."
            problems.add(file, key or WHOLE_FILE, found, _A_MAPPING, advice)
            self._known.add("*")

    def key(self, name: str) -> str:
        """The full name of a key of this mapping, as a person finds it in the file."""
        return f"{self._key}.{name}" if self._key else name

    def problem(self, name: str, found: object, allowed: str, advice: str = "") -> None:
        """Notes that a key of this mapping is wrong."""
        self._problems.add(self._file, self.key(name), found, allowed, advice)

    def take(self, name: str, *, allowed: str, example: str, optional: bool) -> object:
        """Whatever stands under a key; MISSING, with the mistake noted when it has to be there."""
        self._known.add(name)
        value = self._values.get(name, MISSING)
        if value is MISSING and not optional and "*" not in self._known:
            self.problem(name, MISSING, allowed, f"Add it, for example `{name}: {example}`.")
        return value

    def names(self, *, pattern: str, allowed: str, most: int = LIST_MAXIMUM) -> list[str]:
        """The keys of this mapping, where a person chooses them; none, with the reason noted, of too many."""
        self._known.update(self._values)
        if len(self._values) > most:
            self._problems.add(
                self._file, self._key, Described(f"{len(self._values)} entries"), f"at most {most}"
            )
            self._values = {}
        for entry in self._values:
            if not matches(pattern, entry):
                self.problem(str(entry), entry, allowed)
        return [str(entry) for entry in self._values]

    def section(self, name: str, *, optional: bool = False, example: str = "{…}") -> Reader:
        """The mapping under a key; an optional one that is missing reads as empty."""
        value = self.take(name, allowed=_A_MAPPING, example=example, optional=optional)
        if value is MISSING:
            reader = Reader(self._problems, self._file, {}, self.key(name))
            if not optional:
                reader._known.add("*")  # its own keys need no complaint of their own
            return reader
        return Reader(self._problems, self._file, value, self.key(name), f"For example `{name}: {example}`.")

    def section_if_there(self, name: str, *, example: str) -> Reader | None:
        """The mapping under a key; None when the key is not there."""
        if self.has(name):
            return self.section(name, example=example)
        self._known.add(name)
        return None

    def entries(
        self,
        name: str,
        *,
        pattern: str,
        allowed: str,
        most: int,
        optional: bool,
        example: str,
        entry_example: str,
    ) -> dict[str, Reader]:
        """The mappings under a key by their names, which a person chooses; at most so many."""
        section = self.section(name, optional=optional, example=example)
        section.names(pattern=pattern, allowed=allowed, most=most)
        return {
            str(entry): Reader(
                self._problems,
                self._file,
                value,
                section.key(str(entry)),
                f"For example `{entry}: {entry_example}`.",
            )
            for entry, value in section._values.items()
        }

    def items(self, name: str) -> list[Reader]:
        """The mappings of a list, which may be missing; keys are counted from 0, as in `records[0]`."""
        self._known.add(name)
        found = self._values.get(name, [])
        if not isinstance(found, list | tuple):
            self.problem(name, found, "a list of mappings")
            return []
        return [
            Reader(self._problems, self._file, value, f"{self.key(name)}[{number}]")
            for number, value in enumerate(found)
        ]

    def value(self, name: str) -> object:
        """Whatever stands under a key, for who checks it themselves; None when nothing does."""
        self._known.add(name)
        return self._values.get(name)

    def has(self, name: str) -> bool:
        """Whether the key is there at all."""
        return name in self._values

    def finish(self) -> None:
        """Notes the keys that nobody asked for, each with the nearest one that exists."""
        known = self._known - {"*"}
        for name in self._values:
            if name not in self._known:
                advice = did_you_mean(str(name), known) or "Remove it."
                self.problem(str(name), self._values[name], f"the keys {', '.join(sorted(known))}", advice)


def matches(pattern: str, value: object) -> bool:
    """Whether it is a text of this form as a whole, of ASCII's letters and digits: AWS knows no others."""
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def nearest(word: str, choices: Iterable[str]) -> str:
    """The word that was probably meant, of those that would be right; empty when none is near."""
    words = list(choices)
    # Letters exchanged are the commonest slip, and difflib finds other words as near.
    exchanged = [choice for choice in words if sorted(choice) == sorted(word)]
    return next(iter(exchanged or difflib.get_close_matches(word, words, n=1)), "")


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """A question for the nearest of the words that would be right; empty when none is near."""
    near = nearest(word, choices)
    return f"Did you mean {near}?" if near else ""

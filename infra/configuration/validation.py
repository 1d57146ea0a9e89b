"""Reads a configuration file's values one by one and collects everything that is wrong with them.

A person gets all mistakes of all files at once; each says which file and key, what was found, what is
allowed, and what to write.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

WHOLE_FILE: Final = "the whole file"

# Entries of a list for which nothing says how many it may have.
LIST_MAXIMUM: Final = 100


@dataclass(frozen=True)
class Problem:
    """One mistake: `file` and `key` say where, `found` and `allowed` what, `advice` what to write."""

    file: str
    key: str
    found: str
    allowed: str
    advice: str = ""

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
    """Typed access to one mapping of a file. A bad value is noted and answered with a stand-in.

    The stand-in keeps the reading going, so that later keys are checked as well; it is never used,
    since the loader raises at the end.
    """

    def __init__(self, problems: Problems, file: str, values: object, key: str = "") -> None:
        self._problems = problems
        self._file = file
        self._key = key
        self._known: set[str] = set()
        self._values: Mapping[Any, Any] = {}  # YAML's keys need not be text
        if isinstance(values, Mapping):
            self._values = values
        else:
            problems.add(file, key or WHOLE_FILE, values, "a mapping of keys to values")
            self._known.add("*")

    def key(self, name: str) -> str:
        """The full name of a key of this mapping, as a person finds it in the file."""
        return f"{self._key}.{name}" if self._key else name

    def problem(self, name: str, found: object, allowed: str, advice: str = "") -> None:
        """Notes that a key of this mapping is wrong."""
        self._problems.add(self._file, self.key(name), found, allowed, advice)

    def _value(self, name: str, default: object, allowed: str, example: object) -> object:
        self._known.add(name)
        value = self._values.get(name, MISSING)
        if value is MISSING and default is MISSING and "*" not in self._known:
            self.problem(name, MISSING, allowed, f"Add it, for example `{name}: {example}`.")
        return value

    def text(
        self, name: str, *, pattern: str, allowed: str, example: str, default: str | _Missing = MISSING
    ) -> str:
        """A string that matches `pattern` as a whole."""
        value = self._value(name, default, allowed, example)
        if value is MISSING:
            return default if isinstance(default, str) else ""
        if _matches(pattern, value):
            return str(value)
        quoted = " Put it in quotes." if isinstance(value, int | float) else ""
        self.problem(name, value, allowed, f"For example `{name}: {example}`.{quoted}")
        return ""

    def integer(
        self, name: str, *, minimum: int, maximum: int, unit: str = "", default: int | _Missing = MISSING
    ) -> int:
        """A whole number from `minimum` to `maximum`."""
        allowed = f"a whole number from {minimum} to {maximum}{f' {unit}' if unit else ''}"
        value = self._value(name, default, allowed, minimum)
        if value is MISSING:
            return default if isinstance(default, int) else minimum
        if isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum:
            return value
        self.problem(name, value, allowed, "Write it without quotes." if _is_number(value) else "")
        return minimum

    def switch(self, name: str, *, default: bool | _Missing = MISSING) -> bool:
        """true or false."""
        value = self._value(name, default, "true or false", "true")
        if value is MISSING:
            return default if isinstance(default, bool) else False
        if isinstance(value, bool):
            return value
        self.problem(name, value, "true or false", "Write it without quotes.")
        return False

    def choice(self, name: str, values: Iterable[str], *, default: str | _Missing = MISSING) -> str:
        """One of a few words."""
        choices = [str(choice) for choice in values]
        allowed = f"one of {', '.join(choices)}"
        value = self._value(name, default, allowed, choices[0])
        if value is MISSING:
            return default if isinstance(default, str) else choices[0]
        if value in choices:
            return str(value)
        quotes = not isinstance(value, str) and _word(value) in choices
        advice = f'Put it in quotes: "{value}".' if quotes else _did_you_mean(_word(value), choices)
        self.problem(name, value, allowed, advice)
        return choices[0]

    def texts(
        self,
        name: str,
        *,
        pattern: str,
        allowed: str,
        example: str,
        default: tuple[str, ...] | None = None,
        most: int = LIST_MAXIMUM,
        repeated: bool = False,
    ) -> tuple[str, ...]:
        """A list of strings that all match `pattern`; not empty unless it has a default.

        Args:
            name: of the key.
            pattern: of each string as a whole.
            allowed: what the pattern allows, in words.
            example: of a string.
            default: where there is no list.
            most: how many strings.
            repeated: whether one may stand there twice.
        """
        described = f"a list, each {allowed}"
        value = self._value(name, MISSING if default is None else default, described, f"[{example}]")
        if value is MISSING:
            return default or ()
        if not isinstance(value, list | tuple) or (not value and default is None):
            self.problem(name, value, described, f"For example `{name}: [{example}]`.")
            return ()
        if len(value) > most:
            self.problem(name, Described(f"{len(value)} entries"), f"at most {most}")
            return ()
        for item in value:
            if not _matches(pattern, item):
                self.problem(name, item, allowed, f"For example `{example}`.")
            elif not repeated and list(value).count(item) > 1:
                self.problem(name, value, "different entries", f"{shown(item)} stands there twice.")
                break
        return tuple(_word(item) for item in value)

    def integers(
        self,
        name: str,
        *,
        minimum: int,
        maximum: int,
        unit: str,
        default: tuple[int, ...],
        most: int = LIST_MAXIMUM,
    ) -> tuple[int, ...]:
        """A list of at most so many whole numbers from `minimum` to `maximum`, not empty."""
        allowed = f"a list of whole numbers from {minimum} to {maximum} {unit}"
        value = self._value(name, default, allowed, list(default))
        if value is MISSING:
            return default
        items = value if isinstance(value, list | tuple) else []
        if len(items) > most:
            self.problem(name, Described(f"{len(items)} entries"), f"at most {most}")
            return default
        right = [
            item
            for item in items
            if isinstance(item, int) and not isinstance(item, bool) and minimum <= item <= maximum
        ]
        if not items or len(right) < len(items):
            self.problem(name, value, allowed, f"For example `{name}: {list(default)}`.")
            return default
        return tuple(right)

    def day(self, name: str, *, today: date, advice: str, optional: bool = False) -> date:
        """A day that is not over, as YYYY-MM-DD; `today` when it may be left out and is."""
        example = f"{today.year + 1}-01-31"
        value = self._value(name, today if optional else MISSING, "a day as YYYY-MM-DD", example)
        if value is MISSING:
            return today
        day = _day(value)
        if day is None:
            self.problem(name, value, "a day as YYYY-MM-DD", f"For example `{name}: {example}`.")
        elif day < today:
            self.problem(
                name, Described(day.isoformat()), f"a day that is not over (today is {today})", advice
            )
        return day or today

    def names(self, *, pattern: str, allowed: str, most: int = LIST_MAXIMUM) -> list[str]:
        """The keys of this mapping, where a person chooses them; none, with the reason noted, of too many."""
        self._known.update(self._values)
        if len(self._values) > most:
            self._problems.add(
                self._file, self._key, Described(f"{len(self._values)} entries"), f"at most {most}"
            )
            self._values = {}
        for entry in self._values:
            if not _matches(pattern, entry):
                self.problem(str(entry), entry, allowed)
        return [str(entry) for entry in self._values]

    def section(self, name: str, *, optional: bool = False) -> Reader:
        """The mapping under a key; an optional one that is missing reads as empty."""
        value = self._value(name, {} if optional else MISSING, "a mapping of keys to values", "…")
        if value is MISSING:
            reader = Reader(self._problems, self._file, {}, self.key(name))
            if not optional:
                reader._known.add("*")  # its own keys need no complaint of their own
            return reader
        return Reader(self._problems, self._file, value, self.key(name))

    def section_if_there(self, name: str) -> Reader | None:
        """The mapping under a key; None when the key is not there."""
        if self.has(name):
            return self.section(name)
        self._known.add(name)
        return None

    def entries(
        self, name: str, *, pattern: str, allowed: str, most: int = LIST_MAXIMUM, optional: bool = False
    ) -> dict[str, Reader]:
        """The mappings under a key by their names, which a person chooses; at most so many."""
        section = self.section(name, optional=optional)
        section.names(pattern=pattern, allowed=allowed, most=most)
        return {
            str(entry): Reader(self._problems, self._file, value, section.key(str(entry)))
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

    def words(
        self,
        name: str,
        *,
        key_pattern: str,
        key_allowed: str,
        pattern: str,
        allowed: str,
        example: str,
        most: int = LIST_MAXIMUM,
    ) -> dict[str, str]:
        """A mapping of at most so many names to strings; missing means empty."""
        section = self.section(name, optional=True)
        section.names(pattern=key_pattern, allowed=key_allowed, most=most)
        return {
            str(entry): section.text(entry, pattern=pattern, allowed=allowed, example=example, default="")
            for entry in section._values
        }

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
                advice = _did_you_mean(str(name), known) or "Remove it."
                self.problem(str(name), self._values[name], f"the keys {', '.join(sorted(known))}", advice)


def _matches(pattern: str, value: object) -> bool:
    """Whether it is a text of this form as a whole, of ASCII's letters and digits: AWS knows no others."""
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def _word(value: object) -> str:
    return "" if isinstance(value, Mapping | list | tuple) else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"-?[0-9]+", value))


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    # The engine hands a day on as text, and with a time when it stands in the file without quotes.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00 \+0000 UTC)?", value):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None


def _did_you_mean(word: str, choices: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""

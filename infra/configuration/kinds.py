"""The kinds of keys: texts, numbers, switches, choices, days, lists and mappings of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, Self, TypeGuard, TypeVar

from infra.configuration.environments import Environment
from infra.configuration.keys import Key, Names, Varies, one
from infra.configuration.strict_yaml import flow
from infra.configuration.validation import (
    LIST_MAXIMUM,
    MISSING,
    Described,
    EncryptedText,
    Reader,
    did_you_mean,
    matches,
    shown,
)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Text(Key[str]):
    """A text of a form: a regular expression for all of it, and what it allows in words."""

    pattern: str | Varies[str]
    words: str | Varies[str]

    @property
    def allowed(self) -> str:
        return one(self.words)

    @property
    def stand_in(self) -> str:
        return ""

    def checked(self, reader: Reader, value: object) -> str:
        if matches(one(self.pattern), value):
            return str(value)
        quoted = " Put it in quotes." if isinstance(value, int | float) else ""
        self.refuse(reader, value, f"{self.hint}{quoted}")
        return ""


@dataclass(frozen=True, kw_only=True)
class Number(Key[int]):
    """A whole number. `within` says in words what else it is held against, in the file or elsewhere."""

    minimum: int | Varies[int]
    maximum: int
    unit: str = ""
    within: str = ""

    @property
    def allowed(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        within = f": {self.within}" if self.within else ""
        return f"a whole number from {one(self.minimum)} to {self.maximum}{unit}{within}"

    @property
    def stand_in(self) -> int:
        return one(self.minimum)

    def checked(self, reader: Reader, value: object) -> int:
        if _is_whole(value, one(self.minimum), self.maximum):
            return value
        digits = isinstance(value, str) and bool(re.fullmatch(r"-?[0-9]+", value))
        self.refuse(reader, value, "Write it without quotes." if digits else "")
        return self.stand_in


@dataclass(frozen=True)
class Only:
    """The one value that a switch may have, and why."""

    value: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class Switch(Key[bool]):
    """true or false, or only one of them."""

    only: Only | Varies[Only | None] | None = None

    @property
    def allowed(self) -> str:
        only = one(self.only)
        return only.words if only else "true or false"

    @property
    def stand_in(self) -> bool:
        return False

    def checked(self, reader: Reader, value: object) -> bool:
        if not isinstance(value, bool):
            reader.problem(self.name, value, "true or false", "Write it without quotes.")
            return False
        only = one(self.only)
        if only and value is not only.value:
            self.refuse(reader, value)
        return value


@dataclass(frozen=True, kw_only=True)
class Choice(Key[str]):
    """One of a few words; `of_what` says which, where they are not known before the file is read."""

    choices: tuple[str, ...]
    of_what: str = ""

    @property
    def allowed(self) -> str:
        return f"one of {', '.join(self.choices) or self.of_what}"

    @property
    def stand_in(self) -> str:
        return next(iter(self.choices), "")

    def checked(self, reader: Reader, value: object) -> str:
        if value in self.choices:
            return str(value)
        word = _word(value)
        quotes = not isinstance(value, str) and word in self.choices
        advice = f'Put it in quotes: "{value}".' if quotes else did_you_mean(word, self.choices)
        if isinstance(value, float) and not quotes:  # 1.30 was read as 1.3: the nearest word is no help
            advice = "Put it in quotes: a number loses the zero at its end."
        self.refuse(reader, value, advice)
        return self.stand_in


def choices(words: Iterable[str]) -> tuple[str, ...]:
    """The words of a choice, whatever they stand in."""
    return tuple(str(word) for word in words)


@dataclass(frozen=True, kw_only=True)
class Texts(Key[tuple[str, ...]]):
    """A list of texts of a form, different ones; a list that has to be there is not empty.

    Args:
        pattern: of each as a whole.
        words: what the pattern allows.
        choices: each text that it allows, where they are few; an error names the nearest.
        least: how many there are at least, where there is a list.
        most: how many at most.
        noun: what is counted.
        repeated: whether one may stand there twice.
    """

    pattern: str
    words: str
    choices: tuple[str, ...] = ()
    least: int | Varies[int] = 0
    most: int = LIST_MAXIMUM
    noun: str | Varies[str] = "entries"
    repeated: bool = False

    @property
    def allowed(self) -> str:
        return f"a list, each {self.words}"

    @property
    def limits(self) -> tuple[str, ...]:
        least = one(self.least)
        if least == self.most:
            return (f"{least} {one(self.noun)}",)
        if least > 1 and self.most == LIST_MAXIMUM:
            return (f"{least} {one(self.noun)} or more",)
        if least > 1:
            return (f"{least} to {self.most} {one(self.noun)}",)
        return _at_most(self.most)

    @property
    def stand_in(self) -> tuple[str, ...]:
        return ()

    def checked(self, reader: Reader, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or (not value and self.default is MISSING):
            self.refuse(reader, value, self.hint)
            return ()
        if len(value) > self.most or len(value) < one(self.least):
            few = len(value) <= 8
            found = list(value) if few else Described(f"{len(value)} entries")
            many = len(value) > self.most == LIST_MAXIMUM
            reader.problem(self.name, found, f"at most {self.most}" if many else self.limits[0])
            if not few:
                return ()
        for item in value:
            if not matches(self.pattern, item):
                near = did_you_mean(_word(item), self.choices)
                reader.problem(self.name, item, self.words, near or f"For example `{_first(self.example)}`.")
            elif not self.repeated and list(value).count(item) > 1:
                reader.problem(self.name, value, "different entries", f"{shown(item)} stands there twice.")
                break
        return tuple(_word(item) for item in value)


def some_of(name: str, words: Iterable[str], **more: Any) -> Texts:
    """A list of some of a few words; `more` is what else a list of texts has."""
    few = choices(words)
    return Texts(name, pattern="|".join(few), words=f"one of {', '.join(few)}", choices=few, **more)


@dataclass(frozen=True, kw_only=True)
class Numbers(Key[tuple[int, ...]]):
    """A list of whole numbers, not empty."""

    minimum: int
    maximum: int
    unit: str
    most: int = LIST_MAXIMUM

    @property
    def allowed(self) -> str:
        return f"a list of whole numbers from {self.minimum} to {self.maximum} {self.unit}"

    @property
    def limits(self) -> tuple[str, ...]:
        return _at_most(self.most)

    @property
    def stand_in(self) -> tuple[int, ...]:
        return ()

    def checked(self, reader: Reader, value: object) -> tuple[int, ...]:
        default: tuple[int, ...] = () if self.default is MISSING else self.default
        items = value if isinstance(value, list | tuple) else []
        if len(items) > self.most:
            reader.problem(self.name, Described(f"{len(items)} entries"), f"at most {self.most}")
            return default
        right = tuple(item for item in items if _is_whole(item, self.minimum, self.maximum))
        if not items or len(right) < len(items):
            self.refuse(reader, value, self.hint)
            return default
        return right


NOT_OVER = "a day that is not over"


@dataclass(frozen=True, kw_only=True)
class Day(Key[date | None]):
    """A day; `advice` says what to do when it is over. One that may be left out, and is, reads as None."""

    advice: str
    rules: tuple[str, ...] = (NOT_OVER,)

    @property
    def allowed(self) -> str:
        return "a day as YYYY-MM-DD"

    @property
    def stand_in(self) -> None:
        return None

    def checked(self, reader: Reader, value: object) -> date | None:
        day = _day(value)
        if day is None:
            self.refuse(reader, value, self.hint)
        return day

    def not_over(self, reader: Reader, today: date) -> date:
        """The day, which is not before today; today where there is none."""
        day = self.read(reader) or today
        if day < today:
            allowed = f"{NOT_OVER} (today is {today})"
            reader.problem(self.name, Described(day.isoformat()), allowed, self.advice)
        return day


@dataclass(frozen=True, kw_only=True)
class Mapped(Key[dict[str, T]], Generic[T]):
    """Values by names that a person chooses; none when it is left out.

    Args:
        names: what the names may be.
        item: what each value may be.
        entry: what the page calls a name.
    """

    names: Names
    item: Key[T]
    entry: str = "<name>"
    default: Any = None

    @property
    def suffix(self) -> str:
        """What the page has behind the key."""
        return f".{self.entry}"

    def of(self, environment: Environment) -> Self:
        return replace(super().of(environment), item=self.item.of(environment))

    @property
    def allowed(self) -> str:
        return self.item.allowed

    @property
    def limits(self) -> tuple[str, ...]:
        return (*self.item.limits, f"names: {self.names.words}", *_at_most(self.names.most))

    @property
    def stand_in(self) -> dict[str, T]:
        return {}

    def read(self, reader: Reader) -> dict[str, T]:
        section = reader.section(self.name, optional=True, example=flow(self.example))
        found = section.names(pattern=self.names.pattern, allowed=self.names.words, most=self.names.most)
        stand_in = self.item.stand_in
        return {name: self.item.but(name=name, default=stand_in).read(section) for name in found}

    def checked(self, reader: Reader, value: object) -> dict[str, T]:
        raise NotImplementedError("its entries are checked one by one")


@dataclass(frozen=True, kw_only=True)
class Encrypted(Key[str | None]):
    """A credential, which the stack file has encrypted; what was found is not shown."""

    pattern: str
    words: str
    command: str
    default: Any = None

    @property
    def allowed(self) -> str:
        return "an encrypted value"

    @property
    def in_file(self) -> Any:
        return {"secure": "AAABAC…"}

    @property
    def limits(self) -> tuple[str, ...]:
        return (self.words,)

    @property
    def stand_in(self) -> None:
        return None

    def checked(self, reader: Reader, value: object) -> str | None:
        if value is None:
            return None
        if not isinstance(value, EncryptedText):
            self.refuse(reader, Described("a value in the clear"), f"Set it with `{self.command}`.")
            return None
        # It may be the credential with a letter missing.
        if not re.fullmatch(self.pattern, value):
            reader.problem(
                self.name, Described("something else"), self.words, f"For example {flow(self.example)}."
            )
        return value


def _is_whole(value: object, minimum: int, maximum: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _at_most(most: int) -> tuple[str, ...]:
    """How many there may be, where it is not what every list may have."""
    return () if most == LIST_MAXIMUM else (f"at most {most}",)


def _word(value: object) -> str:
    return "" if isinstance(value, Mapping | list | tuple) else str(value)


def _first(example: Any) -> str:
    return flow(example[0]) if isinstance(example, list | tuple) and example else flow(example)


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

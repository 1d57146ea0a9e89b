"""Declarations of the keys of both files, as data: for their reader, their errors and their documentation.

A key is declared with its meaning, what is allowed, its default and an example. Its reader reads through the
declaration; `docs/configuration.md` is written from it; an error quotes the same words.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, Self, TypeVar, cast

from infra.configuration.environments import Environment
from infra.configuration.strict_yaml import flow
from infra.configuration.validation import LIST_MAXIMUM, MISSING, Reader

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Varies(Generic[T_co]):
    """Something that is not the same in every environment."""

    in_environment: Callable[[Environment], T_co]


@dataclass(frozen=True)
class Fixed:
    """Why AWS lets nobody change a value under what is in use.

    Args:
        reason: in the words of the refusal.
        with_copies: only where something always stands in the recovery region.
    """

    reason: str
    with_copies: bool = False


@dataclass(frozen=True)
class Names:
    """The names that a person chooses: their form, what it allows in words, and how many there may be."""

    pattern: str
    words: str
    most: int = LIST_MAXIMUM


@dataclass(frozen=True, kw_only=True)
class Key(Generic[T]):
    """One key of a mapping.

    Args:
        name: as the file has it.
        meaning: in a line.
        example: a value, as the file has it.
        default: what it is when the file has no such key; MISSING where it has to be there.
        default_words: the same for people, where it follows from something else.
        nothing: why the key is not allowed at all, where it is not.
        rules: what else may be refused, each in the words of its error.
        changing: what happens when another value comes later; empty where it simply takes effect.
        fixed: why it stays what it was on the first day.
    """

    name: str = field(kw_only=False)
    meaning: str
    example: Any
    default: Any = MISSING
    default_words: str = ""
    nothing: str | Varies[str] = ""
    rules: tuple[str, ...] = ()
    changing: str = ""
    fixed: Fixed | None = None

    def of(self, environment: Environment) -> Self:
        """The same key as an environment has it."""
        varied = {
            each.name: value.in_environment(environment)
            for each in fields(self)
            if isinstance(value := getattr(self, each.name), Varies)
        }
        return replace(self, **varied)

    def but(self, **changes: Any) -> Self:
        """The same key where something follows from what stands elsewhere in the file."""
        return replace(self, **changes)

    def read(self, reader: Reader) -> T:
        """The value in a mapping. A mistake is noted and answered with a stand-in.

        The stand-in keeps the reading going, so that later keys are checked as well; it is never used,
        since the loader raises at the end.
        """
        optional = self.default is not MISSING
        value = reader.take(self.name, allowed=self.allowed, example=flow(self.example), optional=optional)
        if value is MISSING:
            return cast(T, self.default) if optional else self.stand_in
        if self.nothing:
            reader.problem(self.name, value, one(self.nothing), "Remove it.")
            return cast(T, self.default) if optional else self.stand_in
        return self.checked(reader, value)

    def refuse(self, reader: Reader, value: object, advice: str = "") -> None:
        """Notes that a value is not what is allowed."""
        reader.problem(self.name, value, self.allowed, advice)

    @property
    def documented(self) -> tuple[str, ...]:
        """Everything that is allowed, each in the words of its error."""
        return (one(self.nothing),) if self.nothing else (self.allowed, *self.limits, *self.rules)

    @property
    def in_file(self) -> Any:
        """The example as the file has it."""
        return self.example

    @property
    def limits(self) -> tuple[str, ...]:
        """What else is counted or measured, each in the words of its error."""
        return ()

    @property
    def hint(self) -> str:
        """What a person who has written something else can write."""
        return f"For example `{self.name}: {flow(self.example)}`."

    @property
    @abstractmethod
    def allowed(self) -> str:
        """What is allowed, in words."""

    @property
    @abstractmethod
    def stand_in(self) -> T:
        """What takes the place of a value that is wrong."""

    @abstractmethod
    def checked(self, reader: Reader, value: object) -> T:
        """A value that is right; of another one the mistake is noted."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One mapping of a file, with its keys.

    Args:
        name: as the file has it; empty for the file itself.
        parts: its keys, and the mappings in it, in the order of the page.
        title: of its part of the page; a mapping without one is told of together with what it is in.
        optional: it may be left out.
        absent: what holds when it is left out.
        intro: what a person should know beside the keys.
        names: where a person names its entries, which then have the keys.
        entry: what the page calls such a name.
        example_name: one of the names.
        listed: it is a list of mappings with these keys.
    """

    name: str = field(kw_only=False)
    parts: tuple[Key[Any] | Section, ...]
    title: str = ""
    optional: bool = False
    absent: str = ""
    intro: str = ""
    names: Names | None = None
    entry: str = "<name>"
    example_name: str = ""
    listed: bool = False

    @property
    def path(self) -> str:
        """What its keys have in front of them, within the mapping that it is in."""
        if not self.name:
            return ""
        return f"{self.name}{f'.{self.entry}' if self.names else ''}{'[]' if self.listed else ''}."

    def read(self, reader: Reader) -> Reader:
        """The mapping, within the one that it is in."""
        return reader.section(self.name, optional=self.optional, example=self._smallest)

    def if_there(self, reader: Reader) -> Reader | None:
        """The mapping; None when it is left out."""
        return reader.section_if_there(self.name, example=self._smallest)

    def entries(self, reader: Reader) -> dict[str, Reader]:
        """The mappings by the names that a person has chosen."""
        assert self.names is not None
        names = self.names
        return reader.entries(
            self.name,
            pattern=names.pattern,
            allowed=names.words,
            most=names.most,
            optional=self.optional,
            example=self._smallest,
            entry_example=flow(self._example_of_entry()),
        )

    def example(self, environment: Environment) -> Any:
        """What stands under its name, with every key."""
        content: dict[str, Any] = {}
        for part in self.parts:
            if isinstance(part, Section):
                content[part.name] = part.example(environment)
            else:
                content[part.name] = part.of(environment).in_file
        if self.names:
            return {self.example_name: content}
        return [content] if self.listed else content

    @property
    def _smallest(self) -> str:
        """The shortest example, in one line: what has to be there, or one key where nothing has to."""
        return flow(self._example_of_required())

    def _example_of_required(self) -> Any:
        content = self._example_of_entry()
        if self.names:
            return {self.example_name: content}
        return [content] if self.listed else content

    def _example_of_entry(self) -> dict[str, Any]:
        return {
            part.name: part._example_of_required() if isinstance(part, Section) else _same_everywhere(part)
            for part in [part for part in self.parts if _has_to_be_there(part)] or self.parts[:1]
        }

    def declared(self, prefix: str = "") -> Iterator[tuple[str, Key[Any]]]:
        """Every key below, with the whole path to it."""
        for part in self.parts:
            if isinstance(part, Section):
                yield from part.declared(f"{prefix}{part.path}")
            else:
                yield f"{prefix}{part.name}{getattr(part, 'suffix', '')}", part


def _has_to_be_there(part: Key[Any] | Section) -> bool:
    return not part.optional if isinstance(part, Section) else part.default is MISSING


def _same_everywhere(key: Key[Any]) -> Any:
    """A key's example, where it is the same in every environment."""
    return "…" if isinstance(key.example, Varies) else key.in_file


def one(value: T | Varies[T]) -> T:
    """A value that is the same in every environment, or has been made so by `Key.of`."""
    if isinstance(value, Varies):
        raise TypeError("ask for the key of an environment first")
    return value

"""Kinds of secrets, by where their values come from: the whole list, as data, with all that follows.

One more kind is one more record here; its function, if it is rotated, is in `functions/`: docs/extending.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Self

# Letters and digits alone, so that it fits into every URL and configuration file: about 238 bits.
PASSWORD_LENGTH = 40


@dataclass(frozen=True)
class Ending:
    """How a value ends that somebody has who should not.

    Args:
        rotations: after which nothing of the present value is accepted.
        meanwhile: what is still accepted before the last one.
        afterwards: what is still accepted then, and what the command cannot end.
    """

    rotations: int
    meanwhile: str
    afterwards: tuple[str, ...]


@dataclass(frozen=True)
class Rotator:
    """A function that rotates the entries of one kind.

    Args:
        name: in the program and, within the environment, in AWS.
        description: what it does.
        overlap: what is accepted while it rotates, so that nothing breaks; for docs/secrets.md.
        ending: how the values that it makes end.
    """

    name: str
    description: str
    overlap: str
    ending: Ending

    @property
    def folder(self) -> str:
        """Its code in `functions/`."""
        return self.name.replace("-", "_")


@dataclass(frozen=True)
class Rotation:
    """How entries are that are rotated.

    Args:
        rotator: who rotates them.
        fields: of the value, each with what the name of its first password adds to the entry's; several may
            have the same one. Services get all of them, the first as the variable itself.
        length: of each password, in letters and digits.
        others: what the other variables hold, and what a service does with them; for docs/application.md.
    """

    rotator: Rotator
    fields: Mapping[str, str]
    length: int
    others: str

    def variables(self, variable: str) -> dict[str, str]:
        """What a service gets that has such an entry in a variable: each variable with its field."""
        first, *others = self.fields
        return {variable: first, **{f"{variable}_{field.upper()}": field for field in others}}


@dataclass(frozen=True)
class Generated:
    """What the program gives an entry.

    Args:
        length: of the value, in letters and digits.
        rotation: where the system file has it rotated; None where it cannot be.
    """

    length: int = PASSWORD_LENGTH
    rotation: Rotation | None = None


_TOKENS = (
    "tokens that were signed after the second rotation, with a key that nobody else has. All of before are "
    "refused: people sign in again"
)

# functions/rotate_signing_key says why an entry has three keys, and makes the later ones like these. Nothing
# has been signed with a key before the first one, so the previous one may be any.
SIGNING_KEYS = Rotation(
    Rotator(
        "rotate-signing-key",
        "Rotates signing keys; the one before and the one after are valid too",
        "an entry has `current`, `previous` and `next`. Services sign with the first and accept all three. "
        "`previous` keeps old tokens valid; `next` is why a pod that still has the old view accepts what a "
        "restarted one signs.",
        # Whoever has the entry has the key that is used next, too.
        Ending(
            3,
            "the keys that leaked, the next one among them: it is used after the first rotation, and "
            "accepted as the previous one after the second",
            (_TOKENS,),
        ),
    ),
    fields=MappingProxyType({"current": "", "previous": "", "next": "-next"}),
    length=86,
    others="the signing key before and the one after: accept all three, sign with <VARIABLE>",
)


class SecretSource(StrEnum):
    """Where a secret's value comes from: in words, and what the program gives it (None for nothing)."""

    _value_: str
    who: str
    generated: Generated | None

    def __new__(cls, name: str, who: str, generated: Generated | None) -> Self:
        source = str.__new__(cls, name)
        source._value_ = name
        source.who = who
        source.generated = generated
        return source

    # Somebody else gives it out; it never stands in a file.
    PERSON = "person", "a person, by command", None
    GENERATED = "generated", "it is generated", Generated(rotation=SIGNING_KEYS)

    @classmethod
    def named(cls, name: str) -> Self:
        """The one of this name."""
        return next(each for each in cls if each == name)

    @property
    def rotation(self) -> Rotation | None:
        """How its entries are rotated; None where they cannot be."""
        return self.generated.rotation if self.generated else None

"""The secrets that a system file declares: where their values come from, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from infra.configuration import maxima, patterns
from infra.configuration.platform_secrets import PLATFORM_SECRETS
from infra.configuration.validation import Reader

# Days. EKS Auto Mode replaces every node after 21 at the latest (EKS user guide, "Automode managed
# instances"), so every pod has started anew by then. An old value stays valid until the next rotation:
# a shorter one would leave pods behind with a value that has ended.
POD_LIFETIME_MAXIMUM = 21


class SecretSource(StrEnum):
    """Where a secret's value comes from."""

    PERSON = "person"  # somebody else gives it out; it is set by command and never stands in a file
    GENERATED = "generated"


@dataclass(frozen=True)
class SecretEntry:
    """One entry of Secrets Manager.

    Args:
        rotation: days after which a generated value is renewed; None for never.
        live: what a value for real use looks like, as a regular expression; dev and staging refuse it.
        test: what a value for tests looks like; prod refuses it.
    """

    name: str
    description: str
    source: SecretSource
    rotation: int | None
    live: str | None
    test: str | None


def read_secrets(root: Reader) -> Mapping[str, SecretEntry]:
    """The section `secrets`, by name."""
    readers = root.entries(
        "secrets",
        pattern=patterns.SECRET,
        allowed=patterns.SECRET_ALLOWED,
        most=maxima.SECRETS,
        optional=True,
    )
    for name in PLATFORM_SECRETS:
        if name in readers:
            root.section("secrets").problem(
                name, name, f"other names than {', '.join(PLATFORM_SECRETS)}, which the platform fills itself"
            )
    return MappingProxyType({name: _secret(name, reader) for name, reader in readers.items()})


def _secret(name: str, reader: Reader) -> SecretEntry:
    source = SecretSource(reader.choice("source", SecretSource, default=SecretSource.PERSON))
    rotation = (
        reader.integer("rotation", minimum=POD_LIFETIME_MAXIMUM + 1, maximum=365, unit="days", default=0)
        or None
    )
    if rotation and source is not SecretSource.GENERATED:
        reader.problem(
            "rotation", rotation, "a secret with `source: generated`", "Others are renewed by a person."
        )
    entry = SecretEntry(
        name,
        reader.text(
            "description",
            pattern=patterns.line(1, 200),
            allowed="what it is for, in one line of at most 200 characters",
            example="Stripe's API key",
        ),
        source,
        rotation,
        _expression(reader, "live"),
        _expression(reader, "test"),
    )
    reader.finish()
    return entry


def _expression(reader: Reader, name: str) -> str | None:
    text = reader.text(
        name,
        pattern=patterns.line(1, 200),
        allowed="a regular expression in one line, at most 200 characters",
        example="^sk_live_",
        default="",
    )
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        reader.problem(name, text, "a regular expression", f"This one has {error}.")
        return None
    if _backtracks(text):
        reader.problem(
            name,
            text,
            "a regular expression in which nothing is repeated that repeats or has alternatives itself",
            "On some values this one would be tried for years: (a+)+ is a+.",
        )
    return text or None


_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[*+]|\{\d*,\d*\}|.", re.DOTALL)


def _backtracks(expression: str) -> bool:
    """Whether a group that is repeated can match a text in several ways: all of them are tried."""
    varies = [False]  # of each group that is open, the outermost first
    closed = False  # the piece before was a group that varies
    for piece in _PIECE.findall(expression):
        repeats = piece in ("*", "+") or (piece[0] == "{" and len(piece) > 1)
        if repeats and closed:
            return True
        closed = False
        if piece == "(":
            varies.append(False)
        elif piece == ")":
            closed = varies.pop()
            varies[-1] |= closed
        elif repeats or piece in ("|", "?"):
            varies[-1] = True
    return False

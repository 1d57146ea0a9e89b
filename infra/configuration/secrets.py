"""The secrets that a system file declares: where their values come from, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from infra.configuration import maxima, patterns
from infra.configuration.environments import those
from infra.configuration.keys import Names, Section
from infra.configuration.kinds import Choice, Number, Text, choices
from infra.configuration.platform_secrets import PLATFORM_SECRETS
from infra.configuration.secret_sources import Rotation, SecretSource
from infra.configuration.validation import Reader

# Days. EKS Auto Mode replaces every node after 21 at the latest (EKS user guide, "Automode managed
# instances"), so every pod has started anew by then. An old value stays valid until the next rotation:
# a shorter one would leave pods behind with a value that has ended.
POD_LIFETIME_MAXIMUM = 21


_ROTATED = "a secret with " + " or ".join(f"`source: {each}`" for each in SecretSource if each.rotation)
_LINEAR = "a regular expression in which nothing is repeated that repeats or has alternatives itself"

DESCRIPTION = Text(
    "description",
    meaning="what it is for",
    pattern=patterns.line(1, 200),
    words="what it is for, in one line of at most 200 characters",
    example="Signs access tokens",
)
SOURCE = Choice(
    "source",
    meaning=f"who gives the value: {', or '.join(each.who for each in SecretSource)}",
    choices=choices(SecretSource),
    default=SecretSource.PERSON.value,
    example=SecretSource.GENERATED.value,
)
ROTATION = Number(
    "rotation",
    meaning="after which a generated value is renewed",
    minimum=POD_LIFETIME_MAXIMUM + 1,
    maximum=365,
    unit="days",
    default=0,
    default_words="never",
    rules=(_ROTATED,),
    example=90,
)


def _expression_key(name: str, meaning: str, example: str) -> Text:
    return Text(
        name,
        meaning=meaning,
        pattern=patterns.line(1, 200),
        words="a regular expression in one line, at most 200 characters",
        rules=(_LINEAR,),
        default="",
        default_words="nothing is refused by its look",
        example=example,
    )


LIVE = _expression_key(
    "live",
    f"what a value for real use looks like; only {those(lambda standard: standard.live)} takes it",
    "^live-",
)
TEST = _expression_key(
    "test",
    f"what a value for tests looks like; {those(lambda standard: standard.live)} refuses it",
    "^test-",
)
SECRETS = Section(
    "secrets",
    title="Secrets",
    optional=True,
    intro="Entries of Secrets Manager. A value that a person sets is in no file: `make secret NAME=…`.",
    names=Names(patterns.SECRET, patterns.SECRET_ALLOWED, maxima.SECRETS),
    example_name="access-key",
    parts=(DESCRIPTION, SOURCE, ROTATION, LIVE, TEST),
)


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

    @property
    def rotated(self) -> Rotation | None:
        """How it is rotated; None where its value stays, and is a text as a whole."""
        return self.source.rotation if self.rotation is not None else None


def read_secrets(root: Reader) -> Mapping[str, SecretEntry]:
    """The section `secrets`, by name."""
    readers = SECRETS.entries(root)
    for name in PLATFORM_SECRETS:
        if name in readers:
            root.section("secrets").problem(
                name, name, f"other names than {', '.join(PLATFORM_SECRETS)}, which the platform fills itself"
            )
    return MappingProxyType({name: _secret(name, reader) for name, reader in readers.items()})


def _secret(name: str, reader: Reader) -> SecretEntry:
    source = SecretSource.named(SOURCE.read(reader))
    rotation = ROTATION.read(reader) or None
    if rotation and source.rotation is None:
        reader.problem(ROTATION.name, rotation, _ROTATED, "Others are renewed by a person.")
    entry = SecretEntry(
        name,
        DESCRIPTION.read(reader),
        source,
        rotation,
        _expression(reader, LIVE),
        _expression(reader, TEST),
    )
    reader.finish()
    return entry


def _expression(reader: Reader, key: Text) -> str | None:
    text = key.read(reader)
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        reader.problem(key.name, text, "a regular expression", f"This one has {error}.")
        return None
    if _backtracks(text):
        reader.problem(
            key.name, text, _LINEAR, "On some values this one would be tried for years: (a+)+ is a+."
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

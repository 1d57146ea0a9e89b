"""The secrets that a system file declares: where their values come from, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from infra.configuration import patterns
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
    readers = root.entries("secrets", pattern=patterns.NAME, allowed=patterns.NAME_ALLOWED, optional=True)
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
        reader.text("description", pattern=r".{1,200}", allowed="what it is for", example="Stripe's API key"),
        source,
        rotation,
        _expression(reader, "live"),
        _expression(reader, "test"),
    )
    reader.finish()
    return entry


def _expression(reader: Reader, name: str) -> str | None:
    text = reader.text(name, pattern=r".+", allowed="a regular expression", example="^sk_live_", default="")
    try:
        re.compile(text)
    except re.error as error:
        reader.problem(name, text, "a regular expression", f"This one has {error}.")
    return text or None

"""The bucket that a person means: by what the program calls it, or by S3's name."""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration import Configuration
from infra.configuration.buckets import CATALOGUE, FRONTEND, FRONTEND_VERSION_DAYS
from operations.console import OperationError


@dataclass(frozen=True)
class Meant:
    """A bucket of the environment.

    Args:
        kind: what the program calls it: `documents`.
        name: S3's.
        region: where it is.
        days: how long an old version stays after another one has taken its place.
    """

    kind: str
    name: str
    region: str
    days: int


def meant(configuration: Configuration, text: str) -> Meant:
    """The bucket of a kind, or of S3's name; the copy in the recovery region goes by S3's name alone.

    Raises:
        OperationError: the environment has no such bucket.
    """
    there = _buckets(configuration)
    found = next((each for each in there if text in (each.kind, each.name)), None)
    if found is None:
        names = ", ".join(f"{each.kind} ({each.name})" for each in there)
        raise OperationError(
            f"BUCKET: found {text!r}; {configuration.settings.environment} has {names}. "
            "Write the short name or S3's."
        )
    return found


def _buckets(configuration: Configuration) -> list[Meant]:
    home, there = configuration.naming, configuration.naming.in_recovery_region
    kinds = {each.name: each.noncurrent_expire_after for each in CATALOGUE}
    if configuration.system.frontend is not None:
        kinds[FRONTEND] = FRONTEND_VERSION_DAYS
    buckets = [Meant(kind, home.bucket(kind), home.region, days) for kind, days in kinds.items()]
    if configuration.settings.copies:
        buckets += [
            Meant(each.name, there.bucket(each.name), there.region, each.noncurrent_expire_after)
            for each in CATALOGUE
            if each.replicated
        ]
    return buckets

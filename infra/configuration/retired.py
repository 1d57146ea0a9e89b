"""Services that do not run any more, and what of them stays: logs and images.

The log group of a service is protected where data is: the preview of a deployment that would delete it is
refused. Here a service's name keeps it, under the same identity, so that the service can come back to it:
nothing has to be imported. When the logs have ended and nobody needs the images, the entry goes, and with it
the protection (`pulumi state unprotect`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from infra.configuration import patterns, platform_names
from infra.configuration.images import REPOSITORY, REPOSITORY_ALLOWED
from infra.configuration.service import Service
from infra.configuration.validation import Reader


@dataclass(frozen=True)
class Retired:
    """A service of before; `repository` is its image's, None for one that nobody needs."""

    name: str
    repository: str | None


def read_retired(root: Reader, services: Mapping[str, Service]) -> Mapping[str, Retired]:
    """The section `retired`, by name."""
    readers = root.entries("retired", pattern=patterns.PART, allowed=patterns.PART_ALLOWED, optional=True)
    retired = {}
    for name, reader in readers.items():
        if name in services:
            root.section("retired").problem(
                name, name, "a service that does not run", "Take it out of one of the two."
            )
        elif other := platform_names.pod_name_mistake(name, ()):
            root.section("retired").problem(name, name, f"another name: this one is {other}")
        repository = reader.text(
            "repository",
            pattern=REPOSITORY,
            allowed=REPOSITORY_ALLOWED,
            example="backend",
            default="",
        )
        retired[name] = Retired(name, repository or None)
        reader.finish()
    return MappingProxyType(retired)

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
from infra.configuration.images import repository_key
from infra.configuration.keys import Names, Section
from infra.configuration.service import Service
from infra.configuration.validation import Reader


@dataclass(frozen=True)
class Retired:
    """A service of before; `repository` is its image's, None for one that nobody needs."""

    name: str
    repository: str | None


RETIRED_REPOSITORY = repository_key("its image's repository, kept with its images").but(
    default="", default_words="none is kept"
)
RETIRED = Section(
    "retired",
    title="Services that do not run any more",
    optional=True,
    intro="""Where data is protected, the preview of a deployment that would delete a service's logs or
images is refused: whoever takes a service away, or calls it otherwise, names it under `retired` (with
`{}` for its logs alone). They stay what they are, and the service comes back to them when it moves to
`services` again: nothing is imported. When the logs have ended, `pulumi state unprotect` and the removal
of the entry end them too. The same goes for a secret: as long as `secrets` has it, it stays, whether a
service names it or not.""",
    names=Names(patterns.PART, patterns.PART_ALLOWED),
    example_name="old-api",
    parts=(RETIRED_REPOSITORY,),
)


def read_retired(root: Reader, services: Mapping[str, Service]) -> Mapping[str, Retired]:
    """The section `retired`, by name."""
    readers = RETIRED.entries(root)
    retired = {}
    for name, reader in readers.items():
        if name in services:
            root.section("retired").problem(
                name, name, "a service that does not run", "Take it out of one of the two."
            )
        elif other := platform_names.pod_name_mistake(name, ()):
            root.section("retired").problem(name, name, f"another name: this one is {other}")
        repository = RETIRED_REPOSITORY.read(reader)
        retired[name] = Retired(name, repository or None)
        reader.finish()
    return MappingProxyType(retired)

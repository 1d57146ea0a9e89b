"""Which version of its image each service runs (contract ENV-4: digests, but for dev)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from infra.configuration.environments import Environment
from infra.configuration.validation import Described, Reader

DIGEST = r"sha256:[0-9a-f]{64}"
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
# ECR's list of exclusion filters (ImageTagMutabilityExclusionFilters).
TAGS_MAXIMUM = 5

# ECR's form (CreateRepository, repositoryName), and what a host of somebody else's has in front of it. ECR
# has the system's name in front as well, within 256 characters.
_COMPONENT = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY = rf"(?=.{{2,200}}$)([a-zA-Z0-9.-]+(:[0-9]{{1,5}})?/)?{_COMPONENT}(/{_COMPONENT})*"
REPOSITORY_ALLOWED = (
    "an image's repository without tag or digest, in lower-case letters, digits and single . _ - /"
)


def is_digest(version: str) -> bool:
    """Whether a version means one image for ever; a tag may come to mean another one."""
    return re.fullmatch(DIGEST, version) is not None


def read_images(root: Reader, name: str, environment: Environment) -> Mapping[str, str]:
    """The versions under a key, by service: digests, in dev tags as well."""
    by_digest = environment.standard.digests_required
    allowed = "a digest (sha256: and 64 hexadecimal digits)"
    images = root.words(
        name,
        key_pattern=r"[a-z][a-z0-9-]*",
        key_allowed="the name of a service",
        pattern=DIGEST if by_digest else f"{DIGEST}|{TAG}",
        allowed=f"{allowed}; {environment} refuses a tag, which can move"
        if by_digest
        else f"{allowed}, or a tag",
        example=f"sha256:{'0' * 64}",
    )
    tags = {version for version in images.values() if version and not is_digest(version)}
    if len(tags) > TAGS_MAXIMUM:
        root.problem(
            name,
            Described(f"{len(tags)} different tags"),
            f"at most {TAGS_MAXIMUM}: the registry has no more exceptions from tags that never move",
            "Let services that are built together share one, such as main, or take digests.",
        )
    return MappingProxyType(images)


def read_images_of_system(root: Reader) -> Mapping[Environment, Mapping[str, str]] | None:
    """A system file's own versions, for every environment; None when it has none."""
    section = root.section_if_there("images")
    if section is None:
        return None
    images = {environment: read_images(section, environment, environment) for environment in Environment}
    section.finish()
    return MappingProxyType(images)

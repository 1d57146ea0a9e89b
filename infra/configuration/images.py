"""Which version of its image each service runs (contract ENV-4: digests, but for dev)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from infra.configuration.environments import STANDARDS, Environment
from infra.configuration.validation import Reader

DIGEST = r"sha256:[0-9a-f]{64}"
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"


def is_digest(version: str) -> bool:
    """Whether a version means one image for ever; a tag may come to mean another one."""
    return re.fullmatch(DIGEST, version) is not None


def read_images(root: Reader, name: str, environment: Environment) -> Mapping[str, str]:
    """The versions under a key, by service: digests, in dev tags as well."""
    by_digest = STANDARDS[environment].digests_required
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
    return MappingProxyType(images)


def read_images_of_system(root: Reader) -> Mapping[Environment, Mapping[str, str]] | None:
    """A system file's own versions, for every environment; None when it has none."""
    section = root.section_if_there("images")
    if section is None:
        return None
    images = {environment: read_images(section, environment, environment) for environment in Environment}
    section.finish()
    return MappingProxyType(images)

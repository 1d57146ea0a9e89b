"""Versions of the services' images (contract ENV-4: digests, but for dev)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from infra.configuration.environments import Environment
from infra.configuration.keys import Names, Section, Varies
from infra.configuration.kinds import Mapped, Text
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


def repository_key(meaning: str) -> Text:
    """The declaration of a key that names an image's repository."""
    return Text(
        "repository", meaning=meaning, pattern=REPOSITORY, words=REPOSITORY_ALLOWED, example="backend"
    )


def is_digest(version: str) -> bool:
    """Whether a version means one image for ever; a tag may come to mean another one."""
    return re.fullmatch(DIGEST, version) is not None


def release_name(version: str) -> str:
    """What a Job of a version of an image is called after: twelve digits of the digest, or the tag."""
    tag = version.removeprefix("sha256:")[:12] if version.startswith("sha256:") else version
    return re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-")[:40]


def is_own(repository: str) -> bool:
    """Whether a system file means a repository of the environment's registry: its first part is no host."""
    first, slash, _ = repository.partition("/")
    return not slash or not ("." in first or ":" in first)


_DIGEST_WORDS = "a digest (sha256: and 64 hexadecimal digits)"


def _words(environment: Environment) -> str:
    if environment.standard.digests_required:
        return f"{_DIGEST_WORDS}; {environment} refuses a tag, which can move"
    return f"{_DIGEST_WORDS}, or a tag"


_FEW_TAGS = f"at most {TAGS_MAXIMUM}: the registry has no more exceptions from tags that never move"
_EXAMPLE = f"sha256:{'0' * 64}"


def images_key(name: str, environment: Environment | None = None) -> Mapped[str]:
    """The declaration of versions by service: of a stack file's environment, or of a certain one."""
    by_digest = Varies(lambda each: DIGEST if each.standard.digests_required else f"{DIGEST}|{TAG}")
    item = Text(
        "",
        meaning="",
        pattern=by_digest.in_environment(environment) if environment else by_digest,
        words=_words(environment) if environment else Varies(_words),
        example=_EXAMPLE,
    )
    return Mapped(
        name,
        meaning="the version of each service's image; `make promote` and `make rollback` write it",
        names=Names(r"[a-z][a-z0-9-]*", "the name of a service"),
        item=item,
        entry="<service>",
        default_words="required for every service",
        rules=("an image for each service", f"of different tags {_FEW_TAGS}"),
        example={"api": _EXAMPLE},
    )


IMAGES = images_key("images")
SYSTEM_IMAGES = Section(
    "images",
    title="Versions of a file that is tried",
    optional=True,
    intro="""`system.yaml` has none: its versions are in the stack files. Another file that is only
tried brings its own for every environment, because those in the stack files belong to `system.yaml`.""",
    parts=tuple(images_key(environment, environment) for environment in Environment),
)


def read_images(root: Reader, key: Mapped[str]) -> Mapping[str, str]:
    """The versions under a key, by service: digests, in dev tags as well."""
    images = key.read(root)
    tags = {version for version in images.values() if version and not is_digest(version)}
    if len(tags) > TAGS_MAXIMUM:
        root.problem(
            key.name,
            Described(f"{len(tags)} different tags"),
            _FEW_TAGS,
            "Let services that are built together share one, such as main, or take digests.",
        )
    return MappingProxyType(images)


def read_images_of_system(root: Reader) -> Mapping[Environment, Mapping[str, str]] | None:
    """A system file's own versions, for every environment; None when it has none."""
    section = SYSTEM_IMAGES.if_there(root)
    if section is None:
        return None
    keys = zip(Environment, SYSTEM_IMAGES.parts, strict=True)
    images = {environment: read_images(section, key) for environment, key in keys if isinstance(key, Mapped)}
    section.finish()
    return MappingProxyType(images)

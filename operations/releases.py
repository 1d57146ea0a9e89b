"""Releases: promotion and rollback of the images' versions in the stack files (contract ENV-4, K8S-5).

Both only change digests in a stack file. What is deployed is what is committed, so a preview shows it
beforehand and the history afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from infra.configuration.environments import Environment
from infra.configuration.file_names import DEFAULT_FILE, stack_file_name
from infra.configuration.files import UnreadableFile, content_of, stack_config, stack_values, system_file_of
from infra.configuration.images import DIGEST
from operations.checkout import environment_named
from operations.console import OperationError
from operations.release_history import Release, release_at, releases
from operations.versions import KEY, Changes, stack_file, versions, write


def parse_digests(texts: Sequence[str]) -> dict[str, str]:
    """`api=sha256:…` as a mapping.

    Raises:
        OperationError: one is not of this form.
    """
    found = {}
    for text in texts:
        name, _, version = text.partition("=")
        if not name or not re.fullmatch(DIGEST, version):
            raise OperationError(
                f"--digest {text}: found something else than SERVICE=sha256: and 64 hexadecimal digits."
            )
        found[name] = version
    return found


def promote(root: Path, source: str, target: str, digests: Mapping[str, str]) -> Changes:
    """Writes the source's digests into the target's stack file.

    Args:
        root: the checkout.
        source: where the versions were tried.
        target: the next environment.
        digests: for services that the source runs by tag.

    Returns:
        What changed: the version before and the one now, by service.

    Raises:
        OperationError: the target does not follow the source, or a version is a tag, which can move.
    """
    _check_step(source, target)
    _check_versions_count(root, target)
    tried = {**versions(stack_file(root, source)), **digests}
    tags = sorted(name for name, version in tried.items() if not re.fullmatch(DIGEST, version))
    if tags:
        named = " ".join(f"{name}=sha256:…" for name in tags)
        raise OperationError(
            f"{stack_file_name(source)}: {KEY}: found tags for {', '.join(tags)}; {target} takes "
            "digests alone.\n"
            f'Say which ones were tried: DIGESTS="{named}" with make, --digest for each without.'
        )
    return write(stack_file(root, target), tried)


def untried(root: Path, environment: str, images: Mapping[str, str]) -> str:
    """Where versions had to be tried before an environment gets them, and never were; empty when they were.

    They were tried where the history of the stack file before has all of them at once. Where that one may
    name tags, which can move, or where there is no history, nobody knows.

    Args:
        root: the checkout, with its history.
        environment: that would get them.
        images: the version of each service.
    """
    before = environment_named(environment).standard.after
    if not before or not environment_named(before).standard.digests_required:
        return ""
    if dict(images) != versions(stack_file(root, environment)):  # a chosen system file has its own
        return ""
    had = releases(root, stack_file(root, before))
    return "" if any(dict(each.images) == dict(images) for each in had) else before


def roll_back(root: Path, environment: str, to: str = "") -> tuple[Release, Changes]:
    """Writes the versions that the environment had before into its stack file, from the history.

    Args:
        root: the checkout.
        environment: its name.
        to: a revision whose release is taken; the one before without it, passing over what was rolled back.

    Returns:
        The release, and what changed.

    Raises:
        OperationError: there is no such environment or release, or no earlier one.
    """
    file = stack_file(root, environment)
    _check_versions_count(root, environment)
    now, *before = releases(root, file)
    if to:
        there = release_at(root, file, to)
        if there is None:
            raise OperationError(f"{file.name}: {to}: found no release there. {_candidates(before, now)}")
        marked = [each.rolled_back for each in before if each.images == there.images]
        chosen = replace(there, rolled_back=next(filter(None, marked), ""))
    else:
        others = [each for each in before if each.images != now.images]
        good = [each for each in others if not each.rolled_back]
        if not others:
            raise OperationError(
                f"{file.name}: the history has no other versions than these; nothing was written."
            )
        if not good:
            raise OperationError(
                f"{file.name}: every other release was rolled back; nothing was written. "
                f"{_candidates(before, now)} TO=… takes one all the same."
            )
        chosen = good[0]
    return chosen, write(file, chosen.images)


def _check_step(source: str, target: str) -> None:
    steps = Environment.steps()
    if (environment_named(source), environment_named(target)) not in steps:
        allowed = ", ".join(f"{one} to {following}" for one, following in steps)
        raise OperationError(
            f"found {source} to {target}; allowed: {allowed}. "
            "What an environment runs was tried in the one before it."
        )


def _candidates(before: Sequence[Release], now: Release) -> str:
    named = [
        f"{each.commit} ({each.day}{f', rolled back {each.rolled_back}' if each.rolled_back else ''})"
        for each in before
        if each.images != now.images
    ]
    return f"There are: {', '.join(named[:10]) or 'none'}."


def _check_versions_count(root: Path, environment: str) -> None:
    """Refuses to write versions that would have no effect: a system file's own ones are what runs."""
    try:
        system = system_file_of(stack_values(stack_config(root, environment)), root)
        content = content_of(root, system) if system != DEFAULT_FILE else None
    except UnreadableFile as error:
        raise OperationError(str(error)) from None
    if isinstance(content, Mapping) and "images" in content:
        raise OperationError(
            f"{stack_file_name(environment)} chooses {system}, whose own `images` are what runs; "
            "versions in the stack file would have no effect, and nothing was written. "
            f"Move those of {system} into the stack files first."
        )

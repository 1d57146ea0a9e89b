"""The way back, told from a release: nothing but versions is otherwise than in what was rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yaml import YAMLError

from infra.configuration import Configuration
from infra.configuration.file_names import stack_file_name
from infra.configuration.strict_yaml import parse
from operations.console import OperationError
from operations.deployment.records import Outcome, Record
from operations.release_history import git

# A deployment that the same command finishes.
UNFINISHED = (Outcome.FAILED, Outcome.INTERRUPTED, Outcome.LOCKED_OUT)

# What `make rollback` writes.
_VERSIONS = ("groundwork:images", "groundwork:takenBack")


def goes_back(root: Path, configuration: Configuration, newest: Sequence[Record]) -> bool:
    """Whether the last deployment was rolled back, and this one brings the versions that stood before it.

    What else may be lost or weakened was agreed to when that one was deployed: all files but the stack file
    are as they were then, and the stack file but for its versions.

    Args:
        root: the checkout.
        configuration: of the environment.
        newest: its deployments, the newest first.
    """
    images = dict(configuration.images)
    # A way back that has not come to its end is one when it is deployed once more.
    before = [each for each in newest if not (each.outcome in UNFINISHED and dict(each.images) == images)]
    if not before or before[0].outcome is not Outcome.ROLLED_BACK:
        return False
    stood = any(
        each.outcome in (Outcome.DEPLOYED, Outcome.GOOD) and dict(each.images) == images for each in before
    )
    return stood and _only_versions_differ(root, configuration, before[0].commit)


def _only_versions_differ(root: Path, configuration: Configuration, commit: str) -> bool:
    file = stack_file_name(configuration.settings.environment.value)
    try:
        changed = git(root, "diff", "--name-only", "--relative", commit, "--").split("\n")
        then, now = git(root, "show", f"{commit}:./{file}"), (root / file).read_text(encoding="utf-8")
        return {*changed} <= {file, ""} and _without_versions(then) == _without_versions(now)
    except (OperationError, OSError, UnicodeDecodeError, YAMLError):
        return False  # nobody can tell: so it is asked


def _without_versions(text: str) -> Any:
    content = parse(text)
    config = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict):
        return content
    return {**content, "config": {key: value for key, value in config.items() if key not in _VERSIONS}}

"""The engine's state and the release: what says which resources there are, and what runs on them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.configuration import Configuration
from operations.console import OperationError
from operations.recovery.pulumi import Pulumi
from operations.release_history import revision

STATE = "state.json"


@dataclass(frozen=True)
class Exported:
    """The state, or why it cannot be had.

    Args:
        state: as `pulumi stack export` gives it, in which secrets are encrypted; None without.
        problem: why not; empty with one.
    """

    state: Mapping[str, Any] | None = None
    problem: str = ""


def export(root: Path, stack: str) -> Exported:
    """The state as it is now, of whichever backend the person is logged in to.

    Args:
        root: of the checkout.
        stack: the environment's name.
    """
    if shutil.which("pulumi") is None:
        return Exported(
            problem="pulumi is not on PATH; it is in `make shell`, or install it and `pulumi login`"
        )
    try:
        found = Pulumi(root, stack).export()
        resources = found["deployment"]["resources"]
    except OperationError as error:
        return Exported(problem=" ".join(str(error).split()))
    except (ValueError, KeyError, TypeError):
        return Exported(problem="pulumi stack export: what it printed is no state with resources")
    return Exported(found) if resources else Exported(problem="pulumi stack export: the stack is empty")


def release(root: Path, configuration: Configuration) -> dict[str, Any]:
    """The image of each service, as the stack file says it, and the revision of the checkout."""
    try:
        commit, clean = revision(root)
    except OperationError as error:
        return {"revision": None, "clean": False, "problem": str(error), "images": dict(configuration.images)}
    return {"revision": commit, "clean": clean, "images": dict(configuration.images)}

"""The workflows of `.github/workflows/`, read as GitHub reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.support.checkout import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"


@dataclass(frozen=True)
class Job:
    """A job of a workflow."""

    workflow: str
    name: str
    content: Mapping[str, Any]

    @property
    def steps(self) -> Sequence[Mapping[str, Any]]:
        """In their order; none where it calls another workflow."""
        steps: Sequence[Mapping[str, Any]] = self.content.get("steps", ())
        return steps


@cache
def read(workflow: str) -> Mapping[str, Any]:
    """A workflow, by its file's name."""
    content: Mapping[str, Any] = yaml.safe_load((WORKFLOWS / f"{workflow}.yml").read_text())
    return content


def jobs(workflow: str) -> list[Job]:
    """Its jobs, in the order of the file."""
    return [Job(workflow, name, content) for name, content in read(workflow)["jobs"].items()]

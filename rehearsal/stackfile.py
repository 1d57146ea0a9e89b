"""A stack file as a person wrote it, read before the engine is started.

The engine reads the same file again; reading it first gives every mistake a message that names the
file, the place and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rehearsal.workspace import ENVIRONMENTS

NAMESPACE = "groundwork:"


class StackFileError(Exception):
    """The stack file is missing or cannot be read; the message says where and what to do."""


@dataclass(frozen=True)
class StackFile:
    """The configuration of one environment: `config` without the project's namespace."""

    path: Path
    config: Mapping[str, Any]

    @staticmethod
    def read(root: Path, environment: str) -> StackFile:
        """Reads `Pulumi.<environment>.yaml` of the checkout at `root`.

        Raises:
            StackFileError: no such environment, no such file, or not a stack file.
        """
        _check_environment(environment)
        path = root / f"Pulumi.{environment}.yaml"
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise StackFileError(
                f"{path.name}: there is no such file in {root}. "
                f"Bring it back (git checkout -- {path.name}) or start from another environment's."
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise StackFileError(f"{path.name}: cannot be read: {error}") from error
        return StackFile(path, _config(path.name, text))

    @property
    def account(self) -> str:
        """The AWS account that the stack belongs to."""
        return str(self.config.get("account", ""))

    @property
    def region(self) -> str:
        """The primary region."""
        return str(self.config.get("region", ""))

    @property
    def kubernetes_version(self) -> str:
        """The version of the cluster (`1.34`)."""
        cluster = self.config.get("cluster")
        return str(cluster.get("version", "")) if isinstance(cluster, Mapping) else ""


def _check_environment(environment: str) -> None:
    if environment in ENVIRONMENTS:
        return
    near = difflib.get_close_matches(environment, [*ENVIRONMENTS, "production", "development"], n=1)
    meant = {"production": "prod", "development": "dev"}.get(near[0], near[0]) if near else ""
    hint = f" Did you mean {meant}?" if meant else ""
    raise StackFileError(
        f"there is no environment {environment!r}; there are: {', '.join(ENVIRONMENTS)}.{hint}"
    )


def _config(name: str, text: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise StackFileError(f"{name}{_place(error)}: not valid YAML: {_problem(error, text)}") from None
    if not isinstance(content, Mapping) or not isinstance(content.get("config"), Mapping):
        raise StackFileError(f"{name}: a stack file has a `config:` section with `{NAMESPACE}…` keys")
    return {
        str(key).removeprefix(NAMESPACE): value
        for key, value in content["config"].items()
        if str(key).startswith(NAMESPACE)
    }


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _problem(error: yaml.YAMLError, text: str) -> str:
    mark = getattr(error, "problem_mark", None)
    lines = text.splitlines()
    if mark and mark.line < len(lines) and "\t" in lines[mark.line]:
        return "there is a tab; YAML is indented with spaces only. Replace the tab by spaces."
    return str(getattr(error, "problem", None) or error)

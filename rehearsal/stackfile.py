"""A stack file as a person wrote it, read before the engine is started.

The engine reads the same file again; reading it first gives every mistake a message that names the
file, the place and what to do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.configuration.strict_yaml import described, parse
from rehearsal.workspace import ENVIRONMENTS

NAMESPACE = "groundwork:"

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")


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
        except UnicodeDecodeError as error:
            raise _unreadable(path.name, error) from None
        except OSError as error:
            found = "a folder" if isinstance(error, IsADirectoryError) else error.strerror
            raise StackFileError(
                f"{path.name}: found {found}; allowed: a file of YAML. "
                f"Bring it back: git checkout -- {path.name}"
            ) from None
        return StackFile(path, _config(path.name, text))

    @property
    def account(self) -> str:
        """The AWS account that the stack belongs to."""
        return str(self.config.get("account", ""))

    @property
    def region(self) -> str:
        """The primary region; AWS's own first one where the file names none.

        The program refuses that together with all other mistakes. Until then there have to be clients.
        """
        region = self.config.get("region")
        return region if isinstance(region, str) and _REGION.fullmatch(region) else "us-east-1"

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
        content = parse(text)
    except yaml.YAMLError as error:
        raise _unreadable(name, error) from None
    if not isinstance(content, Mapping) or not isinstance(content.get("config"), Mapping):
        raise StackFileError(f"{name}: a stack file has a `config:` section with `{NAMESPACE}…` keys")
    for key in content["config"]:
        if ":" not in str(key):
            # The engine takes it for one of the project's; whoever reads the file beside it would not see it.
            raise StackFileError(
                f"{name}: {key}: found a key without a namespace; allowed: `{NAMESPACE}{key}`, "
                f"or another of the program's keys with `{NAMESPACE}` in front."
            )
    return {
        str(key).removeprefix(NAMESPACE): value
        for key, value in content["config"].items()
        if str(key).startswith(NAMESPACE)
    }


def _unreadable(name: str, error: yaml.YAMLError | UnicodeDecodeError) -> StackFileError:
    place, found, allowed = described(error)
    return StackFileError(f"{name}, {place}: found {found}; allowed: {allowed}.")

"""A stack file as a person wrote it, read before the engine is started.

The engine reads the same file again; reading it first gives every mistake a message that names the
file, the place and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.environments import no_such_environment
from commands.errors import CommandError
from infra.configuration.environments import Environment
from infra.configuration.file_names import NAMESPACE, stack_file_name
from infra.configuration.files import UnreadableFile, stack_config

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")


class StackFileError(CommandError):
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
        check_environment(environment)
        try:
            config = stack_config(root, environment)
        except UnreadableFile as error:
            raise StackFileError(str(error)) from None
        return StackFile(
            root / stack_file_name(environment),
            {
                key.removeprefix(NAMESPACE): value
                for key, value in config.items()
                if key.startswith(NAMESPACE)
            },
        )

    @property
    def account(self) -> str:
        """The AWS account that the stack belongs to."""
        return str(self.config.get("account", ""))

    def check_account(self) -> None:
        """Raises StackFileError when there is no account that can have been deployed to."""
        if not _ACCOUNT.fullmatch(self.account):
            raise StackFileError(
                f"{self.path.name}: {NAMESPACE}account: found {self.account or 'nothing'}; "
                "allowed: the twelve digits of an AWS account, and here those that it had before."
            )

    @property
    def region(self) -> str:
        """Where everything runs; AWS's own first one where the file names none.

        The program refuses that together with all other mistakes. Until then there have to be clients.
        """
        region = self.config.get("serving") or self.config.get("region")
        return region if isinstance(region, str) and _REGION.fullmatch(region) else "us-east-1"

    @property
    def kubernetes_version(self) -> str:
        """The version of the cluster (`1.34`)."""
        cluster = self.config.get("cluster")
        return str(cluster.get("version", "")) if isinstance(cluster, Mapping) else ""


def check_environment(environment: str) -> None:
    """Raises StackFileError for a name that no environment has."""
    if environment in list(Environment):
        return
    raise StackFileError(no_such_environment(environment))

"""The command `bootstrap` in an empty account of the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from infra.configuration import Configuration
from operations.cli import app
from rehearsal.aws.moto_connections import add_connections

if TYPE_CHECKING:
    from tests.operations.conftest import Account

Start = Callable[[str], "Account"]

REGION = "eu-central-1"  # of the state


def empty_account(environment: str, start: Start, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An environment's, with AWS's own policies in it and nothing else."""
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    add_connections()
    return start(environment)


def with_connection(
    configuration: Configuration,
    arn: str = "arn:aws:codeconnections:us-west-2:210000000001:connection/1-2-3",
) -> Configuration:
    """The same with a stack file that names a connection to GitHub."""
    return replace(configuration, settings=replace(configuration.settings, runners=arn))


def bootstrap(account: Account, *more: str, region: str = REGION) -> Result:
    """The command."""
    options = ["--env", account.environment, "--endpoint-url", account.url, "--region", region]
    return CliRunner().invoke(app, ["bootstrap", *options, *more])


def answered(result: Result) -> dict[str, Any]:
    """Its JSON, where it has worked."""
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def states(told: dict[str, Any]) -> dict[str, str]:
    """What there was of each part."""
    return {each["part"]: each["state"] for each in told["parts"]}

"""What a deployment accepts every command accepts, and with the same system: both files have one reader.

That the program is handed the same by the engine: tests/rehearsal/test_stack_files.py.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from infra.configuration import Configuration
from infra.configuration.files import read_environment
from operations import checkout, environments
from operations.cli import app
from operations.console import OperationFailed
from tests.support.checkout import ROOT, replace_text

FIXZIT = "examples/systems/fixzit.yaml"
ENCRYPTED = "{secure: AAABAM5B5nVLxw==}"

# Every legal kind of stack file: what is added to the one of the checkout.
KINDS = {
    "as it is": "",
    "with a pager": f"  groundwork:paging: {{pagerduty: {ENCRYPTED}, slack: {ENCRYPTED}}}\n",
    "with a pager, encrypted as a whole": f"  groundwork:paging: {ENCRYPTED}\n",
    "with another system for good": f"  groundwork:systemFile: {FIXZIT}\n",
    "with another system by its whole path": f"  groundwork:systemFile: {ROOT / FIXZIT}\n",
    "with the engine's own keys": "  pulumi:tags: {team: platform}\n",
    "with what the engine writes": "secretsprovider: awskms://alias/state\nencryptedkey: AQICAHg=\n",
    "after the end of what ends": '  groundwork:debug: {variables: [], until: "2020-01-31"}\n',
}


@pytest.fixture(params=KINDS.values(), ids=list(KINDS))
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose stack files are all of one kind."""
    for environment in ("dev", "staging", "prod"):
        text = (ROOT / f"Pulumi.{environment}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"Pulumi.{environment}.yaml").write_text(text + request.param, encoding="utf-8")
    shutil.copy(ROOT / "system.yaml", tmp_path)
    (tmp_path / FIXZIT).parent.mkdir(parents=True)
    shutil.copy(ROOT / FIXZIT, tmp_path / FIXZIT)
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    return tmp_path


PROD = ["--env", "prod"]
COMMANDS = {
    "secret set": ["secret", "set", "sentry-dsn", *PROD],
    "secret restore": ["secret", "restore", *PROD],
    "revoke": ["revoke", "database", *PROD],
    "parity": ["parity", "--from", "staging", "--to", "prod"],
    "ledger": ["ledger", *PROD],
    "purge": ["purge", *PROD],
    "promote": ["promote", "--from", "staging", "--to", "prod"],
    "rollback": ["rollback", *PROD],
    "bootstrap": ["bootstrap", *PROD, "--region", "eu-central-1"],
    "plan": ["plan", *PROD],
    "drifted": ["drifted", *PROD],
    "compare": ["compare", *PROD],
    "deploy": ["deploy", *PROD],
    "deploy-backup-account": ["deploy-backup-account", *PROD],
    "smoke": ["smoke", *PROD],
    "gate": ["gate", *PROD],
    "watch": ["watch", *PROD],
    "emergency": ["emergency", *PROD, "--reason", "a test of this command", "--second", "grace"],
    "protect-branch": ["protect-branch"],
    "check-logs": ["check-logs", "/dev/null", *PROD],
    "recover account": ["recover", "account", *PROD, "--yes"],
    "recover check": ["recover", "check", *PROD],
    "recover database": ["recover", "database", *PROD, "--to", "latest", "--yes"],
    "recover files": ["recover", "files", "documents", *PROD, "--to", "2026-11-28T14:30Z", "--yes"],
    "recover finish": ["recover", "finish", *PROD],
    "recover plan": ["recover", "plan", *PROD],
    "recover deployment": ["recover", "deployment", *PROD, "--yes"],
    "recover region": ["recover", "region", *PROD, "--yes"],
    "recover region-back": ["recover", "region-back", *PROD, "--yes"],
    "backup": ["backup", *PROD],
    "backups": ["backups", *PROD],
    "recover retire": ["recover", "retire", *PROD, "--generation", "1", "--yes"],
    "recover status": ["recover", "status", *PROD],
    "recover tests": ["recover", "tests", *PROD],
    "job list": ["job", "list", *PROD],
    "job run": ["job", "run", "no-such-job", *PROD],
    "check-dns": ["check-dns", "--zone-file", "/dev/null", *PROD],
    "prices": ["prices", "--profile", "nowhere"],
}
ASKS_AWS = (
    "secret set",
    "secret restore",
    "revoke",
    "parity",
    "ledger",
    "purge",
    "bootstrap",
    "deploy",
    "smoke",
    "gate",
    "watch",
    "emergency",
    "recover account",
    "recover check",
    "recover deployment",
    "recover region",
    "recover region-back",
    "recover status",
    "recover tests",
    "backup",
    "backups",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_what_a_deployment_takes(
    files: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    expected = read_environment(files, "prod", today=date.min).system.name

    def connect(configuration: Configuration, _: object) -> None:
        raise OperationFailed(f"would ask the account of {configuration.system.name}")

    def run(*_: object) -> None:
        raise OperationFailed("would run the engine")

    monkeypatch.setattr(environments, "connect", connect)
    monkeypatch.setattr("operations.deployment.engine.Engine._run", run)
    monkeypatch.setattr("operations.recovery.pulumi.Pulumi._run", run)
    result = CliRunner().invoke(app, COMMANDS[name])
    assert "in the configuration" not in result.output
    if name in ASKS_AWS:
        assert result.output == f"would ask the account of {expected}\n"


def test_no_command_is_forgotten_here() -> None:
    group: Any = get_command(app)
    there = {
        f"{name} {part}".strip()
        for name, command in group.commands.items()
        for part in getattr(command, "commands", [""])
    }
    assert there == COMMANDS.keys()


@pytest.mark.contract("ENV-4")
@pytest.mark.parametrize(
    "command", [["promote", "--from", "staging", "--to", "prod"], ["rollback", "--env", "prod"]]
)
def test_versions_that_a_chosen_system_ignores_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    (tmp_path / FIXZIT).parent.mkdir(parents=True)
    shutil.copy(ROOT / FIXZIT, tmp_path / FIXZIT)
    for environment in ("staging", "prod"):
        shutil.copy(ROOT / f"Pulumi.{environment}.yaml", tmp_path)
    prod = tmp_path / "Pulumi.prod.yaml"
    replace_text(prod, "  groundwork:region:", f"  groundwork:systemFile: {FIXZIT}\n  groundwork:region:")
    before = prod.read_bytes()
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert f"chooses {FIXZIT}, whose own `images` are what runs" in result.output
    assert prod.read_bytes() == before

"""A checkout of prod with three releases, its account, and a script that stands for the engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.configuration.images import release_name
from operations import checkout as checkouts
from operations.checkout import declared
from operations.cli import app
from operations.deployment.records import Record, Records
from tests.operations.conftest import Account
from tests.support.checkout import ROOT

ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")
_ENGINE = """\
#!/bin/sh
echo "$*" >> "$CALLS"
cat "$SAID/$1" 2>/dev/null
exit "$(cat "$SAID/$1.code" 2>/dev/null || echo 0)"
"""


class Prod:
    """A checkout of prod with three releases, its account, and what the engine says."""

    def __init__(self, folder: Path, account: Account) -> None:
        self.root, self.account, self.said = folder / "checkout", account, folder / "said"
        self.root.mkdir()
        self.said.mkdir()
        self.migrated("")
        self.says("preview", '{"steps": []}')
        for name in ("system.yaml", "Pulumi.prod.yaml", "Pulumi.staging.yaml", "Pulumi.dev.yaml"):
            shutil.copy(ROOT / name, self.root)
        self.git("init", "-q", "-b", "main")
        for version in (ONE, TWO, THREE):
            self.release(version)

    def git(self, *arguments: str) -> str:
        """What git answers."""
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def release(self, version: str, *environments: str) -> None:
        """Commits a version for every service, in staging and prod."""
        for environment in environments or ("staging", "prod"):
            self._write(self.root / f"Pulumi.{environment}.yaml", version)
        self.git("add", ".")
        self.git("commit", "-q", "-m", version[:10])

    def _write(self, file: Path, version: str) -> None:
        lines = file.read_text().splitlines(keepends=True)
        begin = lines.index("  groundwork:images:\n") + 1
        lines[begin : begin + 3] = [f"    {name}: {version}\n" for name in ("api", "worker", "admin")]
        file.write_text("".join(lines))

    @property
    def runs(self) -> str:
        """The version that the stack file has."""
        return str(declared("prod").images["api"])

    def says(self, operation: str, text: str, code: int = 0) -> None:
        """What the engine is to print at an operation, and its exit code."""
        (self.said / operation).write_text(text)
        (self.said / f"{operation}.code").write_text(str(code))

    def migrated(self, version: str) -> None:
        """The engine's state says that the deployment of a version came to its migration."""
        urn = (
            "urn:pulumi:prod::groundwork::groundwork:release:Release$random:index/randomId:RandomId::release"
        )
        release = {"urn": urn, "inputs": {"keepers": {"version": release_name(version)}}}
        self.says("stack", json.dumps({"version": 3, "deployment": {"resources": [release]}}))

    def calls(self) -> list[str]:
        """How the engine was called, a line each."""
        file = self.said / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def run(self, command: str, *more: str) -> Result:
        """A command of a person, on prod."""
        place = [] if command == "plan" else ["--endpoint-url", self.account.url]
        return CliRunner().invoke(app, [command, "--env", "prod", *place, *more])


def three_releases(account: Account, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Prod:
    """The checkout that commands work on, with the script in front of the path."""
    made = Prod(folder, account)
    monkeypatch.setattr(checkouts, "ROOT", made.root)
    tools = folder / "bin"
    tools.mkdir()
    (tools / "pulumi").write_text(_ENGINE)
    (tools / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    monkeypatch.setenv("SAID", str(made.said))
    monkeypatch.setenv("CALLS", str(made.said / "calls"))
    for name in ("GITHUB_ACTOR", "GITHUB_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    return made


def latest(records: Records) -> Record:
    """The deployment that was written down last."""
    found = records.latest()
    assert found is not None
    return found

"""`make provider`: AWS's own Terraform provider asked about the graphs of environments."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from commands.errors import CommandError, Exit
from rehearsal.console import Terminal
from rehearsal.engine.binary import Unavailable
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store
from rehearsal.systems import environments_of, name_of, systems_of
from rehearsal.terraform import build
from rehearsal.terraform.findings import Finding
from rehearsal.terraform.graph import deployed
from rehearsal.terraform.known import Known, is_known, unused
from rehearsal.terraform.plugin import running
from rehearsal.terraform.questions import Answers, ask
from rehearsal.terraform.reading import Looks
from rehearsal.terraform.refreshing import check_of, refresh_of, served
from rehearsal.terraform.values import Values
from rehearsal.throwaway import throwaway_session
from rehearsal.workspace.user_folders import cache_home

OVERRIDE = "GROUNDWORK_AWS_PROVIDER"

# It asks the embedded AWS alone, and nobody's credentials are used.
_SETTINGS = {
    "access_key": "nobody",
    "secret_key": "nobody",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    # A bucket's name is no part of a host that anybody could look up.
    "s3_use_path_style": True,
    # Whoever answers an error once answers it again.
    "max_retries": 2,
}

_AGREES = "AWS's provider agrees"
_DISAGREES = "FAILED: mend the program or the rehearsal, or give the reason in rehearsal/terraform/known.py"


class NoProvider(CommandError):
    """AWS's provider cannot be had."""

    code = Exit.NO_ENGINE


@dataclass(frozen=True)
class Asked:
    """One environment of one system: what was asked, and what AWS's provider says otherwise."""

    system: str
    environment: str
    answers: Answers
    seconds: float

    @property
    def open(self) -> list[Finding]:
        """Findings without a reason."""
        return [each for each in self.answers.findings if not is_known(each)]

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        answers = self.answers
        return {
            "system": self.system,
            "environment": self.environment,
            "resources": answers.resources,
            "types": len(answers.types),
            "changes": answers.changes,
            "refused": answers.refused,
            "read": answers.read,
            "properties": answers.properties,
            "values": answers.values,
            "known": len(answers.findings) - len(self.open),
            "seconds": round(self.seconds, 1),
            "findings": [{**vars(each), "rule": str(each.rule)} for each in self.open],
        }


@dataclass(frozen=True)
class Result:
    """All environments that were asked about; `complete` when these are all that there are."""

    asked: Sequence[Asked]
    complete: bool = False

    @property
    def stale(self) -> list[Known]:
        """Reasons that are needed no more; only who has looked at everything knows."""
        findings = [each for asked in self.asked for each in asked.answers.findings]
        return unused(findings) if self.complete else []

    @property
    def passed(self) -> bool:
        """Nothing is open, and no reason is left over."""
        return not any(asked.open for asked in self.asked) and not self.stale

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "passed": self.passed,
            "environments": [asked.as_json() for asked in self.asked],
            "stale": [{"type": each.token, "place": each.place} for each in self.stale],
        }

    def show(self) -> None:
        """For people."""
        terminal = Terminal()
        table = Table(box=None, pad_edge=False, header_style="bold")
        columns = (
            "system",
            "environment",
            "resources",
            "types",
            "changes",
            "refused",
            "read",
            "properties",
            "values",
            "known",
            "open",
            "s",
        )
        for column in columns:
            table.add_column(column, justify="left" if column in columns[:2] else "right")
        for asked in self.asked:
            shown = asked.as_json()
            figures = [shown[name] for name in columns[2:-2]]
            row = (*figures, len(asked.open), round(asked.seconds))
            table.add_row(asked.system, asked.environment, *(str(each) for each in row))
        terminal.out.print(table)
        for (rule, token, place), findings in _grouped(self.asked).items():
            more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
            where, first = findings[0]
            terminal.out.print(Text(f"\n{rule}  {token}  {place}  ({first.name} of {where})"))
            terminal.out.print(Text(f"  {first.text}{more}"))
        for known in self.stale:
            terminal.out.print(
                Text(f"\nrehearsal/terraform/known.py: {known.token} {known.place} meets nothing")
            )
        terminal.out.print(f"\n{_AGREES if self.passed else _DISAGREES}")


def _grouped(asked: Sequence[Asked]) -> dict[tuple[str, str, str], list[tuple[str, Finding]]]:
    found: dict[tuple[str, str, str], list[tuple[str, Finding]]] = {}
    for each in asked:
        for finding in each.open:
            key = (str(finding.rule), finding.token, finding.place)
            found.setdefault(key, []).append((f"{each.system} {each.environment}", finding))
    return dict(sorted(found.items()))


def everything(root: Path) -> list[tuple[Path, str]]:
    """All environments of the checkout's system, and prod of the other ones."""
    default, *others = systems_of(root)
    found = [(default, environment) for environment in environments_of(default)]
    return found + [(system, "prod") for system in others if "prod" in environments_of(system)]


def ask_about(
    root: Path, engine: Path, binary: Path, environments: Sequence[tuple[Path, str]], *, complete: bool
) -> Result:
    """Deploys each environment into a throw-away embedded AWS and asks about what is there."""
    tried = _Tried()
    return Result(
        [_asked(root, engine, binary, system, environment, tried) for system, environment in environments],
        complete,
    )


@dataclass
class _Tried:
    """Types and properties that were asked about: of which kind the environment is, makes no difference."""

    reading: set[tuple[str, str]] = field(default_factory=set)
    values: set[tuple[str, str]] = field(default_factory=set)


def _asked(root: Path, engine: Path, binary: Path, system: Path, environment: str, tried: _Tried) -> Asked:
    terminal, name = Terminal(), name_of(system)
    begun = time.monotonic()
    with throwaway_session(root, environment, engine, system=system) as session:
        with terminal.progress(f"up {environment}") as progress:
            session.up(progress)
        exported = session.command("stack", "export", "--show-secrets")
        resources = deployed(json.loads(exported)["deployment"]["resources"])
        terminal.say(f"asking AWS's provider about {len(resources)} resources of {name} {environment}")
        answers, check = Answers(), check_of(session.cloud)
        with served(session) as aws:
            looks = Looks(refresh_of(session.cloud), tried.reading, aws.permissions)
            for region in sorted({each.region for each in resources}):
                there = [each for each in resources if each.region == region]
                with running(binary, {**_SETTINGS, "region": region}, aws.address) as plugin:
                    answers.add(ask(plugin, there, looks, Values(check, tried.values)))
    return Asked(name, environment, answers, time.monotonic() - begun)


def find_provider(environment: Mapping[str, str] = os.environ) -> Path:
    """The provider: the one that is named in the environment, or built.

    Raises:
        NoProvider: it cannot be built, or what is named is no file.
    """
    if named := environment.get(OVERRIDE):
        if not Path(named).is_file():
            raise NoProvider(f"{OVERRIDE}: found {named}; allowed: the file of a terraform-provider-aws.")
        return Path(named)
    store = Store(cache_home(environment) / "aws-provider")
    try:
        return build.provider(store, dict(environment), Progress())
    except Unavailable as error:
        remedy = error.remedy or "Install Go 1.26.3 or newer (https://go.dev/dl)."
        raise NoProvider(f"AWS's provider cannot be built: {error.reason}. {remedy}") from None

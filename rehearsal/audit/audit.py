"""One audit: every environment deployed into a throw-away embedded AWS, then the checkers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from infra.configuration.files import read_environment
from rehearsal.audit.checkers import (
    Checked,
    check_graph,
    check_manifests,
    check_policies,
    check_values,
)
from rehearsal.audit.findings import Finding, grouped
from rehearsal.audit.policies import Policy, policies_of
from rehearsal.audit.waivers import Waiver, in_force, stale
from rehearsal.backup_account import backup_account
from rehearsal.console import Terminal
from rehearsal.disasters.stage import temporary_checkout
from rehearsal.manifests import objects_of, replace_folder
from rehearsal.throwaway import throwaway_session


@dataclass(frozen=True)
class Audit:
    """The result: what is open, what is waived, which waivers are stale."""

    environments: tuple[str, ...]
    checked: dict[str, Checked]
    waivers: list[Waiver] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    today: date = date.min

    @property
    def findings(self) -> list[Finding]:
        return [found for checked in self.checked.values() for found in checked.findings]

    @property
    def open(self) -> list[Finding]:
        """Findings that no waiver in force covers."""
        valid = in_force(self.waivers, self.today)
        return [found for found in self.findings if not any(waiver.covers(found) for waiver in valid)]

    @property
    def passed(self) -> bool:
        """Nothing is open and every waiver is in use."""
        return not self.open and not self.stale

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        still_open = set(self.open)
        waived = [found for found in self.findings if found not in still_open]
        return {
            "passed": self.passed,
            "environments": list(self.environments),
            "examined": {name: checked.examined for name, checked in self.checked.items()},
            "open": [group.as_json() for group in grouped(self.open)],
            "waived": [group.as_json() for group in grouped(waived)],
            "staleWaivers": self.stale,
        }

    def show(self) -> None:
        """The result for people."""
        terminal = Terminal()
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("checker", "examined", "findings", "waived", "open"):
            table.add_column(column, justify="left" if column == "checker" else "right")
        for name, checked in self.checked.items():
            still_open = len([found for found in self.open if found.checker == name])
            counts = (checked.examined, len(checked.findings), len(checked.findings) - still_open, still_open)
            table.add_row(name, *(str(count) for count in counts))
        terminal.out.print(table)
        for group in grouped(self.open):
            where = ", ".join(group.environments)
            terminal.out.print(Text(f"\n{group.rule}  {group.resource}  ({where})\n  {group.text}"))
        for complaint in self.stale:
            terminal.out.print(Text(f"\nwaivers.yaml: {complaint}"))
        verdict = (
            "nothing is open" if self.passed else "FAILED: mend what is open, or waive it in waivers.yaml"
        )
        terminal.out.print(f"\naudit of {', '.join(self.environments)}: {verdict}")


def audit(
    root: Path,
    environments: Sequence[str],
    engine: Path,
    checkers: Path,
    waivers: list[Waiver],
    today: date,
    *,
    system: Path | None = None,
    complete: bool,
) -> Audit:
    """Deploys and checks; `checkers` is the folder of the checkers' Python environment.

    `complete` says that these are all the environments that `waivers` is written for.
    """
    policies: list[Policy] = []
    values: list[Checked] = []
    graphs: dict[str, list[dict[str, Any]]] = {}
    outside: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory(prefix="groundwork-audit-") as folder:
        for environment in environments:
            objects, resources = _deployed(root, environment, engine, system)
            replace_folder(Path(folder) / "objects" / environment, objects)
            graphs[environment] = resources
            policies += policies_of(environment, resources)
            values.append(check_values(environment, resources))
            for more in _backup_accounts(root, environment, engine, system):
                outside[environment] = more
                policies += policies_of(environment, more)
                values.append(check_values(environment, more))
        checked = {
            "checkov": _together(
                [
                    check_manifests(checkers, Path(folder) / "objects"),
                    check_graph(checkers, Path(folder) / "graphs", graphs),
                    *([check_graph(checkers, Path(folder) / "outside", outside)] if outside else []),
                ]
            ),
            "parliament": check_policies(checkers, policies),
            "botocore": _together(values),
        }
    findings = [found for each in checked.values() for found in each.findings]
    rules = frozenset().union(*(each.rules for each in checked.values()))
    complaints = stale(waivers, findings, rules, today, complete=complete)
    return Audit(tuple(environments), checked, waivers, complaints, today)


def _deployed(
    root: Path, environment: str, engine: Path, system: Path | None
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The manifests of an environment and the resources of its state."""
    with (
        throwaway_session(root, environment, engine, system=system) as session,
        Terminal().progress(f"up {environment}") as progress,
    ):
        session.up(progress)
        return objects_of(session), list(session.export()["deployment"]["resources"])


def _backup_accounts(
    root: Path, environment: str, engine: Path, system: Path | None
) -> Iterator[list[dict[str, Any]]]:
    """The resources of the account that an environment is copied to; none where it has no such account. What
    is found in them is the environment's."""
    file = str(system.resolve()) if system else None
    configuration = read_environment(root, environment, today=date.min, system_file=file)
    if configuration.naming.in_home.in_backup_account is None:
        return
    with (
        Terminal().progress(f"up {environment}: its backup account"),
        temporary_checkout(root, system) as copy,
        backup_account(copy, configuration, engine) as session,
    ):
        yield list(session.export()["deployment"]["resources"])


def _together(parts: Sequence[Checked]) -> Checked:
    return Checked(
        [found for part in parts for found in part.findings],
        frozenset().union(*(part.rules for part in parts)),
        sum(part.examined for part in parts),
    )

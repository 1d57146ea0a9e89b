"""`make up`: the whole program of one environment into the embedded AWS."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.configuration.day import day
from infra.configuration.files import stack_config, stack_values
from infra.configuration.waits import WAITS
from rehearsal.assets import SIGNATURE
from rehearsal.aws.quota_table import QUOTAS
from rehearsal.aws.quotas import Excess, exceeded, graph_of_state
from rehearsal.changed import changed, changed_outputs, did
from rehearsal.console import Terminal
from rehearsal.inventory import Inventory, Standing
from rehearsal.outcome import EngineError, Result
from rehearsal.review.fingerprint import fingerprint
from rehearsal.session import Session
from rehearsal.workspace.seal import note_settled, settled_by
from rehearsal.workspace.workspace import Workspace
from timing.forecast import Forecast
from timing.operations import Run
from timing.recorded import graph_of, run_of
from timing.region import PARTS, notes


@dataclass(frozen=True)
class Deployment:
    """A finished `up` and the preview after it.

    Where nothing was changed that preview is the same run: it has compared everything. `settled` is True
    when it finds nothing to change; `excesses` is what AWS's quotas have no room for, and `fits` is False
    when some of it is more than AWS ever gives. `notes` is what a person should know of the stack file.
    """

    environment: str
    account: str
    result: Result
    second: Result
    inventory: Inventory
    outputs: dict[str, Any]
    excesses: tuple[Excess, ...] = ()
    forecast: Forecast = field(default_factory=lambda: Forecast(Run({}, ())))
    notes: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        return not self.second.changes

    @property
    def is_first(self) -> bool:
        """Whether nothing was there before."""
        return not self.result.log.changes["same"] and set(self.result.changes) <= {"create"}

    @property
    def fits(self) -> bool:
        return all(excess.quota.adjustable for excess in self.excesses)

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        totals = self.inventory.totals
        return {
            "environment": self.environment,
            "account": self.account,
            "changes": self.result.changes,
            "changed": [each.as_json() for each in changed(self.result.log)],
            "seconds": round(self.result.seconds, 2),
            "resources": {standing.name.lower(): totals[standing] for standing in Standing},
            "recordedTypes": dict(self.inventory.recorded),
            "undescribedTypes": sorted(self.inventory.undescribed),
            "outputs": self.outputs,
            "onAws": self.forecast.as_json(),
            "warnings": [*self.result.log.warnings, *self.notes],
            "quotas": [str(excess) for excess in self.excesses],
            "secondPreview": {"changes": self.second.changes, "seconds": round(self.second.seconds, 2)},
        }

    def show(self, *, inventory: bool = False) -> None:
        """The result for people: what has changed, or after the first deployment what there is.

        Args:
            inventory: after a change as well.
        """
        terminal = Terminal()
        if inventory or self.is_first:
            terminal.inventory(self.inventory)
            terminal.recorded(self.inventory)
            terminal.outputs(self.outputs)
        if not self.is_first:
            terminal.changed(changed(self.result.log))
            terminal.changed_outputs(changed_outputs(self.result.log))
            if not inventory:
                terminal.out.print(f"\n`make up ENV={self.environment} INVENTORY=1` shows all that there is.")
        for warning in dict.fromkeys([*self.result.log.warnings, *self.notes]):
            terminal.out.print(f"\nwarning: {warning.removeprefix('warning: ')}", markup=False)
        for excess in self.excesses:
            kind = "warning" if excess.quota.adjustable else "AWS would refuse it"
            terminal.out.print(f"\n{kind}: {excess}", markup=False)
        unchanged = self.second.log.changes["same"]
        if self.second is self.result:
            terminal.out.print(f"\nnothing to change ({unchanged} unchanged, {self.second.seconds:.1f} s)")
            return
        terminal.out.print(
            f"\n{did(self.result.changes)} in {self.result.seconds:.1f} s (components and providers included)"
        )
        if self.settled:
            terminal.out.print(
                f"second preview: nothing to change ({unchanged} unchanged, {self.second.seconds:.1f} s)"
            )
        else:
            terminal.out.print("second preview: NOT empty; the program and the embedded AWS disagree:")
            terminal.out.print(self.second.output, markup=False)
        if said := self.forecast.sentence():
            terminal.out.print(said, markup=False)


def deploy(
    root: Path,
    environment: str,
    engine: Path,
    workspace: Workspace,
    *,
    system: Path | None = None,
    fresh: bool = False,
    quiet: bool = False,
) -> Deployment:
    """Deploys and previews again; `fresh` throws what was there before away.

    Raises:
        EngineError: the engine refused or a resource failed. Of a change nothing is done that the preview
            refuses, since `pulumi up` looks at the whole plan first too.
    """
    if fresh:
        workspace.remove()
    # The journal finishes what a kill interrupts, so the engine need not write the state at each step.
    with Session(root, environment, engine, workspace, checkpoints=False, system=system) as session:
        before = workspace.resources()
        today = day(os.environ, datetime.now(UTC).date())
        this = fingerprint(root, environment, engine, today, system)
        known = settled_by(workspace) == this
        if known:
            session.accept_state()
        result, second = _settle(session, bool(before), known, quiet=quiet)
        if not second.changes:
            note_settled(workspace, this)
        state = workspace.deployment()
        after = graph_of(state["deployment"].get("resources", []))
        return Deployment(
            environment,
            session.cloud.account,
            result,
            second,
            Inventory.of(state),
            outputs_of(state),
            tuple(exceeded(graph_of_state(state), QUOTAS)),
            Forecast(run_of(result.log.planned, after, graph_of(before))),
            tuple(notes_of(root, environment)),
        )


def notes_of(root: Path, environment: str) -> list[str]:
    """What the stack file costs on the day on which the region is lost; the program has checked it."""
    return notes(stack_values(stack_config(root, environment)).get(WAITS.name, PARTS))


def _settle(session: Session, existing: bool, known: bool, *, quiet: bool) -> tuple[Result, Result]:
    """Deploys; what it did, and what has shown that nothing is left to do.

    Args:
        session: of the environment.
        existing: something is there; of a change nothing is done that the preview refuses.
        known: this very deployment was the last one, and left nothing to do. Of any other the engine may have
            to write down what no preview shows, as a protection.
        quiet: without progress.
    """

    def run(what: str, operation: Callable[..., Result], *options: str) -> Result:
        with Terminal().progress(what) as progress:
            return operation(None if quiet else progress, options)

    if existing:
        planned = run(f"preview {session.environment}", session.preview)
        if not planned.changes and known:
            return planned, planned
        if planned.changes:
            session.expect_calls()
    done = run(f"up {session.environment}", session.up)
    # One that changes nothing has compared everything, as a preview does.
    return done, run("second preview", session.preview, "--diff") if done.changes else done


def take_away(
    root: Path,
    environment: str,
    engine: Path,
    workspace: Workspace,
    *,
    system: Path | None = None,
    quiet: bool,
) -> Result:
    """Removes what was deployed before.

    Raises:
        EngineError: the engine refused; for protected resources one line for each.
    """
    with (
        Session(root, environment, engine, workspace, checkpoints=False, system=system) as session,
        Terminal().progress(f"destroy {environment}") as progress,
    ):
        try:
            return session.destroy(None if quiet else progress)
        except EngineError as error:
            raise _in_short(error, session.export(), environment) from None


# The engine's words about a resource that is protected.
_PROTECTED = re.compile(r"resource \"[^\"]+\" cannot be deleted\s+because it is protected")


def _in_short(error: EngineError, state: dict[str, Any], environment: str) -> EngineError:
    """A refusal that names everything that is protected.

    The engine says four lines about each that it comes to, and does not come to what one of those needs.
    """
    if not any(_PROTECTED.search(text) for text in error.log.diagnostics):
        return error
    protected = [
        f"{resource['type']} {resource['urn'].rpartition('::')[2]}"
        for resource in state["deployment"].get("resources", [])
        if resource.get("protect")
    ]
    lines = [
        f"Refused, and nothing was removed: {len(protected)} resources of {environment} are protected.",
        *(f"  {name}" for name in sorted(protected)),
        f"`make reset ENV={environment}` throws the whole rehearsal away, protected or not.",
        "In an account each has to be released first: `pulumi state unprotect URN`.",
    ]
    return EngineError("\n".join(lines), error.log, error.output)


def outputs_of(state: dict[str, Any]) -> dict[str, Any]:
    """The stack's outputs in an exported state, with secrets masked."""
    for resource in state["deployment"].get("resources", []):
        if resource["type"] == "pulumi:pulumi:Stack":
            return {name: masked(value) for name, value in resource.get("outputs", {}).items()}
    return {}


def masked(value: Any) -> Any:
    """`value` with every secret inside it as `[secret]`."""
    if isinstance(value, dict):
        if SIGNATURE in value:  # of the engine: an encrypted value
            return "[secret]"
        return {key: masked(item) for key, item in value.items()}
    return [masked(item) for item in value] if isinstance(value, list) else value

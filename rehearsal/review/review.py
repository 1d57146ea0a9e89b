"""The true diff of a change, and its risks: the base is deployed, the working tree previewed on it."""

from __future__ import annotations

import importlib
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.configuration.day import day
from infra.configuration.file_names import stack_file_name
from infra.configuration.files import UnreadableFile, stack_config, stack_values, system_file_of
from preview.approvals import Approval, rows_of
from preview.places import DifferingPlace, differing_places
from rehearsal.aws.services import all_mappings
from rehearsal.backup_account import PROJECT
from rehearsal.changed import did
from rehearsal.console import Terminal
from rehearsal.events import Log
from rehearsal.outcome import EngineError
from rehearsal.review.backup_account import Tree, look
from rehearsal.review.base import Base, RevisionError
from rehearsal.review.kept_base import session_on_base
from rehearsal.session import Session
from timing.forecast import Forecast

if TYPE_CHECKING:
    from preview.report import Report


@dataclass(frozen=True)
class Reviewed:
    """What a preview has found.

    Args:
        report: risks, time and what else a reviewer has to know.
        diff: the engine's own, as text or as its JSON.
        up: how the deployment itself went, when it was tried.
        outside: the engine's own of the backup account; empty where there is none.
    """

    report: Report
    diff: str
    up: dict[str, Any] | None = None
    outside: str = ""

    def as_json(self) -> dict[str, Any]:
        """All of it for scripts; the engine's JSON is `diff`."""
        tried = {} if self.up is None else {"up": self.up}
        told = {**self.report.as_json(), "diff": _parsed(self.diff), **tried}
        if told["backupAccount"] is not None:
            told["backupAccount"] = {**told["backupAccount"], "diff": _parsed(self.outside)}
        return told

    def page(self, *, width: int | None, diff: bool) -> str:
        """The page of a terminal; in a pipe, or where it is asked for, with the engine's diff behind it.

        Args:
            width: of the terminal in columns; None where there is none.
            diff: also the engine's.
        """
        from preview.page import page

        hint = "" if diff else "DIFF=1 shows the engine's diff, JSON=1 has everything"
        asked = self.asked(width=width, diff=diff)
        below = rows_of(f"{asked}\n", width or 1) if asked and not diff else 0
        lines = page(self.report, width=width, hint=hint, below=below)
        text = self._diffs()
        behind = f"\n{text}" if diff and text.strip() else ""
        return "".join([*(f"{line}\n" for line in lines), behind, self._told()])

    def asked(self, *, width: int | None, diff: bool) -> str:
        """The lines that approvals.yaml lacks, to stand below the page; empty where it lacks none.

        Args:
            width: of the terminal in columns; None where there is none: all of them.
            diff: the engine's diff is shown, too: all of them, since nothing fits a terminal then.
        """
        from preview.page import ROWS_OF_APPROVALS

        found, environment = self.report.approved, self.report.change.environment
        if not found.missing:
            return ""
        if width is None or diff:
            return found.message(environment)
        return found.excerpt(environment, rows=ROWS_OF_APPROVALS, width=width)

    def comment(self) -> str:
        """The comment of a pull request."""
        from preview.markdown import comment

        return comment(self.report, self._diffs())

    def _diffs(self) -> str:
        """The engine's texts: the environment's, then the backup account's where anything changes there."""
        outside = self.report.outside
        if outside is None or not outside.counts:
            return self.diff
        return f"{self.diff}\nThe backup account (backup_account/):\n{self.outside}"

    def _told(self) -> str:
        if self.up is None or "error" in self.up:
            return ""
        counted = ", ".join(f"{n} to {name}" for name, n in self.up["secondPreview"]["changes"].items())
        settled = f"NOT empty: {counted}" if counted else "empty"
        done = f"{did(self.up['changes'])} in {self.up['seconds']:.1f} s"
        return f"tried on {self.report.base}: {done}; second preview {settled}\n"


def _parsed(diff: str) -> Any:
    try:
        return json.loads(diff)
    except ValueError:  # the engine has said nothing before it ended
        return None


class Refused(EngineError):
    """The engine refuses the change, in its preview or when it is tried; `reviewed` goes as far."""

    def __init__(self, message: str, error: EngineError, reviewed: Reviewed) -> None:
        super().__init__(message, error.log, error.output)
        self.reviewed = reviewed

    def details(self) -> dict[str, Any]:
        """What the engine said, and the review as far as it goes."""
        return {"diagnostics": self.log.diagnostics, "preview": self.reviewed.as_json()}


def review(
    root: Path,
    environment: str,
    engine: Path,
    *,
    base: Base,
    approvals: Sequence[Approval] = (),
    system: Path | None = None,
    as_json: bool = False,
    attempt: bool = False,
) -> Reviewed:
    """What the working tree changes where `base` is deployed.

    Args:
        root: the checkout.
        environment: the stack's name.
        engine: the `pulumi` command.
        base: the revision to compare with.
        approvals: the lines of approvals.yaml.
        system: another system file than the checkout's.
        as_json: the engine's diff as its JSON, not as text.
        attempt: deploys the working tree on the base too. What AWS refuses only when it is asked no preview
            knows.

    Raises:
        RevisionError: the base cannot be used, or cannot be deployed.
        Refused: the working tree's program fails, in the preview or when it is tried.
    """
    terminal = Terminal()
    today = day(os.environ, datetime.now(UTC).date())
    with (
        base.checked_out(stack_file_name(environment), system) as old,
        session_on_base(
            old,
            environment,
            engine,
            today,
            partial(_deploy_base, base=base.name),
            system=_of_base(system, root, old),
        ) as session,
    ):
        session.use_program(root, system)
        threading.Thread(target=_load_for_changes, daemon=True).start()
        options = ["--json"] if as_json else ["--diff", "--color", _color(terminal)]
        places = tuple(_places(environment, root, old, system))
        report = _Reporting(environment, base.name, places, tuple(approvals), today)
        with terminal.progress("preview of the working tree") as progress:
            try:
                result, forecast = session.forecast(progress, options)
            except EngineError as error:
                raise Refused(str(error), error, Reviewed(report.refused(error), error.output)) from error
        reviewed = Reviewed(report.of(result.log, forecast), result.output)
        trees = Tree(old, environment, _of_base(system, root, old)), Tree(root, environment, system)
        reviewed = _with_backup_account(reviewed, *trees, engine, today, options)
        return _tried(session, base.name, reviewed) if attempt else reviewed


def _with_backup_account(
    reviewed: Reviewed, base: Tree, tree: Tree, engine: Path, today: date, options: list[str]
) -> Reviewed:
    from preview.change import change_of
    from preview.report import Outside

    try:
        found = look(base, tree, engine, today, options)
    except EngineError as error:
        said = f"The backup account ({PROJECT}/):\n{error}"
        change = replace(reviewed.report.change, refused=(said,))
        # Its change as far as it goes: what is refused is most of what there is to know.
        outside = Outside(change_of(tree.environment, error.log.planned), None)
        report = replace(reviewed.report, change=change, outside=outside)
        raise Refused(said, error, replace(reviewed, report=report, outside=error.output)) from error
    if found is None:
        return reviewed
    result, forecast = found
    outside = Outside(change_of(tree.environment, result.log.planned), forecast)
    return replace(reviewed, report=replace(reviewed.report, outside=outside), outside=result.output)


# What checks a changed resource, for which the engine would wait; then what judges when it is done.
_FOR_CHANGES = ("rehearsal.aws.operations", "jsonschema", "preview.markdown", "preview.page")


def _load_for_changes() -> None:
    """Loads while the engine starts what nothing needs that stays as it is."""
    all_mappings()
    for module in _FOR_CHANGES:
        importlib.import_module(module)


@dataclass(frozen=True)
class _Reporting:
    """What every report of one preview has."""

    environment: str
    base: str
    places: tuple[DifferingPlace, ...]
    approvals: tuple[Approval, ...]
    today: date

    def of(self, log: Log, forecast: Forecast | None, refused: Sequence[str] = ()) -> Report:
        from preview.change import change_of
        from preview.report import Report

        change = change_of(self.environment, log.planned, refused)
        return Report(change, self.base, self.places, forecast, self.approvals, self.today)

    def refused(self, error: EngineError) -> Report:
        return self.of(error.log, None, error.log.diagnostics or [str(error)])


def _places(environment: str, root: Path, old: Path, system: Path | None) -> list[DifferingPlace]:
    """What differs in the files of the two checkouts; a system file outside of them is the same."""
    file = _system_file(environment, root, system)
    return differing_places(old, root, [stack_file_name(environment), *([file] if file else [])])


def _system_file(environment: str, root: Path, system: Path | None) -> str:
    if system is not None:
        inside = system.resolve().is_relative_to(root.resolve())
        return str(system.resolve().relative_to(root.resolve())) if inside else ""
    try:
        return system_file_of(stack_values(stack_config(root, environment)), root)
    except UnreadableFile:
        return ""


def _tried(session: Session, base: str, reviewed: Reviewed) -> Reviewed:
    """What the preview has shown, and how the deployment itself went; an error has it, too."""
    try:
        with Terminal().progress("up of the working tree") as progress:
            done = session.up(progress)
        second = session.preview().changes
    except EngineError as error:
        message = f"Tried on {base}: the preview is content, but `up` fails.\n{error}"
        raise Refused(message, error, replace(reviewed, up={"error": str(error)})) from error
    up = {"changes": done.changes, "seconds": done.seconds, "secondPreview": {"changes": second}}
    return replace(reviewed, up=up)


def _of_base(system: Path | None, root: Path, old: Path) -> Path | None:
    """The system file as the base has it: its changes are part of the diff.

    One that the base does not have, or that is outside of the checkout, is taken for both.
    """
    if system is None or not system.resolve().is_relative_to(root.resolve()):
        return system
    before = old / system.resolve().relative_to(root.resolve())
    return before if before.is_file() else system


def _deploy_base(session: Session, base: str) -> None:
    try:
        with Terminal().progress(f"{session.environment} at {base}") as progress:
            session.up(progress)
    except EngineError as error:
        raise RevisionError(
            f"{error}\nThis is {base}, not the working tree: it cannot be deployed, so there is nothing to "
            "compare with. Take another BASE; `make up` tries the working tree by itself."
        ) from error


def _color(terminal: Terminal) -> str:
    return "always" if terminal.out.is_terminal and not terminal.out.no_color else "never"

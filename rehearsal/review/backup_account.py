"""The backup account in the preview of a change: its small program, where that of the base is deployed.

Most changes are none there, and it has an engine's run of its own: so it is left out where nothing differs
that its program could read (`reads_alike`).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from infra.configuration.file_names import NAMESPACE, SYSTEM_FILE_KEY, stack_file_name
from infra.configuration.files import UnreadableFile, stack_config, stack_values, system_file_of
from infra.configuration.strict_yaml import written
from rehearsal.backup_account import PROJECT
from rehearsal.outcome import Result
from rehearsal.program.programs import PROGRAM_PACKAGES
from rehearsal.review.fingerprint import fingerprint
from rehearsal.review.kept_base import session_on_base
from rehearsal.session import Session
from rehearsal.throwaway import throwaway_session
from timing.forecast import Forecast

# Keys of a stack file that nothing in the backup account depends on: a release changes the first alone.
OF_THE_ENVIRONMENT_ALONE = ("alarms", "budget", "cluster", "images", "redis", "replicas", "takenBack")


@dataclass(frozen=True)
class Tree:
    """A checkout, as far as the backup account's program is concerned.

    Args:
        root: its folder.
        environment: whose backup account.
        system: another system file than the stack file chooses.
    """

    root: Path
    environment: str
    system: Path | None = None

    @property
    def values(self) -> Mapping[str, Any]:
        """Of the stack file; none where there is none that can be read."""
        try:
            return stack_values(stack_config(self.root, self.environment))
        except UnreadableFile:
            return {}

    @property
    def place(self) -> tuple[str, str] | None:
        """Account and region of the copies; None where nothing leaves the environment's account."""
        account = str(self.values.get("backupAccount") or "")
        has_program = (self.root / PROJECT / "__main__.py").is_file()
        return (account, str(self.values.get("region"))) if account and has_program else None

    @property
    def system_file(self) -> Path:
        """Where the system is described."""
        try:
            return self.system or self.root / system_file_of(self.values, self.root)
        except UnreadableFile:
            return self.root  # the program says what is wrong

    def fingerprint(self, engine: Path, today: date) -> str:
        """Of the deployment of its backup account."""
        own = hashlib.sha256()
        for name, content in sorted(_files(self, PROJECT).items()):
            own.update(f"{name}\0{len(content)}\0".encode() + content)
        of_all = fingerprint(self.root, self.environment, engine, today, self.system)
        return f"{of_all}-{PROJECT}-{own.hexdigest()[:16]}"

    def copied_to(self, folder: Path) -> Path:
        """The project in a copy of the checkout that may be written."""
        left_out = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml")
        for name in (*PROGRAM_PACKAGES, PROJECT):
            if (self.root / name).is_dir():
                shutil.copytree(self.root / name, folder / name, ignore=left_out)
        shutil.copy(self.root / stack_file_name(self.environment), folder)
        account, region = self.place or ("", "")
        # For the embedded AWS and its providers; the program itself reads the environment's own files.
        config = {
            f"{NAMESPACE}account": account,
            f"{NAMESPACE}region": region,
            f"{NAMESPACE}{SYSTEM_FILE_KEY}": str(self.system_file.resolve()),
        }
        project = folder / PROJECT
        (project / stack_file_name(self.environment)).write_text(
            written({"config": config}), encoding="utf-8"
        )
        return project


def look(
    base: Tree, tree: Tree, engine: Path, today: date, options: list[str]
) -> tuple[Result, Forecast] | None:
    """What becomes of the backup account; None where it is not looked at, since nothing can.

    Args:
        base: that is deployed.
        tree: the working tree.
        engine: the `pulumi` command.
        today: the day for what ends on a day.
        options: of the preview.

    Raises:
        EngineError: a program fails, or something is refused.
    """
    if tree.place is None or (base.place == tree.place and reads_alike(base, tree)):
        return None
    with (
        tempfile.TemporaryDirectory(prefix="groundwork-backup-account-") as folder,
        _deployed(base, tree, engine, today, Path(folder)) as session,
    ):
        return session.forecast(None, options)


@contextmanager
def _deployed(base: Tree, tree: Tree, engine: Path, today: date, folder: Path) -> Iterator[Session]:
    """A session of the working tree's program where the base's is deployed.

    In another account, or where there was none, nothing is.
    """
    after = tree.copied_to(folder / "after")
    if base.place != tree.place:
        with throwaway_session(after, tree.environment, engine) as session:
            yield session
        return
    kept = base.fingerprint(engine, today)
    before = base.copied_to(folder / "before")
    with session_on_base(before, base.environment, engine, today, _deploy, name=kept) as session:
        session.use_program(after)
        yield session


def _deploy(session: Session) -> None:
    session.up()


def reads_alike(base: Tree, tree: Tree) -> bool:
    """Whether two checkouts have the same for the backup account's program."""
    one, other = (
        {name: value for name, value in each.values.items() if name not in OF_THE_ENVIRONMENT_ALONE}
        for each in (base, tree)
    )
    return one == other and _content(base) == _content(tree)


def _content(tree: Tree) -> dict[str, bytes]:
    found = {"": tree.system_file.read_bytes() if tree.system_file.is_file() else b""}
    for name in (*PROGRAM_PACKAGES, PROJECT):
        found |= _files(tree, name)
    return found


def _files(tree: Tree, folder: str) -> dict[str, bytes]:
    """What is in a folder of a checkout, without what a rehearsal writes there."""
    return {
        str(file.relative_to(tree.root)): file.read_bytes()
        for file in (tree.root / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.match("Pulumi.*.yaml")
    }

"""The backup account, rehearsed: its own program, on the real engine, in an embedded AWS of its own.

Both accounts are in one process, so that what AWS copies from one to the other arrives. Without it
(`make up`) an environment names its backup account, and nothing is copied there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.configuration.file_names import NAMESPACE, SYSTEM_FILE_KEY, stack_file_name
from infra.configuration.strict_yaml import written
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace

if TYPE_CHECKING:
    from infra.configuration import Configuration

PROJECT = "backup_account"


@contextmanager
def backup_account(root: Path, configuration: Configuration, engine: Path) -> Iterator[Session]:
    """The deployed backup account of an environment.

    Args:
        root: a checkout that may be written.
        configuration: the environment.
        engine: the program `pulumi`.
    """
    environment = configuration.settings.environment.value
    outside = configuration.naming.in_home.in_backup_account
    assert outside is not None, f"{environment} has no backup account"
    project = root / PROJECT
    # For the embedded AWS and its providers; the program itself reads the environment's own files.
    config = {
        f"{NAMESPACE}account": outside.account,
        f"{NAMESPACE}region": outside.region,
        f"{NAMESPACE}{SYSTEM_FILE_KEY}": str(root / "system.yaml"),
    }
    (project / stack_file_name(environment)).write_text(written({"config": config}), encoding="utf-8")
    with (
        Workspace.temporary(environment) as workspace,
        Session(project, environment, engine, workspace, checkpoints=False) as session,
    ):
        session.up()
        yield session

"""A session of its own for what is only looked at: nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace


@contextmanager
def throwaway_session(
    root: Path, environment: str, engine: Path, *, system: Path | None = None
) -> Iterator[Session]:
    """An empty embedded AWS and state, gone afterwards, whatever happens.

    Args:
        root: the checkout whose program is deployed.
        environment: the stack's name.
        engine: the `pulumi` command.
        system: another system file than the checkout's.
    """
    with (
        Workspace.temporary(environment) as workspace,
        Session(root, environment, engine, workspace, checkpoints=False, system=system) as session,
    ):
        yield session

"""The seal of a workspace: whether its journal and state are still what the last session left.

The journal alone makes the embedded AWS. Were it lost or cut, the engine would find nothing to change over an
AWS that is empty. A session that ends writes down what both are; the next one compares before it believes
them. An operation of the engine that ends in good order is written down too: behind it a kill loses nothing,
and what clients of `make serve` change then stays drift.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from commands.files import write_atomically
from rehearsal.workspace.journal import CLIENTS, Journal, JournalError
from rehearsal.workspace.workspace import Workspace, WorkspaceError


class DamagedJournal(WorkspaceError):
    """The journal is not what the last session has left, so nobody knows what the embedded AWS was."""


def write_seal(workspace: Workspace) -> None:
    """Writes down what journal and state are at the end of a session, or of an operation of the engine."""
    write_atomically(_file(workspace), json.dumps(_found(workspace)))


def check_seal(workspace: Workspace, *, killed: bool) -> bool:
    """Compares with what the last session has left.

    Args:
        workspace: held by this session alone.
        killed: the last session did not come to its end; it may have added to both.

    Returns:
        Whether the engine has to look at the cloud before it believes the state: it is another one, or was
        not written after the last of the engine's own changes.

    Raises:
        DamagedJournal: the journal was lost, cut or changed.
    """
    seal = _read(workspace)
    if seal is None:
        if not workspace.has_journal and _holds_resources(workspace):
            raise _damaged(workspace, "is gone")
        return killed
    size = workspace.journal.stat().st_size if workspace.has_journal else 0
    if size < seal["size"]:
        raise _damaged(workspace, f"has {size} bytes of {seal['size']}" if size else "is gone")
    if (size > seal["size"] and not killed) or _digest(workspace.journal, seal["size"]) != seal["journal"]:
        raise _damaged(workspace, "was changed")
    if _digest(workspace.state) != seal["state"]:
        return True
    return killed and not _clients_alone(workspace, seal["size"])


def is_whole(workspace: Workspace) -> bool:
    """Whether journal and state are to the byte what the last session has left at its end."""
    seal = _read(workspace)
    return seal is not None and seal == _found(workspace)


def note_settled(workspace: Workspace, deployment: str) -> None:
    """Writes down that behind this deployment, by its fingerprint, the state had nothing left to change."""
    found = {"deployment": deployment, "state": _digest(workspace.state)}
    write_atomically(workspace.directory / "settled", json.dumps(found))


def settled_by(workspace: Workspace) -> str | None:
    """The fingerprint of the deployment that the state is of, as it is; None where it is of none."""
    try:
        found = json.loads((workspace.directory / "settled").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(found, dict) and found.get("state") == _digest(workspace.state)
    return found.get("deployment") if known else None


def _found(workspace: Workspace) -> dict[str, Any]:
    journal = workspace.journal
    size = journal.stat().st_size if journal.exists() else 0
    return {"size": size, "journal": _digest(journal, size), "state": _digest(workspace.state)}


def _clients_alone(workspace: Workspace, since: int) -> bool:
    """Whether nobody but clients of `make serve` has changed anything behind the journal's first bytes."""
    try:
        return all(entry.get("kind") == CLIENTS for entry in Journal(workspace.journal).entries(since))
    except JournalError:
        return False  # told when the journal is carried out


def _damaged(workspace: Workspace, what: str) -> DamagedJournal:
    environment = workspace.environment
    return DamagedJournal(
        f"{workspace.journal} {what}: the embedded AWS of {environment} is made from it alone, and the state "
        f"would be believed over an AWS that is not there. `make reset ENV={environment}` throws both away; "
        f"then `make up ENV={environment}` makes the environment anew."
    )


def _file(workspace: Workspace) -> Path:
    return workspace.directory / "seal"


def _read(workspace: Workspace) -> dict[str, Any] | None:
    try:
        seal = json.loads(_file(workspace).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # none yet, or of another version
    known = (
        isinstance(seal, dict)
        and seal.keys() == {"size", "journal", "state"}
        and isinstance(seal["size"], int)
    )
    return seal if known else None


def _holds_resources(workspace: Workspace) -> bool:
    """Whether the state tells of anything in the embedded AWS."""
    state = workspace.state
    return state is not None and b'"aws:' in state.read_bytes()


def _digest(file: Path | None, size: int | None = None) -> str | None:
    """Of the file's first bytes; of all of it without a size; None of no file."""
    if file is None or not file.exists():
        return None
    with file.open("rb") as content:
        return hashlib.sha256(content.read() if size is None else content.read(size)).hexdigest()

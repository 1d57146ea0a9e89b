"""Journal and state are compared with what the last session has left, before anybody believes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rehearsal.workspace.seal import (
    DamagedJournal,
    check_seal,
    is_whole,
    note_settled,
    settled_by,
    write_seal,
)
from rehearsal.workspace.workspace import Workspace

JOURNAL = b'{"kind": "aws", "n": 1}\n{"kind": "aws", "n": 2}\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """What a session leaves: a journal, a state with a resource, and the seal of both."""
    workspace = Workspace(tmp_path, "dev")
    state = workspace.backend / ".pulumi" / "stacks" / "groundwork" / "dev.json"
    state.parent.mkdir(parents=True)
    state.write_text('{"resources": [{"type": "aws:ec2/vpc:Vpc"}]}', encoding="utf-8")
    workspace.journal.write_bytes(JOURNAL)
    write_seal(workspace)
    return workspace


def _write(content: bytes) -> Callable[[Path], object]:
    return lambda journal: journal.write_bytes(content)


DAMAGES = {
    "lost": (Path.unlink, "is gone"),
    "emptied": (_write(b""), "is gone"),
    "cut at a line": (_write(JOURNAL[:24]), "has 24 bytes of 48"),
    "cut within a line": (_write(JOURNAL[:30]), "has 30 bytes of 48"),
    "changed": (_write(JOURNAL.replace(b"1", b"3")), "was changed"),
    "overwritten": (_write(bytes(len(JOURNAL))), "was changed"),
}


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_journal_is_told_with_the_way_out(
    workspace: Workspace, damage: Callable[[Path], object], said: str, killed: bool
) -> None:
    damage(workspace.journal)
    with pytest.raises(DamagedJournal, match=rf"{said}: .*`make reset ENV=dev` throws both away"):
        check_seal(workspace, killed=killed)


def test_what_was_left_is_believed(workspace: Workspace) -> None:
    assert check_seal(workspace, killed=False) is False


def test_what_was_left_is_whole_to_the_byte_or_not_at_all(workspace: Workspace) -> None:
    assert is_whole(workspace)
    assert workspace.state is not None
    for file in (workspace.journal, workspace.state, workspace.directory / "seal"):
        content = file.read_bytes()
        for other in (content[:-1], content.replace(b'"', b"'"), b""):
            file.write_bytes(other)
            assert not is_whole(workspace)
        file.write_bytes(content)
    assert is_whole(workspace)


def test_a_state_is_of_a_deployment_as_long_as_nobody_changes_it(workspace: Workspace) -> None:
    assert settled_by(workspace) is None
    note_settled(workspace, "this")
    assert settled_by(workspace) == "this"
    assert workspace.state is not None
    with workspace.state.open("a", encoding="utf-8") as state:
        state.write("\n")
    assert settled_by(workspace) is None
    note_settled(workspace, "that")
    assert settled_by(workspace) == "that"
    for other in ("", "[]", '{"deployment": "that"}'):
        (workspace.directory / "settled").write_text(other, encoding="utf-8")
        assert settled_by(workspace) is None


def test_a_killed_session_may_have_added_to_both(workspace: Workspace) -> None:
    workspace.journal.write_bytes(JOURNAL + b'{"kind": "aws", "n": 3}\n{"ki')
    assert workspace.state is not None
    workspace.state.write_text("{}", encoding="utf-8")
    assert check_seal(workspace, killed=True) is True
    with pytest.raises(DamagedJournal):
        check_seal(workspace, killed=False)


CLIENT = b'{"kind": "http", "n": 3}\n'


@pytest.mark.parametrize(
    ("added", "unsure"),
    [
        (b"", False),
        (CLIENT, False),
        (CLIENT + CLIENT + b'{"ki', False),  # cut off: it has not happened
        (CLIENT + b'{"kind": "aws", "n": 4}\n', True),
        (b'{"kind": "kubernetes"}\n', True),
        (CLIENT + b"nonsense\n", True),
    ],
)
def test_what_clients_alone_have_changed_before_a_kill_stays_drift(
    workspace: Workspace, added: bytes, unsure: bool
) -> None:
    workspace.journal.write_bytes(JOURNAL + added)
    assert check_seal(workspace, killed=True) is unsure


def test_another_state_is_held_against_the_cloud(workspace: Workspace) -> None:
    assert workspace.state is not None
    workspace.state.write_text("{}", encoding="utf-8")
    assert check_seal(workspace, killed=False) is True
    workspace.state.unlink()
    assert check_seal(workspace, killed=False) is True


@pytest.mark.parametrize("seal", [None, b"", b"\0", b"3", b'{"size": "x"}'])
def test_without_a_seal_resources_without_a_journal_are_told(
    workspace: Workspace, seal: bytes | None
) -> None:
    file = workspace.directory / "seal"
    file.unlink() if seal is None else file.write_bytes(seal)
    assert check_seal(workspace, killed=False) is False
    assert check_seal(workspace, killed=True) is True
    workspace.journal.unlink()
    with pytest.raises(DamagedJournal, match="is gone"):
        check_seal(workspace, killed=False)


def test_a_new_environment_has_nothing_to_compare(tmp_path: Path) -> None:
    assert check_seal(Workspace(tmp_path, "dev"), killed=False) is False

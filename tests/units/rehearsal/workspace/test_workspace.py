"""A workspace has one session at a time and never writes to the checkout."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
import yaml

from commands.files import write_atomically
from rehearsal.workspace.user_folders import state_home
from rehearsal.workspace.workspace import LockedError, Workspace, WorkspaceError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: groundwork\n", encoding="utf-8")
    text = "secretsprovider: awskms://alias/state\nencryptedkey: abc\nconfig:\n  groundwork:account: '1'\n"
    (folder / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "state" / "dev", "dev")


def _hold(workspace: Workspace, ready: object, done: object) -> None:
    lock, _ = workspace.lock()
    ready.set()  # type: ignore[attr-defined]
    done.wait()  # type: ignore[attr-defined]
    workspace.unlock(lock)


def test_a_second_session_is_refused_with_the_first_ones_process(workspace: Workspace) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(workspace, ready, done))
    other.start()
    ready.wait(20)
    try:
        with pytest.raises(LockedError, match=f"process {other.pid}"):
            workspace.lock()
    finally:
        done.set()
        other.join()


def test_a_session_that_ended_in_good_order_was_not_killed(workspace: Workspace) -> None:
    lock, killed = workspace.lock()
    workspace.unlock(lock)
    again, killed_again = workspace.lock()
    workspace.unlock(again)
    assert (killed, killed_again) == (False, False)


def test_a_missing_project_file_is_told_as_what_it_is(workspace: Workspace, root: Path) -> None:
    (root / "Pulumi.yaml").unlink()
    with pytest.raises(WorkspaceError, match=r"git checkout -- Pulumi\.yaml"):
        workspace.prepare(root)


def test_the_real_secrets_provider_stays_out_of_a_rehearsal(workspace: Workspace, root: Path) -> None:
    workspace.prepare(root)
    copy = yaml.safe_load((workspace.project / "Pulumi.dev.yaml").read_text(encoding="utf-8"))
    assert copy == {"config": {"groundwork:account": "1"}}


def test_the_engines_salt_is_kept_when_the_stack_file_is_copied_again(
    workspace: Workspace, root: Path
) -> None:
    workspace.prepare(root)
    copy = workspace.project / "Pulumi.dev.yaml"
    copy.write_text(copy.read_text(encoding="utf-8") + "encryptionsalt: v1:salt\n", encoding="utf-8")
    workspace.prepare(root)
    assert yaml.safe_load(copy.read_text(encoding="utf-8"))["encryptionsalt"] == "v1:salt"


def test_logs_that_the_engine_wrote_before_are_gone(workspace: Workspace, root: Path) -> None:
    (workspace.home / "logs").mkdir(parents=True)
    (workspace.home / "logs" / "dev-20261121.log").write_bytes(b"log")
    workspace.prepare(root)
    assert (workspace.home / "logs").is_file()


def test_the_passphrase_is_made_once_and_only_its_owner_reads_it(workspace: Workspace, root: Path) -> None:
    workspace.prepare(root)
    assert workspace.passphrase() == workspace.passphrase()
    assert (workspace.directory / "passphrase").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_says_what_to_set(tmp_path: Path, root: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="XDG_STATE_HOME"):
        Workspace(blocked / "dev", "dev").prepare(root)


def test_two_checkouts_of_one_name_have_workspaces_of_their_own(tmp_path: Path) -> None:
    one = Workspace.of(tmp_path / "a" / "groundwork", "dev")
    two = Workspace.of(tmp_path / "b" / "groundwork", "dev")
    assert one.directory != two.directory


def test_another_system_file_has_a_workspace_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").touch()
    own, other = tmp_path / "system.yaml", tmp_path / "examples" / "node.yaml"
    folders = [Workspace.of(tmp_path, "prod", system).directory.name for system in (None, own, other)]
    assert folders[:2] == ["prod", "prod"]
    assert folders[2].startswith("prod-node-")


def test_a_session_of_its_own_leaves_nothing_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Workspace.temporary("dev") as workspace:
        workspace.directory.mkdir()
    assert list(tmp_path.iterdir()) == []


def test_a_checkout_with_a_very_long_name_has_a_folder_that_can_be_made(tmp_path: Path) -> None:
    names = [Workspace.of(tmp_path / ("ä" * 120 + end), "dev").directory.parent.name for end in "ab"]
    assert len(set(names)) == 2
    assert all(len(name.encode()) < 128 for name in names)


def test_a_relative_state_folder_is_not_taken() -> None:
    # It would be another one in each folder that a command is called in.
    assert state_home({"XDG_STATE_HOME": "state"}).is_absolute()
    assert state_home({"XDG_STATE_HOME": "/state"}) == Path("/state")


def test_what_the_engine_reads_has_its_texts_in_quotes(tmp_path: Path) -> None:
    """YAML 1.2 takes 012345678901 for a number, and the account would be another one."""
    (tmp_path / "Pulumi.yaml").write_text("name: groundwork\nruntime: python\n", encoding="utf-8")
    text = 'config:\n  groundwork:account: "012345678901"\n'
    (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    workspace = Workspace(tmp_path / "state", "dev")
    workspace.prepare(tmp_path)
    copy = (workspace.project / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    assert '"groundwork:account": "012345678901"' in copy


def test_a_file_that_is_written_anew_stays_readable_to_whom_it_was(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, "one")
    assert file.stat().st_mode & 0o077 == 0o044 & ~_mask()
    file.chmod(0o604)
    write_atomically(file, "two\r\n")
    assert (file.stat().st_mode & 0o777, file.read_bytes()) == (0o604, b"two\r\n")


def test_a_passphrase_is_nobody_elses_from_the_first_moment(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, "dev")
    workspace.passphrase()
    assert (tmp_path / "passphrase").stat().st_mode & 0o777 == 0o600


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_half_a_note_about_a_file_goes_and_whole_ones_stay(tmp_path: Path) -> None:
    """After a `kill -9` between making and writing it the engine says `failed to load checkpoint: EOF`."""
    workspace = Workspace(tmp_path / "dev", "dev")
    stacks = workspace.backend / ".pulumi" / "stacks" / "groundwork"
    stacks.mkdir(parents=True)
    for name, text in {"dev.json": "{}", "dev.json.attrs": "", "dev.json.bak.attrs": '{"md5": ""}'}.items():
        (stacks / name).write_text(text, encoding="utf-8")
    (workspace.backend / ".pulumi" / "meta.yaml.attrs").write_text('{"md5"', encoding="utf-8")
    assert workspace.mend_state() is False  # the state itself is whole
    kept = {str(file.relative_to(workspace.backend / ".pulumi")) for file in workspace.backend.rglob("*.*")}
    assert kept >= {"stacks/groundwork/dev.json", "stacks/groundwork/dev.json.bak.attrs"}
    assert not [name for name in kept if name.endswith(("dev.json.attrs", "meta.yaml.attrs"))]

"""The workspace of a rehearsal: where it keeps its things, never in the checkout, which may be read-only.

For each checkout, environment and system file there is one folder:

    <state home>/groundwork/<checkout's name>-<hash of its path>/<environment>[-<system>-<hash>]/
        project/          copies of Pulumi.yaml and Pulumi.<environment>.yaml for the engine
        backend/          Pulumi's own file backend: state, checkpoints, history
        home/             the engine's own: credentials, its plugins
        journal.jsonl     what happened to the embedded AWS
        events.jsonl      what the engine tells while it works
        seal              what journal and state were when the last session ended
        settled           which deployment the state is of, when nothing was left to change
        passphrase        of the state's secrets
        lock              held while a session runs
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.errors import CommandError, Exit
from commands.files import write_atomically
from infra.configuration.environments import Environment
from infra.configuration.file_names import stack_file_name
from infra.configuration.stand_ins import take_encrypted
from infra.configuration.strict_yaml import parse, written
from rehearsal.workspace.user_folders import state_home

ENVIRONMENTS = tuple(each.value for each in Environment)

# What the engine writes into a stack file about the secrets provider: a rehearsal has its own.
_SECRETS_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")

# An engine whose session was killed notices that its providers are gone and stops by itself.
_WAIT_FOR_ORPHAN_SECONDS = 15.0


class WorkspaceError(CommandError):
    """A session cannot start; the message says why and what to do."""


class LockedError(WorkspaceError):
    """Another session of this checkout and environment is running."""

    code = Exit.LOCKED


# File systems take names of 255 bytes at most; the engine adds to some of them.
_NAME_BYTES_MAXIMUM = 80


def _with_hash(path: Path) -> str:
    name = os.fsencode(path.stem)[:_NAME_BYTES_MAXIMUM].decode(errors="ignore")
    return f"{name}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:10]}"


@dataclass(frozen=True)
class Workspace:
    """The folder of one checkout and environment."""

    directory: Path
    environment: str

    @staticmethod
    def of(root: Path, environment: str, system: Path | None = None) -> Workspace:
        """The lasting workspace of the checkout at `root`; a system file of another name has its own."""
        root = root.resolve()
        folder = environment
        if system is not None and system.resolve() != root / "system.yaml":
            folder = f"{environment}-{_with_hash(system.resolve())}"
        return Workspace(state_home() / "groundwork" / _with_hash(root) / folder, environment)

    @staticmethod
    @contextmanager
    def temporary(environment: str) -> Iterator[Workspace]:
        """A workspace for one session: nothing of it is left afterwards."""
        with tempfile.TemporaryDirectory(prefix="groundwork-", ignore_cleanup_errors=True) as folder:
            yield Workspace(Path(folder) / environment, environment)

    @property
    def project(self) -> Path:
        return self.directory / "project"

    @property
    def backend(self) -> Path:
        return self.directory / "backend"

    @property
    def home(self) -> Path:
        """Of the engine: PULUMI_HOME."""
        return self.directory / "home"

    @property
    def stack_file(self) -> Path:
        """The engine's copy of the environment's."""
        return self.project / stack_file_name(self.environment)

    @property
    def passphrase_file(self) -> Path:
        return self.directory / "passphrase"

    @property
    def journal(self) -> Path:
        return self.directory / "journal.jsonl"

    @property
    def events(self) -> Path:
        return self.directory / "events.jsonl"

    @property
    def state(self) -> Path | None:
        """The engine's state of the stack; None before there is a stack."""
        return next(self.backend.glob(f".pulumi/stacks/*/{self.environment}.json"), None)

    @property
    def has_journal(self) -> bool:
        """Whether anything has happened to the embedded AWS."""
        return self.journal.exists() and self.journal.stat().st_size > 0

    @property
    def has_stack(self) -> bool:
        return self.state is not None

    def prepare(self, root: Path, extra_config: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Makes the folders and copies the project's files of the checkout at `root`.

        Returns what is to stand for the stack file's encrypted values, which are not copied.

        Raises:
            WorkspaceError: nothing can be written here (read-only, disk full).
        """
        if not (root / "Pulumi.yaml").is_file():
            raise WorkspaceError(
                f"Pulumi.yaml: there is no such file in {root}. Bring it back: git checkout -- Pulumi.yaml"
            )
        try:
            self.backend.mkdir(parents=True, exist_ok=True)
            self.project.mkdir(parents=True, exist_ok=True)
            self._keep_no_engine_logs()
            shutil.copyfile(root / "Pulumi.yaml", self.project / "Pulumi.yaml")
            return self._copy_stack_file(root, extra_config or {})
        except OSError as error:
            raise WorkspaceError(
                f"cannot write to {self.directory}: {error.strerror}. "
                "Free some space, or set XDG_STATE_HOME to a folder that can be written to."
            ) from error

    def _keep_no_engine_logs(self) -> None:
        """The engine writes down all that it does, 500 MB at most, and it takes a third of its time.

        It has no setting against that, but goes without where there can be no such folder.
        """
        logs = self.home / "logs"
        if logs.is_dir():
            shutil.rmtree(logs)
        logs.parent.mkdir(parents=True, exist_ok=True)
        logs.touch()

    def _copy_stack_file(self, root: Path, extra_config: Mapping[str, Any]) -> dict[str, str]:
        copy = self.stack_file
        content = parse((root / copy.name).read_text(encoding="utf-8")) or {}
        before = parse(copy.read_text(encoding="utf-8")) if copy.exists() else {}
        for key in _SECRETS_KEYS:
            content.pop(key, None)
        if "encryptionsalt" in (before or {}):
            content["encryptionsalt"] = before["encryptionsalt"]
        stand_ins = take_encrypted(content.setdefault("config", {}))
        content["config"].update(extra_config)
        write_atomically(copy, written(content))
        return stand_ins

    def passphrase(self) -> str:
        """The passphrase of this workspace's state; made up the first time, readable by its owner only."""
        file = self.passphrase_file
        if not file.exists():
            write_atomically(file, secrets.token_hex(16), mode=0o600)
        return file.read_text(encoding="utf-8").strip()

    def lock(self) -> tuple[int, bool]:
        """An open file that holds the workspace until it and all its copies are closed.

        Also tells whether the session before was killed: a session in good order empties the file
        when it ends (`unlock`).

        The engine inherits it, so that a session that was killed counts as running until its
        engine has stopped as well.

        Raises:
            LockedError: another session holds it.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        file = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _WAIT_FOR_ORPHAN_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                owner = os.pread(file, 32, 0).decode().strip()
                if _alive(owner) or time.monotonic() > deadline:
                    os.close(file)
                    raise LockedError(
                        f"another session of {self.environment} is running (process {owner or 'unknown'}). "
                        "Wait until it has finished, or stop it with Ctrl-C where it runs."
                    ) from None
                time.sleep(0.2)
        killed = bool(os.pread(file, 1, 0))
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        return file, killed

    @staticmethod
    def unlock(file: int, *, recover: bool = False) -> None:
        """Gives back what `lock` took; with `recover` the next session sees this one as killed."""
        if not recover:
            os.ftruncate(file, 0)
        os.close(file)

    def forget_stale_locks(self) -> None:
        """Removes the backend's own locks; called while `lock` is held, so nobody else is there."""
        shutil.rmtree(self.backend / ".pulumi" / "locks", ignore_errors=True)

    def mend_state(self) -> bool:
        """Puts a half-written state aside: the engine does not write it atomically, so a disk that was full
        leaves the first part of it, which no engine reads again. True when there was one.

        What the state before it does not know is in the journal.
        """
        for notes in self.backend.rglob("*.attrs"):
            # Of each of its files the engine notes the checksum: with half a note it cannot be read, without
            # one it can.
            if not _is_whole(notes):
                notes.unlink()
        mended = False
        for state in self.backend.glob(f".pulumi/stacks/*/{self.environment}.json"):
            if _is_whole(state):
                continue
            mended = True
            before = state.with_name(f"{state.name}.bak")  # the engine keeps one
            if _is_whole(before):
                shutil.copyfile(before, state)
            else:
                state.unlink()
        return mended

    def deployment(self) -> dict[str, Any]:
        """The engine's state, in the form of `pulumi stack export`; empty before the first deployment."""
        state = self.state
        latest = json.loads(state.read_bytes())["checkpoint"].get("latest") if state else None
        return {"deployment": latest or {}}

    def resources(self) -> list[dict[str, Any]]:
        """The resources of the engine's state, as it keeps them; none before the first deployment's end."""
        return list(self.deployment()["deployment"].get("resources") or [])

    def remove(self) -> None:
        """Throws the workspace away: state and embedded AWS together."""
        shutil.rmtree(self.directory, ignore_errors=True)


def _is_whole(state: Path) -> bool:
    """Whether a state file was written to its end."""
    try:
        json.loads(state.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _alive(process: str) -> bool:
    if not process.isdigit() or int(process) == os.getpid():
        return process.isdigit()
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True

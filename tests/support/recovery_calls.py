"""What the commands of a rehearsed recovery have asked AWS for, in the words of the table of rights."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functions.shared.recoveries import CURRENT, FOLDER
from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS, STATE
from rehearsal.disasters import stage
from rights.recoveries import RECOVERIES, About, By, Where
from rights.recovery_inputs import INPUTS, LOCKS, STACK_FILE, Lives
from tests.support import recording_command
from tests.support.recorded_calls import actions_of


@dataclass(frozen=True)
class Row:
    """One line of the table: where, about what, the action, and with whose credentials."""

    where: Where
    about: About
    action: str
    by: By


@dataclass(frozen=True)
class CommandCalls:
    """What was asked while commands ran.

    Args:
        file: with a line for each call, as `recording_command` writes it.
    """

    file: Path

    def inputs(self, command: str) -> dict[Lives, set[str]]:
        """Whatever a command has taken beside AWS, by where it lives; see `recording_command`."""
        lines = Path(f"{self.file}.inputs").read_text(encoding="utf-8").splitlines()
        found: dict[Lives, set[str]] = {}
        for each in map(json.loads, lines):
            if each["command"].replace("-", "_") == command and not _is_code(each["what"]):
                lives, what = _lives(each["input"], each["what"])
                found.setdefault(lives, set()).add(what)
        assert found, f"recover {command} was not seen"
        return found

    def actions(self, command: str) -> set[str]:
        """The permissions that a command's calls take, whenever it ran."""
        return {
            action
            for calls in self._runs(command).values()
            for call in calls
            for action in actions_of(call["service"], call["operation"], call["parameters"])
        }

    def of(self, command: str, configuration: Configuration) -> Counter[Row]:
        """How often each line of the table was asked for by a command, whenever it ran."""
        runs = self._runs(command)
        found: Counter[Row] = Counter()
        for calls in runs.values():
            reading = _Reading(command, configuration, calls)
            found.update(row for call in calls for row in reading.rows(call))
        return found

    def _runs(self, command: str) -> dict[int, list[Mapping[str, Any]]]:
        """Its calls, by the process that has made them."""
        runs: dict[int, list[Mapping[str, Any]]] = {}
        for line in self.file.read_text(encoding="utf-8").splitlines():
            call = json.loads(line)
            if call["command"].replace("-", "_") == command:
                runs.setdefault(call["process"], []).append(call)
        assert runs, f"recover {command} has asked for nothing"
        return runs


@contextmanager
def recording_commands(file: Path) -> Iterator[CommandCalls]:
    """Commands that are rehearsed meanwhile write down what they ask for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "OPERATIONS", (recording_command.__file__, str(file)))
        yield CommandCalls(file)


def table_of(command: str, *, recorded: bool = True) -> set[Row]:
    """What the table says of a command; of what has no call for its name with `recorded` False."""
    return {
        Row(each.where, each.about, action, each.by)
        for each in RECOVERIES[command]
        for action in each.actions
        if recorded is (not each.why)
    }


def inputs_of(command: str) -> dict[Lives, set[str]]:
    """What the table says that a command takes beside AWS."""
    return {lives: set(what) for lives, what in INPUTS[command].items()}


def _is_code(what: str) -> bool:
    """Whether it is a part of this program, which is in source control like the files that it reads."""
    return what.endswith((".py", ".pyc"))


def _lives(kind: str, what: str) -> tuple[Lives, str]:
    """Where it lives, and what the table calls it."""
    if kind != "open":
        return (Lives.PROGRAMS if kind == "subprocess.Popen" else Lives.NETWORK), what
    if "/.pulumi/locks/" in what:
        return Lives.STATE, LOCKS
    # What git ignores is on this machine alone: /recoveries/.
    if what.startswith(("/", "recoveries/")):
        return Lives.MACHINE, what
    return Lives.SOURCE, re.sub(r"^Pulumi\.\w+\.yaml$", STACK_FILE, what)


class _Reading:
    """One run of a command."""

    def __init__(self, command: str, configuration: Configuration, calls: list[Mapping[str, Any]]) -> None:
        self._outside = configuration.settings.backup_account
        records = next(each for each in calls if each["parameters"].get("Key") == CURRENT)
        # It is written down in the region that everything runs in afterwards, or in the backup account.
        self._recorded, self._address = records["region"], records["address"]
        self._moves, self._in_account = command == "region", command == "account"

    def rows(self, call: Mapping[str, Any]) -> Iterator[Row]:
        service, parameters = call["service"], call["parameters"]
        by = self._by(call)
        for action in actions_of(service, call["operation"], parameters):
            # A copy is read in one bucket and written in another one.
            read = "CopySource" in parameters and action.startswith("s3:Get")
            about = parameters["CopySource"] if read else parameters
            where = self._where(service, call["region"], about, by)
            yield Row(where, _about(service, call["operation"], action, about), action, by)

    def _by(self, call: Mapping[str, Any]) -> By:
        if not (self._in_account and call["address"] == self._address):
            return By.DEPLOY
        # Zones of that account are seen by the role alone that it has taken for them.
        return By.DELEGATE if call["service"] == "route53" else By.OUTSIDE

    def _where(self, service: str, region: str, parameters: Mapping[str, Any], by: By) -> Where:
        named = str(parameters.get("Bucket", "")) + str(parameters.get("registryId", ""))
        # Of what was encrypted KMS knows the key: no other than that of the snapshots is asked.
        if by is not By.DEPLOY or (self._outside and self._outside in named) or service == "kms":
            return Where.OUTSIDE
        if self._in_account:
            return Where.HERE
        region = named[named.index("-us-") + 1 :] if "-us-" in named else region
        return Where.THERE if (region == self._recorded) is self._moves else Where.HERE


def _about(service: str, operation: str, action: str, parameters: Mapping[str, Any]) -> About:
    if service == "s3":
        return _about_buckets(operation, action, parameters)
    if service == "rds" and not operation.startswith("Describe"):
        return About.DATABASE
    if service == "backup" and "BackupVaultName" in parameters:
        return About.VAULT
    if service == "secretsmanager" and "SecretId" in parameters:
        return About.ENTRIES
    if operation == "ChangeResourceRecordSets":
        return About.PARENT_ZONE
    if operation == "AssumeRole":
        return About.DELEGATION_ROLE
    return {"ecr": About.IMAGES, "kms": About.SNAPSHOT_KEY, "lambda": About.FUNCTION}.get(service, About.ALL)


def _about_buckets(operation: str, action: str, parameters: Mapping[str, Any]) -> About:
    key = parameters.get("Key")
    if f"-{STATE.name}-" in parameters["Bucket"]:
        return About.STATE_BUCKET if key is None else About.STATE
    if key is None:
        listed = f"-{BACKUPS}-" in parameters["Bucket"] and action == "s3:ListBucket"
        return About.BACKUPS if listed else About.FILES_BUCKETS
    if operation in ("DeleteObject", "GetObject", "PutObject") and f"-{BACKUPS}-" in parameters["Bucket"]:
        if key.startswith(FOLDER):
            return About.RECORDS
        if key.startswith(OUTSIDE_FOLDER):
            return About.SNAPSHOTS
    return About.FILES

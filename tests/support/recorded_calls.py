"""The calls of AWS that the project's own code makes while a test runs, whoever made the client.

A call belongs to the function or command that is on the stack; what a test calls itself, to set something up
or to look at it, belongs to nobody.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, cast

import pytest

from rights import commands, functions, recoveries

ROOT = Path(__file__).resolve().parents[2]
_OURS = (f"{ROOT}/functions/", f"{ROOT}/operations/")
# Through it a test makes what a deployment would have made, also in the middle of a command.
_EMBEDDED = f"{ROOT}/rehearsal/aws/cloud.py"

# Where the name of the operation is not that of the permission (Service Authorization Reference; S3 user
# guide, "Required permissions for Amazon S3 API operations").
_UPLOAD = ("s3:PutObject",)
_ACTIONS = {
    # With tags, as it is here.
    "codeconnections:CreateConnection": ("codeconnections:CreateConnection", "codeconnections:TagResource"),
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "s3:CompleteMultipartUpload": _UPLOAD,
    "s3:CopyObject": (
        "s3:GetObjectVersion",
        "s3:GetObjectVersionTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
    ),
    "s3:CreateMultipartUpload": _UPLOAD,
    # Named otherwise in the Service Authorization Reference of S3.
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
    # The role that it names is passed on, too: to an administrator all of them may be.
    "s3:PutBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:UploadPartCopy": ("s3:GetObjectVersion", "s3:PutObject"),
}
# boto3 calls these services otherwise than permissions do.
_SERVICES = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}
# Of a named version these are permissions of their own.
_OF_A_VERSION = {
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
}
# S3 tells with a version what it is locked by, to who may see that alone (API reference, HeadObject).
_TOLD_OF_A_VERSION = {"s3:HeadObject": ("s3:GetObjectLegalHold", "s3:GetObjectRetention")}
# What is sent along with an object, and is a permission of its own.
_SENT_ALONG = {
    "ObjectLockLegalHoldStatus": "s3:PutObjectLegalHold",
    "ObjectLockMode": "s3:PutObjectRetention",
}
# Which parameter says what a call is about.
_ABOUT = (
    "SecretId",
    "TopicArn",
    "Bucket",
    "UserId",
    "DBInstanceIdentifier",
    "SourceDBInstanceIdentifier",
    "ResourceName",
)
# Variables that tell a function what to work on, the narrower ones first.
_VARIABLES = (
    "MASTER_SECRET",
    "SECRET",
    "TOPIC",
    "STEPS",
    "BUCKET",
    "LEDGER",
    "DATABASE",
    "ROTATED",
    "ENTRIES",
)
# No permission is needed for it (STS, GetCallerIdentity).
_FREE = {"sts:GetCallerIdentity"}
# A test may begin within a command: whose part each file of `operations/recovery` is.
_PARTS = {
    "account.py": "account",
    "account_data.py": "account",
    "another_copy.py": "account",
    "backup_account.py": "account",
    "files_outside.py": "account",
    "image_copies.py": "account",
    "lacking.py": "region",
    "leaving.py": "region",
    "left_behind.py": "region_back",
    "missed_objects.py": "region_back",
    "region.py": "region",
    "region_back.py": "region_back",
}


def actions_of(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    """The permissions that a call takes."""
    called = f"{_SERVICES.get(service, service)}:{operation}"
    for action in _ACTIONS.get(called, (called,)):
        if action not in _FREE:
            yield _OF_A_VERSION.get(action, action) if "VersionId" in parameters else action
    if "VersionId" in parameters:
        yield from _TOLD_OF_A_VERSION.get(called, ())
    yield from (action for name, action in _SENT_ALONG.items() if name in parameters)


@dataclass(frozen=True)
class Made:
    """A call: of which function's folder or command, what, and about what."""

    actor: str
    action: str
    about: str


class Calls:
    """What was called so far."""

    def __init__(self) -> None:
        self.made: set[Made] = set()
        self._encrypted_with: dict[bytes, str] = {}

    def note(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        """Notes a call, when the project's code has made it."""
        # KMS sees in what is encrypted with which key it was.
        blob = parameters.get("CiphertextBlob")
        if service == "kms" and isinstance(blob, bytes) and blob in self._encrypted_with:
            parameters = {**parameters, "KeyId": self._encrypted_with[blob]}
        actor = _actor(sys._getframe(1))
        if actor is None:
            return
        for action in actions_of(service, operation, parameters):
            about = _about(actor, action, parameters) if actor in functions.RECORDED else ""
            self.made.add(Made(actor, action, about))

    def answered(self, parameters: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Notes with which key something was encrypted."""
        blob = answer.get("CiphertextBlob")
        if isinstance(blob, bytes) and "KeyId" in parameters:
            self._encrypted_with[blob] = str(parameters["KeyId"])

    def of(self, actor: str) -> set[tuple[str, str]]:
        """The actions of one function or command, each with what it is about."""
        return {(each.action, each.about) for each in self.made if each.actor == actor}


def _actor(frame: FrameType | None) -> str | None:
    """The folder of a function, or the name of a command; None for a test's own call."""
    ours = list(_frames(frame))
    if ours and threading.current_thread() is not threading.main_thread():
        # What works at many things at once works for the command that has begun it.
        ours += _frames(sys._current_frames()[cast("int", threading.main_thread().ident)])
    # A command may use what a function is made of; it calls as the person who runs it.
    commands = [name for each in ours if (name := _command(each)) is not None]
    if commands:
        return commands[-1]
    return next((each[1] for each in ours if each[0] == "functions" and each[1] != "shared"), None)


def _command(frame: tuple[str, ...]) -> str | None:
    if frame in _commands():
        return frame[-1]
    return _PARTS.get(frame[2]) if frame[:2] == ("operations", "recovery") else None


@cache
def _commands() -> frozenset[tuple[str, ...]]:
    """The functions that are commands, whether the table of rights has them or not."""
    from operations.cli import app

    groups = [app, *(each.typer_instance for each in app.registered_groups if each.typer_instance)]
    registered = [command.callback for group in groups for command in group.registered_commands]
    return frozenset(_frame(callback.__code__) for callback in registered if callback is not None)


def _frame(code: CodeType) -> tuple[str, ...]:
    """The parts of a code's path, and its name."""
    return (*code.co_filename.removeprefix(f"{ROOT}/").split("/"), code.co_name)


def _frames(frame: FrameType | None) -> Iterator[tuple[str, ...]]:
    """The project's own code on the stack, from the inside out: the parts of its path, and its name. What the
    embedded AWS calls itself is nobody's."""
    while frame is not None and frame.f_code.co_filename != _EMBEDDED:
        if frame.f_code.co_filename.startswith(_OURS):
            yield _frame(frame.f_code)
        frame = frame.f_back


def _about(actor: str, action: str, parameters: Mapping[str, Any]) -> str:
    """How the function has learned what it calls about, as the table of rights says it."""
    if (actor, action) in functions.ASKED:
        return functions.ASKED[actor, action]
    if action.startswith("elasticache:") and "UserId" in parameters:
        return functions.VALUE
    if action.startswith("kms:"):
        outside = os.environ.get(functions.OUTSIDE_KEY)
        return functions.OUTSIDE_KEY if outside and parameters.get("KeyId") == outside else "KEY"
    found = next((str(parameters[name]) for name in _ABOUT if name in parameters), None)
    if found is None:
        return functions.EVERYTHING
    restored = os.environ.get(functions.RESTORED)
    if restored and found.rpartition(":")[2].startswith(restored):
        return functions.RESTORED
    prefix = os.environ.get("PREFIX", "")
    for variable in _VARIABLES:
        if _names(os.environ.get(variable, ""), found, found.removeprefix(prefix)):
            return variable
    return functions.COPIES if os.environ.get("COPIES") == "yes" else functions.EVENT


def _names(text: str, *names: str) -> bool:
    try:
        words = json.loads(text)
    except ValueError:
        words = text.split(",")
    if isinstance(words, list) and words and isinstance(words[0], dict):
        words = [each["topic"] for each in words]
    return any(name in words for name in names)


_current: list[Calls] = []


def note(service: str, operation: str, parameters: Mapping[str, Any]) -> None:
    """For what stands for a client of AWS in a test."""
    for calls in _current:
        calls.note(service, operation, parameters)


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Records what botocore is asked for; at the end nothing may be missing in the table of rights."""
    from botocore.client import BaseClient

    calls, original = Calls(), BaseClient._make_api_call

    def call(client: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
        calls.note(client.meta.service_model.service_name, operation, parameters)
        answer = original(client, operation, parameters)
        calls.answered(parameters, answer)
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    _current.append(calls)
    try:
        yield calls
    finally:
        _current.remove(calls)
    unknown = sorted(str(each) for each in calls.made if not _is_known(each))
    assert not unknown, f"not in functions.py, commands.py or recoveries.py of rights: {unknown}"


def _is_known(made: Made) -> bool:
    if made.actor in functions.RECORDED:
        return (made.action, made.about) in table_of(made.actor)
    if made.actor in recoveries.RECOVERIES:
        return any(made.action in each.actions for each in recoveries.RECOVERIES[made.actor])
    command = commands.COMMANDS.get(made.actor)
    return command is not None and made.action in {action for action, _ in command.calls}


def table_of(actor: str) -> set[tuple[str, str]]:
    """What the table of rights says that a function or command calls."""
    if actor in functions.RECORDED:
        return {(each.action, each.on) for each in functions.RECORDED[actor]}
    return {(action, "") for action, _ in commands.COMMANDS[actor].calls}

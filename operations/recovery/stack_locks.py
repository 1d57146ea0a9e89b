"""Locks of a stack, which the engine keeps beside the state: read without taking one.

A lock is a file of the backend, `.pulumi/locks/organization/<project>/<stack>/<id>.json`, with who, where
and since when (pkg/backend/diy/lock.go of Pulumi 3.256). A runner that is killed leaves it, and the command
line tool has no command that shows it: `up` alone says it, when it is refused.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations.console import OperationFailed


@dataclass(frozen=True)
class Lock:
    """One lock.

    Args:
        who: the person, as the engine's machine knows them.
        host: that machine.
        process: the engine's number there.
        since: ISO 8601.
    """

    who: str
    host: str
    process: int
    since: str

    @property
    def told(self) -> str:
        """For people."""
        return f"{self.who}@{self.host} (process {self.process}) since {self.since}"

    @property
    def runs(self) -> bool | None:
        """Whether its engine still runs; None where that cannot be seen from this machine."""
        if self.host != socket.gethostname():
            return None
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True


def locks(url: str, project: str, stack: str) -> list[Lock] | None:
    """The locks of a stack; None where the backend is one that this cannot look into.

    Args:
        url: of the backend, as `pulumi whoami` says it: `s3://…` or `file://…`.
        project: its name in Pulumi.yaml.
        stack: the environment.

    Raises:
        OperationFailed: the backend does not answer.
    """
    parts = urlsplit(url)
    folder = f".pulumi/locks/organization/{project}/{stack}"
    if parts.scheme == "file":
        texts = _in_folder(Path(unquote(parts.path)).expanduser() / folder)
    elif parts.scheme == "s3":
        texts = _in_bucket(url, "/".join(filter(None, [unquote(parts.path).strip("/"), folder])))
    else:
        return None
    return [_lock(text) for text in texts]


def _in_folder(folder: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.json"))]


def _in_bucket(url: str, prefix: str) -> list[str]:
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    try:
        session = boto3.Session(profile_name=options.get("profile"), region_name=options.get("region"))
        return list(_objects(session.client("s3"), parts.netloc, f"{prefix}/"))
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(
            f"s3://{parts.netloc}/{prefix}: {str(error).rstrip('.')}. The stack's locks are there."
        ) from None


def _objects(client: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", ()):
            yield client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode()


def _lock(text: str) -> Lock:
    try:
        found = json.loads(text)
        return Lock(
            str(found["username"]), str(found["hostname"]), int(found["pid"]), str(found["timestamp"])
        )
    except (ValueError, KeyError, TypeError):
        return Lock("somebody", "an unknown machine", 0, "an unknown time")

"""What the recovery of an account works with in tests: clients of AWS, engine, cluster, database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

from operations.console import OperationFailed
from operations.environments import Connection
from rehearsal.aws.cloud import READING

REGION = "us-west-2"
NEW, KEPT = "610987650001", "610987650002"


class Killed(BaseException):
    """Stands for the loss of the machine: nothing after it happens, and nothing is written down."""


class KeptClients:
    """A session of boto3 that makes each client once."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._clients: dict[tuple[str, str | None], Any] = {}

    def client(self, service: str, region_name: str | None = None, **options: Any) -> Any:
        """A client; its options are always alike here."""
        key = (service, region_name)
        if key not in self._clients:
            self._clients[key] = self._session.client(cast(Any, service), region_name=region_name, **options)
        return self._clients[key]


@dataclass
class Wire:
    """boto3's sessions of both accounts. It counts what changes anything, and may end it there.

    Args:
        urls: where each account's AWS answers.
        changes: how often each operation that changes something was carried out.
        dies_after: an operation, and how often it is carried out before the machine is lost.
        refused: operations that AWS refuses.
    """

    urls: Mapping[str, str]
    changes: Counter[str] = field(default_factory=Counter)
    dies_after: tuple[str, int] | None = None
    refused: set[str] = field(default_factory=set)
    _connections: dict[str, Connection] = field(default_factory=dict)

    def forget(self) -> None:
        """For the next test; clients take long to make, and stay."""
        self.changes.clear()
        self.dies_after, self.refused = None, set()

    def connection(self, account: str) -> Connection:
        """A connection to an account."""
        if account not in self._connections:
            self._connections[account] = Connection(cast(boto3.Session, self._session()), self.urls[account])
        return self._connections[account]

    def _session(self) -> KeptClients:
        keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        session = boto3.Session(region_name=REGION, **keys)
        session.events.register("before-call", self._refuse)
        session.events.register("after-call", self._note)
        return KeptClients(session)

    def _refuse(self, model: Any, **_: Any) -> None:
        if model.name in self.refused:
            answer = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}
            raise ClientError(cast(Any, answer), model.name)

    def _note(self, model: Any, parsed: Mapping[str, Any], **_: Any) -> None:
        if xform_name(model.name).startswith((*READING, "batch_check_")) or "Error" in parsed:
            return
        self.changes[model.name] += 1
        if self.dies_after == (model.name, self.changes[model.name]):
            self.dies_after = None
            raise Killed


def state_before() -> dict[str, Any]:
    """A state as the engine exports it, with a resource and one that it was at."""
    urn = "urn:pulumi:prod::groundwork::aws:ec2/vpc:Vpc::network"
    resource = {"urn": urn, "type": "aws:ec2/vpc:Vpc", "custom": True, "id": "vpc-1"}
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-11-29T03:00:00Z"},
            "secrets_providers": {"type": "cloud", "state": {"url": "awskms://alias/state"}},
            "resources": [resource],
            "pending_operations": [{"resource": resource, "type": "creating"}],
        },
    }


@dataclass
class Engine:
    """The engine: what it is told to deploy is there afterwards, as far as a recovery looks at it.

    Args:
        file: the stack file.
        deploy: makes what a deployment has made that leaves some URNs out.
        clock: passes while it deploys.
        state: of the stack.
        ups: what was left out of each deployment, and the stack file at that time.
        taken: the states that were imported.
        fails_at: the number of a deployment that ends with an error.
        dies_at: `take`, or the number of a deployment that ends before it was done.
    """

    file: Path
    deploy: Callable[[tuple[str, ...]], None]
    clock: list[float]
    state: dict[str, Any] = field(default_factory=state_before)
    ups: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    dies_at: str | int = ""
    fails_at: int = 0

    def export(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(json.dumps(self.state)))

    def take(self, state: Mapping[str, Any]) -> None:
        self.state = dict(state)
        self.taken.append(self.state)
        self._may_die("take")

    def up(self, waiting: Callable[[], None], without: tuple[str, ...] = ()) -> None:
        self.ups.append((tuple(without), self.file.read_text(encoding="utf-8")))
        waiting()
        self.deploy(tuple(without))
        for _ in range(3):
            self.clock[0] += 15
            waiting()
        if len(self.ups) == self.fails_at:
            raise OperationFailed("pulumi up ended with 255: VcpuLimitExceeded")
        self._may_die(len(self.ups))

    def changes(self) -> dict[str, int]:
        return {}

    def _may_die(self, at: str | int) -> None:
        if at == self.dies_at:
            self.dies_at = ""
            raise Killed


@dataclass
class Pods:
    """The services in the cluster; they are ready when they were deployed."""

    ready: bool = False
    names: str = "api, worker"

    def not_ready(self) -> str | None:
        return None if self.ready else "api 0/3"


@dataclass
class Database:
    """What the function tells of the database that was restored."""

    found: dict[str, Any] = field(
        default_factory=lambda: {"version": "17.6", "rows": 1200, "sequencesBehind": [], "tables": ["jobs"]}
    )
    asked: int = 0

    def examine(self, _: Mapping[str, Any]) -> dict[str, Any]:
        self.asked += 1
        return self.found

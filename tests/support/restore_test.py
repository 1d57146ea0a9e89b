"""The restore test's function in an account of its own: RDS takes its time, the clock waits for nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Condition, Thread, local
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError
from pg8000.exceptions import DatabaseError

from functions.restore_test.application import Application
from functions.restore_test.checks import Check, Item, once
from functions.restore_test.instances import Instances
from functions.restore_test.reconcile import Clock, RestoreTest, RestoreTestError
from functions.restore_test.settings import COMMAND, READINESS, REMOVED_BY, Settings
from functions.restore_test.sides import Databases
from functions.shared.kubernetes import KubernetesApi
from functions.shared.restore_records import Records
from tests.support.restore_test_cluster import NAMESPACE, Cluster

DATABASE = "triangle-prod"
PREFIX = f"{DATABASE}-restore-test-"
BUCKET, LEDGER = "triangle-prod-backups", "triangle-prod-audit"
SECRET = "triangle/prod/database"
SUNDAY = datetime(2026, 11, 29, 5, 50, tzinfo=UTC)
DUE = datetime(2026, 11, 29, 6, tzinfo=UTC)
EVERY = timedelta(minutes=5)
# When whatever is left of the test of DUE has been removed, and what it has written by then.
LATE = DUE + REMOVED_BY + timedelta(minutes=30)
RECORD, FAILED = "restore-tests/2026-11-29T0600Z.json", "restore-tests/2026-11-29T0600Z.failed.json"
COMMAND_LONGEST = timedelta(minutes=20)

VARIABLES = {
    "BUCKET": BUCKET,
    "DATABASE": DATABASE,
    "DATABASE_CERTIFICATES": "",
    "DAY": "sunday",
    "HOUR": "6",
    "LEDGER": LEDGER,
    "PARAMETER_GROUP": "triangle-prod-postgres17",
    "RECOVERY_POINT_MINUTES": "60",
    "RESTORED": PREFIX,
    "SECRET": SECRET,
    "SECURITY_GROUP": "sg-restored",
    "SUBNET_GROUP": "triangle-prod-database",
}


class Killed(BaseException):
    """Lambda has ended a call: nothing in it runs any more."""


class NotFound(ClientError):  # type: ignore[misc]  # botocore has no types
    """DBInstanceNotFound."""


class AlreadyExists(ClientError):  # type: ignore[misc]
    """DBInstanceAlreadyExists."""


class InvalidState(ClientError):  # type: ignore[misc]
    """InvalidDBInstanceState."""


def error(code: str, kind: type[ClientError] = ClientError) -> ClientError:
    """What botocore raises."""
    return kind({"Error": {"Code": code, "Message": code}}, "Call")


# Told of each call before it is carried out (False) and after it (True); it may raise.
Disturbance = Callable[[str, bool], None]


def nothing(_: str, __: bool) -> None:
    """Nobody disturbs."""


class Baton:
    """Lets one of two threads go on at a time, and hands over before and after each call of AWS.

    Args:
        turns: whether the second one is next; from their end on, the first one goes on to its own.
    """

    def __init__(self, turns: Iterator[bool]) -> None:
        self._turns, self._changed = turns, Condition()
        self._next, self._running = next(turns, False), {False, True}
        self._mine = local()

    def wait(self, _: str, __: bool) -> None:
        """A disturbance: the thread goes on when it is its turn."""
        with self._changed:
            self._next = next(self._turns, False)
            self._changed.notify_all()
            self._until_next()

    def _until_next(self) -> None:
        self._changed.wait_for(lambda: self._next is self._mine.me or len(self._running) == 1)

    @contextmanager
    def held(self, me: bool) -> Iterator[None]:
        """What one of the two does."""
        self._mine.me = me
        with self._changed:
            self._until_next()
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(me)
                self._changed.notify_all()


@dataclass
class World:
    """An account with one database, and hours that pass.

    Args:
        disturbance: of its calls.
        making: how long RDS takes for a restored instance.
        removing: how long for its removal.
        becomes: what a restored instance is then.
        now: the time.
        at_most: how many restored instances there may be after a call.
        asks: what the application is asked; nothing when it is empty.
        unseen: numbers of items that cannot be looked at.
    """

    disturbance: Disturbance = nothing
    making: timedelta = timedelta(minutes=6)
    removing: timedelta = timedelta(minutes=4)
    becomes: str = "available"
    now: datetime = SUNDAY
    at_most: int = 1
    asks: tuple[str, ...] = (READINESS, COMMAND)
    unseen: tuple[int, ...] = ()
    made: list[str] = field(default_factory=list)
    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    ledger: dict[str, bytes] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.instances[DATABASE] = {
            "DBInstanceIdentifier": DATABASE,
            "DBInstanceStatus": "available",
            "InstanceCreateTime": self.now - timedelta(days=100),
        }
        self.cluster = Cluster(self.called, lambda: self.now, asks=self.asks)

    # The call, and the clock.

    def test(self) -> RestoreTest:
        settings = Settings.of(VARIABLES)
        return RestoreTest(
            settings,
            Instances(Rds(self), settings),
            Records(S3(self), settings.bucket, settings.ledger),
            Databases(Secrets(self), SECRET, self.opened),
            Clock(lambda: self.now, self._sleep),
            checks=(
                once("first", lambda _: ""),
                Check("many", lambda _: [(n,) for n in range(5)], self._item),
            ),
            blocks=Check("blocks", lambda _: [(n,) for n in range(3)], self._item),
            application=self._application(),
        )

    def _application(self) -> Application | None:
        api = cast(KubernetesApi, self.cluster)
        return Application(api, NAMESPACE, COMMAND_LONGEST, self.asks) if self.asks else None

    def _item(self, _: object, item: Item) -> str | None:
        self._sleep(90)
        return None if item[0] in self.unseen else ""

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def call(self, *, begin: bool = False) -> None:
        """The clock calls once; what Lambda would count as an error is kept."""
        at = self.now
        try:
            self.test().call(begin=begin)
        except (RestoreTestError, Killed) as ended:
            self.failures.append(repr(ended))
        assert len(self.restored) <= self.at_most, "there are two restored instances"
        assert self.now - at < EVERY, "the call took longer than until the next one"
        self.now = at + EVERY

    def until(self, end: datetime) -> None:
        """The clock calls as long as it is not yet so late."""
        while self.now < end:
            self.call()

    def call_twice(self, turns: Iterator[bool], *, begin: tuple[bool, bool] = (False, False)) -> None:
        """Two calls at the same time.

        Args:
            turns: whose call of AWS is next, the second one's or the first one's, as long as both go on.
            begin: whether each of them is a person's.
        """
        before, baton = self.disturbance, Baton(turns)
        threads = [Thread(target=self._one_of_two, args=(baton, me, begin[me])) for me in (False, True)]
        self.disturbance = baton.wait
        at = self.now
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.disturbance = before
        self.now = max(at + EVERY, self.now)

    def _one_of_two(self, baton: Baton, me: bool, begin: bool) -> None:
        with baton.held(me):
            try:
                self.test().call(begin=begin)
            except RestoreTestError as ended:
                self.failures.append(repr(ended))

    @property
    def restored(self) -> list[str]:
        self._settle()
        return [name for name in self.instances if name != DATABASE]

    def records(self) -> dict[str, dict[str, Any]]:
        return {name: json.loads(content) for name, content in self.objects.items()}

    # What RDS does meanwhile.

    def _settle(self) -> None:
        for name, instance in list(self.instances.items()):
            if instance["DBInstanceStatus"] == "creating" and self.now >= instance["ready"]:
                instance["DBInstanceStatus"] = self.becomes
            if instance["DBInstanceStatus"] == "deleting" and self.now >= instance["gone"]:
                del self.instances[name]

    @contextmanager
    def called(self, operation: str) -> Iterator[None]:
        """A call of AWS, that somebody may disturb before and after."""
        self.disturbance(operation, False)
        self._settle()
        yield
        self.disturbance(operation, True)

    @contextmanager
    def opened(self, value: Mapping[str, Any], _: float) -> Iterator[Any]:
        with self.called("connect"):
            name = value["host"]
            right = self.passwords.get(name) if value["username"] == "triangle" else "of-services"
            if value["password"] != right:
                raise DatabaseError({"C": "28P01", "M": "password authentication failed"})
        yield SimpleNamespace(run=self._run)

    def _run(self, statement: str, **_: Any) -> list[Any]:
        if "to_regclass" in statement:
            return [["groundwork.canary"]]
        if statement.startswith("SELECT nonce"):
            return [["nonce", self.now - timedelta(minutes=12), 700]]
        if "md5" in statement:
            return [["digest"]]
        return []


@dataclass
class Rds:
    """boto3's client of RDS, as far as the function uses it. Nothing may be done to the one that serves."""

    world: World
    exceptions: Any = field(
        default_factory=lambda: SimpleNamespace(
            DBInstanceAlreadyExistsFault=AlreadyExists,
            DBInstanceNotFoundFault=NotFound,
            InvalidDBInstanceStateFault=InvalidState,
        )
    )

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda: [self._described(list(self.world.instances))])

    def describe_db_instances(self, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803  # AWS's name
        return self._described([DBInstanceIdentifier])

    def _described(self, names: list[str]) -> dict[str, Any]:
        with self.world.called("DescribeDBInstances"):
            found = [
                dict(self._one(name)) for name in names if name in self.world.instances or len(names) == 1
            ]
        return {"DBInstances": found}

    def _one(self, name: str) -> dict[str, Any]:
        if name not in self.world.instances:
            raise error("DBInstanceNotFound", NotFound)
        return self.world.instances[name]

    def restore_db_instance_to_point_in_time(self, **asked: Any) -> None:
        with self.world.called("RestoreDBInstanceToPointInTime"):
            name = asked["TargetDBInstanceIdentifier"]
            assert name.startswith(PREFIX)
            if name in self.world.instances:
                raise error("DBInstanceAlreadyExists", AlreadyExists)
            self.world.made.append(name)
            self.world.instances[name] = {
                "DBInstanceIdentifier": name,
                "DBInstanceArn": f"arn:aws:rds:us-west-2:230000000003:db:{name}",
                "DBInstanceStatus": "creating",
                "DbiResourceId": f"db-{len(self.world.made)}",
                "Endpoint": {"Address": name, "Port": 5432},
                "MasterUsername": "triangle",
                "TagList": list(asked["Tags"]),
                "ready": self.world.now + self.world.making,
            }

    def add_tags_to_resource(self, ResourceName: str, Tags: list[dict[str, str]]) -> None:  # noqa: N803
        with self.world.called("AddTagsToResource"):
            instance = self._one(self._changeable(ResourceName.rpartition(":")[2]))
            kept = {each["Key"]: each["Value"] for each in [*instance["TagList"], *Tags]}
            assert len(kept) <= 50
            instance["TagList"] = [{"Key": key, "Value": value} for key, value in kept.items()]

    def modify_db_instance(self, **asked: Any) -> None:
        with self.world.called("ModifyDBInstance"):
            name = self._changeable(asked["DBInstanceIdentifier"])
            if self._one(name)["DBInstanceStatus"] != "available":
                raise error("InvalidDBInstanceState", InvalidState)
            self.world.passwords[name] = asked["MasterUserPassword"]

    def delete_db_instance(self, **asked: Any) -> None:
        with self.world.called("DeleteDBInstance"):
            instance = self._one(self._changeable(asked["DBInstanceIdentifier"]))
            assert asked["SkipFinalSnapshot"]
            if instance["DBInstanceStatus"] in ("creating", "deleting"):
                raise error("InvalidDBInstanceState", InvalidState)
            instance |= {"DBInstanceStatus": "deleting", "gone": self.world.now + self.world.removing}

    @staticmethod
    def _changeable(name: str) -> str:
        assert name.startswith(PREFIX), f"{name} was to be changed"
        return name


@dataclass
class S3:
    """boto3's client of S3, with two buckets."""

    world: World

    def get_paginator(self, _: str) -> Any:
        def paginate(Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803
            assert Bucket == BUCKET
            with self.world.called("ListObjectsV2"):
                return [{"Contents": [{"Key": n} for n in self.world.objects if n.startswith(Prefix)]}]

        return SimpleNamespace(paginate=paginate)

    def put_object(self, Bucket: str, Key: str, Body: bytes, **asked: Any) -> None:  # noqa: N803
        with self.world.called("PutObject"):
            if Bucket == LEDGER and "ChecksumAlgorithm" not in asked:  # it is locked
                raise error("InvalidRequest")
            {BUCKET: self.world.objects, LEDGER: self.world.ledger}[Bucket][Key] = Body


@dataclass
class Secrets:
    """boto3's client of Secrets Manager, with the services' entry."""

    world: World

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        with self.world.called("GetSecretValue"):
            value = {"host": DATABASE, "port": 5432, "dbname": "portal", "username": "app_a"}
            return {"SecretString": json.dumps({**value, "password": "of-services"})}

"""DR-4, DR-5 with real rows: PostgreSQL is restored to a time, and what has not come back is found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import pytest
from moto import mock_aws
from pg8000.exceptions import DatabaseError
from pg8000.native import Connection

from functions.restore_test import checks
from functions.restore_test.application import Application
from functions.restore_test.instances import Instances
from functions.restore_test.reconcile import Clock, RestoreTest
from functions.restore_test.settings import COMMAND, READINESS, Settings
from functions.restore_test.sides import Databases
from functions.shared.kubernetes import KubernetesApi
from functions.shared.restore_records import FOLDER, Records, ledger
from functions.shared.users import ensure_roles, set_password
from rehearsal.aws.moto_fixes import repair_moto
from rehearsal.datastores import DataStores, NoServer
from tests.support.http_service import service
from tests.support.kubelet import Program
from tests.support.recorded_calls import Calls, table_of
from tests.support.restore_test import BUCKET, DATABASE, LEDGER, PREFIX, SECRET, VARIABLES
from tests.support.restore_test_cluster import NAMESPACE, Cluster
from tests.support.servers import missing

ACCOUNT, MASTER, PASSWORD = "123456789012", "triangle", "of-the-master"


class World:
    """An account with one database, some of whose rows are looked at."""

    def __init__(self, data: DataStores, variables: Mapping[str, str]) -> None:
        self.data, self.rds = data, boto3.client("rds")
        self.s3, self.secrets = boto3.client("s3"), boto3.client("secretsmanager")
        self.settings = Settings.of(variables)
        self.ahead = timedelta()
        self.application: Application | None = None

    def opened(self, value: Mapping[str, Any], _: float) -> AbstractContextManager[Connection]:
        return closing(
            self.data.connect(
                value["host"], user=value["username"], password=value["password"], database=value["dbname"]
            )
        )

    def sql(self, statement: str, name: str = DATABASE, user: str = "app_a") -> Any:
        with closing(self.data.connect(name, user=user, password="first")) as connection:
            return connection.run(statement)

    def test(self) -> RestoreTest:
        return RestoreTest(
            self.settings,
            Instances(self.rds, self.settings),
            Records(self.s3, self.settings.bucket, self.settings.ledger),
            Databases(self.secrets, SECRET, self.opened),
            Clock(self.now, self._sleep),
            application=self.application,
        )

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def _sleep(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)

    def restored(self) -> list[dict[str, Any]]:
        found = self.rds.describe_db_instances()["DBInstances"]
        return [each for each in found if each["DBInstanceIdentifier"].startswith(PREFIX)]

    def records(self) -> dict[str, dict[str, Any]]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=FOLDER).get("Contents", ())
        return {
            each["Key"]: json.loads(self.s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read())
            for each in listed
        }

    def run(self) -> dict[str, Any]:
        """A whole test; its record."""
        before = set(self.records())
        self.ahead += timedelta(minutes=1)  # records are called after the minute
        self.test().call(begin=True)
        assert len(self.restored()) == 1
        self.harm()
        self.ahead += timedelta(minutes=5)
        self.test().call()
        assert self.restored() == []
        (new,) = set(self.records()) - before
        return self.records()[new]

    def harm(self) -> None:
        """What happens to the restored instance; nothing."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A database with rows that services have written."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        repair_moto()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-west-2")
        for name, value in VARIABLES.items():  # by which the table of rights is understood
            patch.setenv(name, value)
        data = DataStores(ACCOUNT)
        try:
            data.start()
        except NoServer as error:
            missing(error)
        try:
            yield _filled(data)
        finally:
            data.stop()


def _filled(data: DataStores) -> World:
    network = boto3.client("ec2")
    vpc = network.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        network.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"us-west-2{zone}")
        for at, zone in enumerate("ab")
    ]
    group = network.create_security_group(GroupName="restored", Description="restored", VpcId=vpc)["GroupId"]
    world = World(data, {**VARIABLES, "SECURITY_GROUP": group})
    world.rds.create_db_subnet_group(
        DBSubnetGroupName=VARIABLES["SUBNET_GROUP"],
        DBSubnetGroupDescription="for data",
        SubnetIds=[each["Subnet"]["SubnetId"] for each in subnets],
    )
    world.rds.create_db_parameter_group(
        DBParameterGroupName=VARIABLES["PARAMETER_GROUP"],
        DBParameterGroupFamily="postgres17",
        Description="slow queries",
    )
    instance = world.rds.create_db_instance(
        DBInstanceIdentifier=DATABASE,
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername=MASTER,
        MasterUserPassword=PASSWORD,
        DBName="portal",
        BackupRetentionPeriod=7,
        DBSubnetGroupName=VARIABLES["SUBNET_GROUP"],
        DBParameterGroupName=VARIABLES["PARAMETER_GROUP"],
        DeletionProtection=True,
    )["DBInstance"]
    address = {"host": instance["Endpoint"]["Address"], "port": instance["Endpoint"]["Port"]}
    value = {**address, "dbname": "portal", "username": "app_a", "password": "first"}
    world.secrets.create_secret(Name=SECRET, SecretString=json.dumps(value))
    for bucket in (BUCKET, LEDGER):
        world.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    with closing(data.connect(DATABASE, user=MASTER, password=PASSWORD)) as master:
        ensure_roles(master, "portal")
        set_password(master, "app_a", "first")
    world.sql("CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL)")
    world.sql("INSERT INTO orders (customer) SELECT 'of ' || i FROM generate_series(1, 300) i")
    world.sql(
        "CREATE FUNCTION orders_of(text) RETURNS bigint LANGUAGE sql"
        " AS 'SELECT count(*) FROM orders WHERE customer = $1'"
    )
    world.sql('CREATE TABLE "Odd names" (id serial, "order" int)')
    world.sql('ALTER TABLE "Odd names" ADD CONSTRAINT positive CHECK ("order" > 0) NOT VALID')
    world.test().call()  # of the five minutes before: there is a row of the canary
    return world


@pytest.mark.contract("DR-4", "DR-5")
def test_a_database_that_comes_back_whole_passes(
    world: World, capsys: pytest.CaptureFixture[str], calls: Calls
) -> None:
    record = world.run()
    assert calls.of("restore_test") == table_of("restore_test")
    assert record["succeeded"], record["checks"]
    asked = {"login", "blocks", *(each.name for each in checks.CHECKS)}
    assert set(record["checks"]) == {*asked, READINESS, COMMAND}
    assert [record["checks"][name] for name in (READINESS, COMMAND)] == ["not asked"] * 2
    # The services' tables and the canary's own.
    assert record["checks"]["rows"] == "ok 3 of 3"
    assert record["checks"]["sequences"] == "ok 2 of 2"
    assert 0 <= record["recoveryPointMinutes"] < 5
    assert 5 <= record["recoveryTimeMinutes"] < 30
    written = capsys.readouterr().out
    assert '"RestoreTestSucceeded": 1' in written
    assert f'"RecoveryTimeMinutes": {record["recoveryTimeMinutes"]}' in written
    assert f'"RecoveryPointMinutes": {record["recoveryPointMinutes"]}' in written
    line = ledger(world.s3, LEDGER)[0]
    assert (line.succeeded, line.recovery, line.point) == (
        True,
        record["recoveryTimeMinutes"],
        record["recoveryPointMinutes"],
    )


@pytest.mark.contract("DR-4")
def test_rows_that_were_written_after_the_restored_time_are_no_loss(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later() -> None:
        world.sql("INSERT INTO orders (customer) SELECT 'late' FROM generate_series(1, 1000)")

    monkeypatch.setattr(world, "harm", later)
    assert world.run()["succeeded"]
    world.sql("DELETE FROM orders WHERE customer = 'late'")


# Done to the restored database before it is looked at, as a restore that went wrong would have left it.
HARM = {
    "rows": ("DELETE FROM orders WHERE id <= 10", "orders"),
    # The very number of the last row: it would be given once more.
    "sequences": ("ALTER SEQUENCE orders_id_seq RESTART WITH 300", "orders_id_seq"),
    "schema": ("DROP FUNCTION orders_of", "another schema than the database that serves: it lacks function"),
    "constraints": ("ALTER TABLE orders ADD CONSTRAINT few CHECK (id < 9) NOT VALID", "few"),
    "canary": ("DELETE FROM groundwork.canary", "no row"),
}


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize("check", HARM)
def test_what_a_restore_has_lost_fails_the_test(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], check: str
) -> None:
    statement, words = HARM[check]

    def harm() -> None:
        (restored,) = world.restored()
        world.sql(statement, restored["DBInstanceIdentifier"])

    monkeypatch.setattr(world, "harm", harm)
    record = world.run()
    assert not record["succeeded"]
    assert words in record["checks"][check]
    assert '"RestoreTestSucceeded": 0' in capsys.readouterr().out


@pytest.mark.contract("DR-5")
def test_the_recovery_point_is_the_age_of_the_newest_row(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def harm() -> None:
        (restored,) = world.restored()
        name = restored["DBInstanceIdentifier"]
        world.sql("UPDATE groundwork.canary SET written = written - interval '90 minutes'", name)
        world.sql("INSERT INTO groundwork.canary VALUES ('old', now() - interval '30 hours', 1)", name)

    monkeypatch.setattr(world, "harm", harm)
    record = world.run()
    assert "minutes old" in record["checks"]["canary"]
    # The function's clock is ahead of PostgreSQL's by the minutes that other tests took.
    ahead = world.ahead / timedelta(minutes=1)
    assert 90 <= record["recoveryPointMinutes"] <= 95 + ahead


@pytest.mark.contract("DR-4")
def test_a_copy_of_another_database_is_not_taken_for_this_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def harm() -> None:
        (restored,) = world.restored()
        world.sql("UPDATE groundwork.canary SET nonce = nonce || 'x'", restored["DBInstanceIdentifier"])

    monkeypatch.setattr(world, "harm", harm)
    assert "none that was written here" in world.run()["checks"]["canary"]


@pytest.mark.contract("DR-4")
def test_the_application_works_as_services_do_in_the_restored_database_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = []

    @contextmanager
    def called(operation: str) -> Iterator[None]:
        """The pod's command runs when there is its Secret."""
        yield
        if operation != "CreateSecret":
            return
        (secret,) = cluster.secrets.values()
        login = urlsplit(secret["address"])
        assert login.hostname is not None
        value = {"user": login.username, "password": login.password, "database": login.path[1:]}
        with closing(world.data.connect(login.hostname, **value)) as connection:
            found.extend(connection.run("SELECT current_user, (SELECT count(*) FROM orders)"))
            connection.run("DELETE FROM orders")
        with pytest.raises(DatabaseError, match="password authentication failed"):
            world.data.connect(DATABASE, **value)

    cluster = Cluster(called, world.now, takes=timedelta(), asks=(COMMAND,))
    monkeypatch.setattr(world, "application", _application(cluster))
    record = world.run()
    assert found == [["app", 300]]
    assert record["succeeded"]
    assert record["checks"]["application"] == "ok"
    assert cluster.left == []
    assert world.sql("SELECT count(*) FROM orders") == [[300]]


def _application(cluster: Cluster) -> Application:
    return Application(cast(KubernetesApi, cluster), NAMESPACE, timedelta(minutes=20), cluster.asks)


@contextmanager
def _quietly(_: str) -> Iterator[None]:
    yield


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize("asks", [(READINESS,), (READINESS, COMMAND)], ids=["alone", "before a command"])
@pytest.mark.parametrize("good", [True, False], ids=["ready", "not ready"])
def test_a_service_that_is_started_against_the_restored_database_answers_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch, asks: tuple[str, ...], good: bool
) -> None:
    """Over HTTP, by a server that asks PostgreSQL by its address, as a service's readiness does."""
    told: list[int] = []
    refused: list[str] = []

    def ready() -> None:
        (secret,) = cluster.secrets.values()
        login = urlsplit(secret["address"])
        assert login.hostname in {each["Endpoint"]["Address"] for each in world.restored()}
        value = {"user": login.username, "password": login.password, "database": login.path[1:]}
        with closing(world.data.connect(login.hostname, **value)) as connection:
            try:
                connection.run("SELECT 1 / orders_of('of 1')")
            except DatabaseError as error:
                refused.append(error.args[0]["C"])
                raise

    def answers(path: str) -> int:
        with service("/health/ready" if COMMAND in asks else "/api/health", ready) as ask:
            told.append(ask(path))
        return told[-1]

    def harm() -> None:
        if not good:
            (restored,) = world.restored()
            world.sql("UPDATE orders SET customer = 'x' WHERE id = 1", restored["DBInstanceIdentifier"])

    # One that is not ready gives up by itself.
    program = Program(takes=None if good else timedelta(seconds=45), code=1, answers=answers)
    cluster = Cluster(_quietly, world.now, service=program, said="nothing is of 1", asks=asks)
    monkeypatch.setattr(world, "application", _application(cluster))
    monkeypatch.setattr(world, "harm", harm)
    # The function's clock is ahead of PostgreSQL's by the minutes that other tests took.
    monkeypatch.setattr(world, "settings", replace(world.settings, recovery_point_minutes=600))
    record = world.run()
    assert (record["succeeded"], set(told)) == (good, {200 if good else 503})
    assert set(refused) == (set() if good else {"22012"})  # PostgreSQL's division_by_zero
    # None of what the function asks the database itself has found it.
    assert {name for name, said in record["checks"].items() if not said.startswith(("ok", "not asked"))} == (
        set() if good else {*asks}
    )
    if not good:
        probe = "Startup probe failed: HTTP probe failed with statuscode: 503"
        assert record["checks"][READINESS] == f"not ready: exit 1: {probe}: nothing is of 1"
    assert cluster.left == []


@pytest.mark.contract("DR-4")
def test_the_restored_instance_lets_nobody_in_but_the_function(world: World) -> None:
    world.ahead += timedelta(minutes=1)
    world.test().call(begin=True)
    (restored,) = world.restored()
    groups = [each["VpcSecurityGroupId"] for each in restored["VpcSecurityGroups"]]
    assert groups == [world.settings.security_group]
    assert restored["BackupRetentionPeriod"] == 0
    assert not restored["DeletionProtection"]
    assert not restored["MultiAZ"]
    world.test().call()
    assert world.restored() == []


@pytest.mark.contract("DR-4")
def test_services_whose_password_has_changed_since_are_let_in_with_the_one_before(world: World) -> None:
    world.ahead += timedelta(minutes=1)
    world.test().call(begin=True)
    value = json.loads(world.secrets.get_secret_value(SecretId=SECRET)["SecretString"])
    with closing(world.data.connect(DATABASE, user=MASTER, password=PASSWORD)) as master:
        set_password(master, "app_b", "second")
    changed = {**value, "username": "app_b", "password": "second"}
    world.secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(changed))
    world.test().call()
    assert world.restored() == []
    newest = max(world.records())
    assert world.records()[newest]["checks"]["login"] == "ok"
    world.secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(value))

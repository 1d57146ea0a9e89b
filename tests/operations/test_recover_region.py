"""DR-3: the command of the day when a region is lost; AWS and the engine are in tests/recovery. One that is
left on purpose: test_leave_region.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.configuration.files import read_environment
from operations.checkout import ROOT
from operations.console import OperationError, OperationFailed
from operations.environments import Connection
from operations.recovery import serving_file
from operations.recovery.lost_region import answering
from operations.recovery.region import recovered
from operations.recovery.run import Run, Runs
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock
from tests.support.kept_run import Kept, KilledHere
from tests.support.lost_region import (
    HEAD,
    NOW,
    STEPS,
    World,
    begun,
    carried_out,
    day_of_loss,
    recovery,
)

pytestmark = pytest.mark.contract("DR-3")


def _refused(code: str, operation: str) -> ClientError:
    return ClientError(cast(Any, {"Error": {"Code": code, "Message": code}}), operation)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return day_of_loss(tmp_path, monkeypatch)


def test_each_step_is_done_once_and_people_are_back_before_what_is_redundant(world: World) -> None:
    run = carried_out(world, begun(world), Kept())
    assert list(run.steps) == STEPS
    assert world.calls == [
        "promote",
        "secret triangle/prod/database",
        "secret triangle/prod/redis-cache",
        "import",
        "up without database",
        "up",
        "standby",
        "up",
    ]
    text = world.file.read_text(encoding="utf-8")
    assert "  groundwork:serving: us-east-2\n  groundwork:lost: us-west-2\n" in text
    assert "    promoted: [1]\n" in text
    assert "recovering" not in text


def test_the_state_is_kept_as_it_was_here_and_beside_the_backups(world: World) -> None:
    before = json.loads(json.dumps(world.state))
    carried_out(world, begun(world), Kept())
    name = f"{NOW:%Y-%m-%dT%H%M%SZ}-region-state-before.json"
    assert json.loads((world.file.parent / "recoveries" / name).read_text(encoding="utf-8")) == before
    assert world.saved[f"recoveries/{name}"] == before
    assert [each["urn"] for each in world.state["deployment"]["resources"]] == [
        f"{HEAD}pulumi:providers:aws::aws-recovery",
        f"{HEAD}groundwork:place:Recovery$groundwork:database:Database$aws:rds/instance:Instance::database",
    ]


@pytest.mark.parametrize(
    "call",
    ["promote", "secret triangle/prod/redis-cache", "import", "up without database", "up", "standby"],
)
def test_killed_anywhere_the_same_command_goes_on(world: World, call: str) -> None:
    world.dies_at, kept = call, Kept()
    run = begun(world)
    kept.save(run)
    before = kept.text
    with pytest.raises(OperationFailed, match="The same command goes on"):
        carried_out(world, run, kept)
    # Of a step that was cut off nothing may have been written down.
    world.instance["DBInstanceStatus"] = "available"
    for text in (kept.text, before):
        again = Run(**json.loads(text))
        carried_out(world, again, kept)
        assert again.outcome == "done"
        assert not world.copies
        assert world.ready
        assert "recovering" not in world.file.read_text(encoding="utf-8")


def test_killed_at_the_very_end_the_file_never_says_again_that_something_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is redundant stands by then: a deployment of `recovering` would remove it."""
    original, said, kept = world.up, list[bool](), Kept()

    def up(*arguments: Any, **options: Any) -> None:
        said.append("recovering" in world.file.read_text(encoding="utf-8"))
        if len(said) == 3:
            raise KilledHere("the machine is gone")
        original(*arguments, **options)

    monkeypatch.setattr(world, "up", up)
    with pytest.raises(OperationFailed, match="complete: the machine is gone"):
        carried_out(world, begun(world), kept)
    written: list[str] = []
    monkeypatch.setattr(serving_file, "write", lambda *_, **__: written.append("again"))
    assert carried_out(world, Run(**json.loads(kept.text)), kept).outcome == "done"
    assert (said, written) == ([True, True, False, False], [])


@pytest.mark.parametrize(("status", "answers"), [(500, False), (503, False), (403, True), (400, True)])
def test_what_says_that_it_has_failed_does_not_answer_and_what_refuses_does(
    status: int, answers: bool
) -> None:
    """A region is seldom silent as a whole: most of what is broken says so."""
    asked: list[Config] = []

    def client(*_: Any, config: Config, **__: Any) -> Any:
        asked.append(config)
        said = {"Error": {"Code": "x", "Message": "x"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        refuse = Mock(side_effect=ClientError(cast(Any, said), "Describe"))
        return SimpleNamespace(describe_vpcs=refuse, describe_db_instances=refuse, list_clusters=refuse)

    connection = cast(Connection, SimpleNamespace(session=SimpleNamespace(client=client), endpoint_url=None))
    found = list(answering(connection, "us-west-2"))
    assert found == (["ec2", "rds", "eks"] if answers else [])
    for config in asked:  # once, and briefly: nobody waits for minutes before the plan is shown
        assert config.retries == {"total_max_attempts": 1}
        assert max(config.connect_timeout, config.read_timeout) <= 10


def test_a_region_that_answers_is_not_given_up_by_mistake(world: World) -> None:
    world.answers = True
    with pytest.raises(OperationError, match=r"us-west-2 answers \(ec2, rds, eks\).*--force"):
        recovery(world).decide("", force=False)
    assert recovery(world).decide("", force=True)["answered"] == ["ec2", "rds", "eks"]


def test_without_a_replica_nothing_is_begun(world: World) -> None:
    world.instance = {}
    with pytest.raises(OperationFailed, match="there is no replica to promote"):
        recovery(world).decide("", force=False)


def test_the_plan_says_what_is_lost_and_that_the_rto_holds(world: World) -> None:
    plan = recovery(world).plan(begun(world))
    assert "(41 s behind when last measured)" in plan.loss
    assert plan.situation[0] == "us-west-2 does not answer (ec2, rds, eks)"
    assert plan.until_users_are_back().slow <= 30 * 60


def test_a_replica_that_is_busy_is_asked_again(world: World) -> None:
    """RDS promotes no instance that is being backed up."""
    world.instance["DBInstanceStatus"] = "backing-up"
    carried_out(world, begun(world), Kept())
    assert world.calls.count("promote") == 1
    assert world.calls.index("promote") > world.calls.index("up without database")


def test_what_the_region_lacks_is_told_before_and_stops_nothing(world: World) -> None:
    """Somebody pushes the image, or sets the secret, while everything else is built."""
    world.images, world.allowed = False, 1
    world.entries.remove("stripe-secret-key")
    world.waits["triangle-prod-queue"] = "modifying"
    said = "\n".join(recovery(world).plan(begun(world)).situation)
    assert "us-east-2 lacks images: 2 of 2 not: admin" in said
    assert "push the image again" in said
    assert "us-east-2 lacks quotas: vCPUs" in said
    assert "us-east-2 lacks secrets: 1 of 11 not: stripe-secret-key; `make secret`" in said
    assert "us-east-2 lacks redis: triangle-prod-cache is available, triangle-prod-queue is modifying" in said
    assert carried_out(world, begun(world), Kept()).outcome == "done"


def test_where_nothing_is_lacking_nothing_is_said(world: World) -> None:
    assert "lacks" not in "\n".join(recovery(world).plan(begun(world)).situation)


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        ("up", OperationFailed("pulumi up ended with 255: VcpuLimitExceeded")),
        ("promote_read_replica", _refused("InvalidDBInstanceState", "PromoteReadReplica")),
        ("stop_replication_to_replica", _refused("ThrottlingException", "StopReplicationToReplica")),
        ("take", OperationFailed("the stack is currently locked")),
        ("put_object", _refused("SlowDown", "PutObject")),
    ],
)
def test_what_aws_refuses_is_told_and_the_same_command_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, operation: str, refusal: Exception
) -> None:
    """A full quota, a database at work, an engine that is locked, AWS at its limits."""

    def refuse(*_: Any, **__: Any) -> None:
        raise refusal

    run, kept = begun(world), Kept()
    with monkeypatch.context() as broken:
        broken.setattr(world, operation, refuse)
        with pytest.raises(OperationFailed, match="The same command goes on from here"):
            carried_out(world, run, kept)
    again = Run(**json.loads(kept.text))
    assert carried_out(world, again, kept).outcome == "done"


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("promote_read_replica", "InvalidDBInstanceState"),
        ("stop_replication_to_replica", "InvalidRequestException"),
        ("modify_db_instance", "InvalidDBInstanceState"),
    ],
)
def test_an_answer_that_gets_lost_ends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, operation: str, code: str
) -> None:
    """AWS has done it; botocore asks a second time, which is refused."""
    original, asked = getattr(world, operation), list[int]()

    def twice(*arguments: Any, **options: Any) -> None:
        original(*arguments, **options)
        asked.append(1)
        if len(asked) == 1:
            raise _refused(code, operation)

    monkeypatch.setattr(world, operation, twice)
    assert carried_out(world, begun(world), Kept()).outcome == "done"
    assert len(asked) == (2 if operation == "stop_replication_to_replica" else 1)
    assert not world.copies


def test_a_promotion_that_never_ends_is_told_and_waited_on(world: World) -> None:
    world.wait = lambda _: None  # type: ignore[method-assign]
    world.patient = False
    passed = [NOW.timestamp()]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    clock = Clock(lambda: passed[0], sleep)
    run = begun(world)
    with pytest.raises(OperationFailed, match=r"promotion: triangle-prod is modifying, after \d+ minutes"):
        carry_out(
            recovery(world, clock).plan(run),
            run,
            cast(Runs, Kept()),
            world.file.parent / "recoveries",
            lambda _: None,
            clock,
        )


def test_an_environment_without_copies_is_told_so() -> None:
    with pytest.raises(OperationError, match="dev: nothing waits in another region"):
        recovered(read_environment(ROOT, "dev", today=NOW.date()))

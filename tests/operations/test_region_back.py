"""DR-3: the command for a region that answers again; AWS and the engine are in tests/recovery."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from operations.checkout import ROOT
from operations.console import OperationError, OperationFailed
from operations.recovery.missed_objects import Done
from operations.recovery.run import Run, Runs
from operations.recovery.services import Services
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock
from tests.support.kept_run import Kept
from tests.support.region_back import (
    EVIDENCE,
    HOME_REGION,
    KEPT,
    LOST_AT,
    NOW,
    SERVING,
    STEPS,
    Pods,
    World,
    before,
    begun,
    carried_out,
    command,
    refused,
)

pytestmark = pytest.mark.contract("DR-3")


@pytest.fixture
def pods(monkeypatch: pytest.MonkeyPatch) -> Pods:
    found = Pods()
    monkeypatch.setattr(Services, "of", lambda *_: found)
    return found


@pytest.fixture
def brought_over(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, datetime, bool]]:
    """The buckets, the time, and whether deletions are."""
    calls: list[tuple[str, str, datetime, bool]] = []

    def bring_over(source: Any, target: Any, since: datetime, *, deletions: bool, told: Any) -> Any:
        told(1)
        calls.append((source.name, target.name, since, deletions))
        return {Done.SAME: 0, Done.COPIED: 2, Done.HIDDEN: 1}

    monkeypatch.setattr("operations.recovery.region_back.bring_over", bring_over)
    return calls


@pytest.fixture
def world(tmp_path: Path, pods: Pods, brought_over: Any) -> World:  # they are asked instead of a cluster
    file = tmp_path / "Pulumi.prod.yaml"
    text = (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    after = "  groundwork:recoveryRegion: us-east-2\n"
    assert after in text
    file.write_text(
        text.replace(after, f"{after}  groundwork:serving: {SERVING}\n  groundwork:lost: {HOME_REGION}\n"),
        encoding="utf-8",
    )
    (tmp_path / "recoveries").mkdir()
    (tmp_path / "recoveries" / KEPT).write_text(json.dumps(before()), encoding="utf-8")
    one = World(file)
    one.state = {
        "deployment": {
            "resources": [
                each for each in before()["deployment"]["resources"] if "place:Recovery" in each["urn"]
            ]
        }
    }
    return one


def test_it_is_fenced_first_and_waits_in_the_end(world: World, pods: Pods) -> None:
    run = carried_out(world, begun(world), Kept())
    assert list(run.steps) == STEPS
    assert pods.stopped
    assert world.calls == [
        "close",
        "unprotect arn:load-balancer",
        "rename",
        "delete triangle-prod-cache",
        "delete triangle-prod-queue",
        "delete the users of triangle-prod-cache",
        "delete triangle-prod-cache-default",
        "delete triangle-prod-cache-app",
        "secret triangle/prod/database",
        "secret triangle/prod/redis-cache",
        "import",
        "refresh urn:pulumi:prod::*::groundwork:place:Home**",
        "up",
    ]
    assert [each["SecurityGroupRuleId"] for each in world.rules] == ["out"]
    assert EVIDENCE in world.instances
    assert world.final == {
        "triangle-prod-cache": "",
        "triangle-prod-queue": f"{EVIDENCE}".replace("prod-until", "prod-queue-until"),
    }
    text = world.file.read_text(encoding="utf-8")
    assert "lost" not in text.replace("lost to", "")
    assert f"groundwork:serving: {SERVING}\n" in text


def test_what_was_written_meanwhile_is_brought_over_from_the_time_of_the_loss_on(
    world: World, brought_over: list[tuple[str, str, datetime, bool]]
) -> None:
    run = carried_out(world, begun(world), Kept())
    of_documents = [each for each in brought_over if "-documents-" in each[0]]
    ((source, target, since, _),) = of_documents
    assert source.endswith(f"-{SERVING}")
    assert target.endswith(f"-{HOME_REGION}")
    assert since == LOST_AT
    assert run.about["files"] == 2 * len(brought_over) > 2


def test_people_work_all_the_time_so_no_rto_is_told(world: World) -> None:
    assert command(world).plan(begun(world)).until_users_are_back().slow == 0


@pytest.mark.parametrize(
    "call",
    [
        "close",
        "rename",
        "delete triangle-prod-cache",
        "delete triangle-prod-queue",
        "delete the users of triangle-prod-cache",
        "delete triangle-prod-cache-default",
        "secret triangle/prod/redis-cache",
        "import",
        "refresh urn:pulumi:prod::*::groundwork:place:Home**",
        "up",
    ],
)
def test_killed_anywhere_the_same_command_goes_on(world: World, call: str) -> None:
    world.dies_at, kept = call, Kept()
    run = begun(world)
    kept.save(run)
    with pytest.raises(OperationFailed, match="The same command goes on"):
        carried_out(world, run, kept)
    world.wait(0)
    again = Run(**json.loads(kept.text))
    carried_out(world, again, kept)
    assert again.outcome == "done"
    assert world.instances["triangle-prod"]["ReadReplicaSourceDBInstanceIdentifier"]
    assert EVIDENCE in world.instances
    assert world.calls.count("rename") == 1  # the replica that is made since is left alone
    assert not world.names


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        ("revoke_security_group_ingress", refused("RequestLimitExceeded", "RevokeSecurityGroupIngress")),
        ("modify_load_balancer_attributes", refused("Throttling", "ModifyLoadBalancerAttributes")),
        ("head_object", refused("SlowDown", "HeadObject")),
        ("modify_db_instance", refused("InvalidDBInstanceState", "ModifyDBInstance")),
        ("delete_replication_group", refused("InvalidReplicationGroupState", "DeleteReplicationGroup")),
        ("delete_user_group", refused("InvalidUserGroupState", "DeleteUserGroup")),
        ("delete_user", refused("DefaultUserAssociatedToUserGroup", "DeleteUser")),
        ("describe_users", refused("Throttling", "DescribeUsers")),
        ("delete_secret", refused("InternalServiceError", "DeleteSecret")),
        ("take", OperationFailed("the stack is currently locked")),
        ("refresh", OperationFailed("pulumi refresh ended with 255: RequestLimitExceeded")),
        ("up", OperationFailed("pulumi up ended with 255: ReplicationGroupQuotaExceeded")),
        ("changes", OperationFailed("pulumi preview ended with 255")),
    ],
)
def test_what_aws_refuses_is_told_and_the_same_command_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, operation: str, refusal: Exception
) -> None:
    """AWS at its limits, or still at work on what is to be removed; an engine that is locked."""

    def refuse(*_: Any, **__: Any) -> None:
        raise refusal

    run, kept = begun(world), Kept()
    with monkeypatch.context() as broken:
        broken.setattr(world, operation, refuse)
        with pytest.raises(OperationFailed, match="The same command goes on from here"):
            carried_out(world, run, kept)
    again = Run(**json.loads(kept.text))
    assert carried_out(world, again, kept).outcome == "done"
    assert world.calls.count("rename") == 1
    assert EVIDENCE in world.instances
    assert not world.names


def test_a_region_that_never_gives_redis_back_is_told_and_waited_on(world: World) -> None:
    world.wait = lambda _: None  # type: ignore[method-assign]
    passed = [NOW.timestamp()]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    clock, kept = Clock(lambda: passed[0], sleep), Kept()
    world.instances = {}
    run, folder = begun(world), world.file.parent / "recoveries"
    plan = command(world, clock=clock).plan(run)
    with pytest.raises(OperationFailed, match=r"Redis: triangle-prod-cache is deleting.*after \d+ minutes"):
        carry_out(plan, run, cast(Runs, kept), folder, lambda _: None, clock)


def test_it_waits_until_s3_has_copied_the_last_minutes(world: World) -> None:
    world.objects = {"new.pdf": ["PENDING", "PENDING", "COMPLETED"]}
    run = carried_out(world, begun(world), Kept())
    assert world.objects["new.pdf"] == ["COMPLETED"]
    assert run.steps["copied"]["note"] == "objects of the last minutes are in the other region"


def test_what_s3_gave_up_on_is_named_and_stays(world: World) -> None:
    world.objects = {"new.pdf": ["FAILED"]}
    run = carried_out(world, begun(world), Kept())
    assert "given up on 1, as s3://documents/new.pdf (version 1)" in run.steps["copied"]["note"]


def test_a_region_that_came_back_empty_is_no_obstacle(world: World, pods: Pods) -> None:
    world.instances, world.redis, world.clusters = {}, {}, ()
    run = carried_out(world, begun(world), Kept())
    assert run.outcome == "done"
    assert not pods.stopped
    assert run.steps["aside"]["note"] == "it is not there"


def test_its_database_is_closed_though_nobody_can_stop_its_pods_yet(world: World, pods: Pods) -> None:
    """They go on writing where the cluster does not answer; the command stops them when it does."""
    world.without_eks = True
    run, kept = begun(world), Kept()
    assert command(world).plan(run).situation[0].startswith("us-west-2 answers, but for eks: its database")
    with pytest.raises(OperationFailed, match=r"fence: .*eks\.example.*The same command goes on"):
        carried_out(world, run, kept)
    assert world.calls == ["close"]
    world.without_eks = False
    again = carried_out(world, Run(**json.loads(kept.text)), kept)
    assert (again.outcome, pods.stopped) == ("done", True)


def test_its_database_is_closed_before_its_pods_are_stopped(
    world: World, pods: Pods, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pods, "stop_and_wait", lambda *_: world.note("stop"))
    carried_out(world, begun(world), Kept())
    assert world.calls[:2] == ["close", "stop"]


def test_a_replica_of_its_name_is_another_one_and_is_left_as_it_is(world: World) -> None:
    """As when the command runs once more after all of it was done."""
    world.instances["triangle-prod"]["ReadReplicaSourceDBInstanceIdentifier"] = "arn:primary"
    carried_out(world, begun(world), Kept())
    assert not {"close", "rename"} & set(world.calls)
    assert list(world.instances) == ["triangle-prod"]


def test_a_database_that_is_being_renamed_is_not_asked_for_it_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RDS shows it as available for some seconds more."""
    original = world.modify_db_instance

    def modify(**asked: Any) -> None:
        original(**asked)
        world.instances["triangle-prod"]["DBInstanceStatus"] = "available"

    waits, wait = [], world.wait

    def slowly(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > 2:
            wait(seconds)

    monkeypatch.setattr(world, "modify_db_instance", modify)
    monkeypatch.setattr(world, "wait", slowly)
    carried_out(world, begun(world), Kept())
    assert world.calls.count("rename") == 1
    assert EVIDENCE in world.instances


def test_a_secret_that_was_copied_there_already_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = world.get_paginator

    def paginator(operation: str) -> Any:
        if operation != "list_secrets":
            return pages(operation)
        listed = [
            {"Name": "triangle/prod/database", "PrimaryRegion": SERVING},
            {"Name": "triangle/prod/redis-cache", "PrimaryRegion": HOME_REGION},
        ]
        return SimpleNamespace(paginate=lambda **_: [{"SecretList": listed}])

    monkeypatch.setattr(world, "get_paginator", paginator)
    carried_out(world, begun(world), Kept())
    assert [call for call in world.calls if call.startswith("secret ")] == [
        "secret triangle/prod/redis-cache"
    ]


def test_one_that_does_not_answer_yet_is_left_alone(world: World) -> None:
    world.answers = False
    with pytest.raises(OperationFailed, match=r"us-west-2 does not answer yet \(ec2, rds, eks\)"):
        command(world).decide()


def test_without_a_lost_region_there_is_nothing_to_do(world: World) -> None:
    with pytest.raises(OperationError, match=r"Pulumi\.prod\.yaml: found no `lost`"):
        command(world, lost=False).decide()


def test_without_the_state_of_then_it_says_where_it_has_looked(world: World) -> None:
    (world.file.parent / "recoveries" / KEPT).unlink()
    with pytest.raises(OperationFailed, match=r"looked for s3://triangle-prod-backups-.*/recoveries/\*"):
        command(world).decide()


def test_of_several_states_the_newest_counts_that_knows_the_region(world: World) -> None:
    """It may have been lost before; and when everything moved home, the state knew the other region alone."""
    folder = world.file.parent / "recoveries"
    known = (folder / KEPT).read_text(encoding="utf-8")
    (folder / KEPT.replace("2026", "2025")).write_text(known, encoding="utf-8")
    other = json.dumps({"deployment": {"resources": []}})
    (folder / KEPT.replace("2026", "2027")).write_text(other, encoding="utf-8")
    assert command(world).decide()["kept"] == KEPT


def test_a_secret_that_is_refused_is_told_with_what_not_to_do(world: World) -> None:
    def refuse(**_: Any) -> None:
        raise refused("InvalidRequestException", "DeleteSecret")

    world.delete_secret = refuse  # type: ignore[method-assign]
    with pytest.raises(OperationFailed, match="alone: it is the one that serves"):
        carried_out(world, begun(world), Kept())

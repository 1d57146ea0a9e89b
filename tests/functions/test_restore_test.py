"""DR-4, ALM-14: a restore test ends by itself, wherever it is killed and whatever AWS refuses."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.restore_test.settings import COMMAND, LONGEST, READINESS, REMOVED_BY
from tests.support.kubelet import Program
from tests.support.restore_test import DATABASE, DUE, EVERY, SUNDAY, Disturbance, Killed, World, error

RECORD, FAILED = "restore-tests/2026-11-29T0600Z.json", "restore-tests/2026-11-29T0600Z.failed.json"
LATE = DUE + REMOVED_BY + timedelta(minutes=30)

OF_THE_CLUSTER = ("CreateJob", "CreateSecret", "DeleteJob", "GetCronJob", "GetJob", "ListPods")
OPERATIONS = (
    *OF_THE_CLUSTER,
    "AddTagsToResource",
    "DeleteDBInstance",
    "DescribeDBInstances",
    "GetSecretValue",
    "ListObjectsV2",
    "ModifyDBInstance",
    "PutObject",
    "RestoreDBInstanceToPointInTime",
    "connect",
)


def _counted() -> int:
    """The calls of a test that nobody disturbs, from its window's beginning to its end."""
    calls: list[str] = []

    def count(operation: str, after: bool) -> None:
        if world.now >= DUE and not after and not (world.objects and not world.restored):
            calls.append(operation)

    world = World(count)
    world.until(DUE + timedelta(hours=1))
    assert set(calls) == set(OPERATIONS)
    return len(calls)


CALLS = _counted()


def test_a_test_that_nobody_disturbs_succeeds_once_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World()
    world.until(LATE)
    assert (world.restored, world.failures, len(world.made)) == ([], [], 1)
    assert (world.cluster.made, world.cluster.left) == (world.made, [])
    assert list(world.records()) == [RECORD]
    assert capsys.readouterr().out.count('"RestoreTestSucceeded": 1') == 1


def test_the_recovery_time_is_until_what_a_recovery_waits_for_was_checked() -> None:
    world = World(making=timedelta(minutes=14))
    world.until(LATE)
    record = world.records()[RECORD]
    # Six items of 90 seconds, and at most a minute between two calls; amcheck is none of it.
    assert 14 + 7.5 <= record["recoveryTimeMinutes"] <= 14 + 7.5 + 4
    assert record["recoveryPointMinutes"] == pytest.approx(0, abs=60)


class _Once:
    """Raises at one call, before it is carried out or after it."""

    def __init__(self, number: int, raised: BaseException, *, after: bool) -> None:
        self.left, self.raised, self.after = number, raised, after
        self.world: World | None = None

    def __call__(self, _: str, after: bool) -> None:
        assert self.world is not None
        if after is self.after and self.world.now >= DUE:
            self.left -= 1
            if self.left == -1:
                raise self.raised


DISTURBANCES = {
    "killed before": lambda n: _Once(n, Killed(), after=False),
    "killed after": lambda n: _Once(n, Killed(), after=True),
    "refused": lambda n: _Once(n, error("ServiceUnavailable"), after=False),
    "answer lost": lambda n: _Once(n, error("RequestTimeout"), after=True),
}


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize("how", DISTURBANCES)
@pytest.mark.parametrize("number", range(CALLS))
def test_whatever_call_is_disturbed_the_next_one_goes_on(
    how: str, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    disturbance = DISTURBANCES[how](number)
    world = World(disturbance)
    disturbance.world = world
    world.until(DUE + timedelta(minutes=75))
    assert len(world.failures) == 1, "it was not disturbed, or more than once"
    assert world.restored == world.cluster.left == []
    assert len(world.made) == len(world.cluster.made) == 1
    assert list(world.records()) == [RECORD]
    assert '"RestoreTestSucceeded": 1' in capsys.readouterr().out


# Calls of the clock until a test has ended, from its window's beginning on.
ROUNDS = 6


def _nothing_is_left(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.until(DUE + timedelta(minutes=90))
    assert world.restored == world.cluster.left == []
    assert [name for name in world.objects if not name.endswith(".failed.json")], "none has succeeded"
    assert not [name for name in world.objects if name.endswith(".failed.json")]
    said = capsys.readouterr().out
    assert '"RestoreTestSucceeded": 0' not in said
    assert '"RestoredInstancesLeft": 1' not in said


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("number", range(40))
def test_a_second_call_in_the_middle_of_one_does_no_harm(
    round_: int, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The clock calls at least once, and what has failed is tried again while it calls the next time."""
    world = World()
    world.until(DUE + round_ * EVERY)
    # So many calls of AWS of the first one, then all of the second one's, then the rest of the first one's.
    world.call_twice(chain(repeat(False, number), repeat(True, 1000)))
    _nothing_is_left(world, capsys)
    assert world.failures == []
    assert (world.made, list(world.objects)) == ([f"{DATABASE}-restore-test-202611290600"], [RECORD])


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize("seed", range(40))
def test_calls_that_are_doubled_all_the_time_do_no_harm(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = random.Random(seed)  # noqa: S311  # whose turn it is
    world = World()
    world.until(DUE)
    for _ in range(ROUNDS):
        world.call_twice(chosen.random() < 0.5 for _ in range(10_000))
    _nothing_is_left(world, capsys)
    assert (len(world.made), list(world.objects), world.failures) == (1, [RECORD], [])


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize("seed", range(10))
def test_of_two_that_a_person_and_the_clock_begin_at_once_one_goes_on(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = random.Random(seed)  # noqa: S311
    world = World(now=DUE + timedelta(minutes=3), at_most=2)
    world.call_twice((chosen.random() < 0.5 for _ in range(10_000)), begin=(False, True))
    names = {f"{DATABASE}-restore-test-2026112906{minute}" for minute in ("00", "03")}
    _nothing_is_left(world, capsys)
    assert world.made
    assert set(world.made) <= names


def _always(operation: str, raised: BaseException) -> tuple[Disturbance, list[World]]:
    """From when there is a restored instance on."""
    worlds: list[World] = []

    def disturb(called: str, after: bool) -> None:
        if called == operation and not after and worlds[0].made:
            raise raised

    return disturb, worlds


@pytest.mark.contract("DR-4", "ALM-14")
@pytest.mark.parametrize("operation", sorted({*OPERATIONS} - {"DeleteDBInstance", "DescribeDBInstances"}))
@pytest.mark.parametrize("raised", [error("AccessDenied"), Killed()], ids=["refused", "killed"])
def test_what_never_works_keeps_no_instance(
    operation: str, raised: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    disturb, worlds = _always(operation, raised)
    worlds.append(world := World(disturb))
    world.until(LATE)
    assert world.restored == world.cluster.left == []
    # What the one is asked for is there already, and Kubernetes does the other one by itself.
    succeeded = operation in ("RestoreDBInstanceToPointInTime", "DeleteJob")
    assert (RECORD in world.objects) == succeeded
    if not succeeded:
        assert world.failures
    if operation in ("AddTagsToResource", "GetSecretValue", "ModifyDBInstance", "connect"):
        assert "removed at the step" in world.records()[FAILED]["checks"]["finished"]
        assert '"RestoreTestSucceeded": 0' in capsys.readouterr().out


@pytest.mark.contract("DR-4", "ALM-14")
@pytest.mark.parametrize("operation", ["DeleteDBInstance", "DescribeDBInstances"])
def test_an_instance_that_stays_is_told(operation: str, capsys: pytest.CaptureFixture[str]) -> None:
    disturb, worlds = _always(operation, error("AccessDenied"))
    worlds.append(world := World(disturb))
    world.until(LATE)
    assert len(world.restored) == 1
    assert world.failures
    # Without a description nothing is known; Lambda counts the errors.
    assert ('"RestoredInstancesLeft": 1' in capsys.readouterr().out) == (operation == "DeleteDBInstance")


def test_what_is_older_than_three_hours_is_removed_first_thing_even_when_the_database_is_gone() -> None:
    world = World(making=timedelta(days=9))
    world.until(DUE + timedelta(minutes=30))
    (name,) = world.restored
    del world.instances[DATABASE]
    world.instances[name]["DBInstanceStatus"] = "available"
    world.instances[name]["TagList"] = [{"Key": "restore-test:step", "Value": "login"}]
    world.until(DUE + LONGEST + 2 * EVERY)
    assert world.restored == []


def test_one_that_rds_makes_for_ever_is_told_and_removed_when_it_lets_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World(making=timedelta(hours=5))
    world.until(LATE)
    assert '"RestoredInstancesLeft": 1' in capsys.readouterr().out
    world.until(LATE + timedelta(hours=1))
    assert world.restored == []
    assert list(world.records()) == [FAILED]


@pytest.mark.contract("DR-4", "ALM-14")
@pytest.mark.parametrize("status", ["failed", "incompatible-restore", "storage-full"])
def test_a_restore_that_fails_is_told_and_removed_at_once(
    status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(becomes=status)
    world.until(DUE + timedelta(minutes=20))
    assert world.restored == []
    assert world.records()[FAILED]["checks"]["restored"] == f"RDS says {status}"
    assert '"RestoreTestSucceeded": 0' in capsys.readouterr().out
    world.until(LATE)
    assert len(world.made) == 1


@pytest.mark.contract("DR-4")
def test_the_command_is_given_the_restored_database_alone() -> None:
    given: list[str] = []

    def look(operation: str, after: bool) -> None:
        if operation == "CreateSecret" and after:
            given.extend(one["address"] for one in world.cluster.secrets.values())

    world = World(look)
    world.until(LATE)
    (address,) = given
    login = urlsplit(address)
    assert (login.username, login.hostname, login.port) == ("restore_test", world.made[0], 5432)
    assert login.password not in (None, "of-services", *world.passwords.values())
    assert (login.path, login.query) == ("/portal", "sslmode=verify-full")


@pytest.mark.contract("DR-4", "ALM-14")
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ({"code": 3, "said": "checking\n\norders: 2 without a customer\n"}, "exit 3: checking / orders: 2"),
        ({"takes": timedelta(hours=9), "said": "still at it"}, "not ended after 0:20:00: still at it"),
    ],
)
def test_a_command_that_fails_or_does_not_end_fails_the_test_with_what_it_said(
    harm: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    for name, value in harm.items():
        setattr(world.cluster, name, value)
    world.until(DUE + timedelta(minutes=70))
    assert world.restored == world.cluster.left == []
    assert world.records()[FAILED]["checks"]["application"].startswith(told)
    printed = capsys.readouterr().out
    assert '"RestoreTestSucceeded": 0' in printed
    assert f'"application": "{told}' in printed


UNREADY = Program(answers=lambda _: 503)


@pytest.mark.contract("DR-4", "ALM-14")
@pytest.mark.parametrize("asks", [(READINESS,), (READINESS, COMMAND)], ids=["alone", "before a command"])
@pytest.mark.parametrize(
    ("service", "told"),
    [
        (UNREADY, "exit 137: Startup probe failed: HTTP probe failed with statuscode: 503: no table"),
        # One that ends as it should when it is told to has not become ready all the same.
        (
            replace(UNREADY, told=0),
            "exit 0: Startup probe failed: HTTP probe failed with statuscode: 503: no",
        ),
        (Program(timedelta(seconds=3), 1), "exit 1: no table orders"),
        (Program(timedelta(seconds=25), 1), "exit 1: Startup probe failed: Get http://10.0.0.9:"),
    ],
)
def test_a_service_that_is_not_ready_fails_the_test_with_what_its_kubelet_was_told(
    asks: tuple[str, ...], service: Program, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(asks=asks)
    world.cluster.service, world.cluster.said = service, "no table orders"
    world.until(DUE + timedelta(minutes=70))
    assert world.restored == world.cluster.left == []
    checks = world.records()[FAILED]["checks"]
    assert checks["readiness"].startswith(f"not ready: {told}")
    # It is no answer of the command, which Kubernetes has not begun.
    assert checks["application"].startswith("it did not run" if COMMAND in asks else "not asked")
    printed = capsys.readouterr().out
    assert '"RestoreTestSucceeded": 0' in printed
    assert f'"readiness": "not ready: {told}' in printed
    assert world.failures == []


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize("asks", [(READINESS,), (READINESS, COMMAND), (COMMAND,)])
def test_what_is_asked_is_answered_by_its_name(asks: tuple[str, ...]) -> None:
    world = World(asks=asks)
    world.until(LATE)
    checks = world.records()[RECORD]["checks"]
    answers = {name: checks[name] for name in (READINESS, COMMAND)}
    assert answers == {name: "ok" if name in asks else "not asked" for name in (READINESS, COMMAND)}
    assert world.cluster.left == world.failures == []


@pytest.mark.contract("DR-4")
def test_the_command_begins_when_the_service_has_answered_and_not_before() -> None:
    asked: list[datetime] = []

    def answers(path: str) -> int:
        asked.append(world.now)
        assert path == "/health/ready"
        return 200 if len(asked) > 4 else 503

    world = World()
    world.cluster.service = Program(answers=answers)
    began: list[list[bool]] = []

    def look(operation: str, after: bool) -> None:
        if operation == "ListPods" and after:
            (job,) = world.cluster.jobs.values()
            if job["pod"]:
                (command,) = job["pod"].status["containerStatuses"]
                began.append([len(asked) > 4, "waiting" not in command["state"]])

    world.disturbance = look
    world.until(LATE)
    assert list(world.records()) == [RECORD]
    assert [False, False] in began
    assert [True, True] in began
    assert all(ready == command for ready, command in began)


@pytest.mark.contract("DR-4", "ALM-14")
@pytest.mark.parametrize("asks", [(READINESS,), (READINESS, COMMAND), (COMMAND,)])
def test_an_image_that_does_not_come_is_told(asks: tuple[str, ...]) -> None:
    world = World(asks=asks)
    world.cluster.state = {"waiting": {"reason": "ImagePullBackOff"}}
    world.until(DUE + timedelta(minutes=70))
    assert world.restored == world.cluster.left == []
    told = world.records()[FAILED]["checks"][asks[0]]
    assert told.endswith(f"not {'ready' if READINESS in asks else 'ended'} after 0:20:00 ImagePullBackOff")


@pytest.mark.contract("DR-4", "ALM-14")
def test_a_service_whose_node_came_late_is_not_waited_for_longer_than_its_deadline() -> None:
    world = World(asks=(READINESS,))
    world.cluster.service = UNREADY
    world.cluster.state = {"waiting": {"reason": "ContainerCreating"}}
    world.until(DUE + timedelta(minutes=35))
    (job,) = world.cluster.jobs.values()
    assert job["pod"] is None
    world.cluster.state = None
    world.until(DUE + timedelta(minutes=80))
    assert world.restored == world.cluster.left == []
    told = world.records()[FAILED]["checks"]["readiness"]
    assert told.startswith("not ready after 0:20:00: Startup probe failed")


@pytest.mark.contract("DR-4")
def test_of_a_long_log_the_end_is_told() -> None:
    world = World()
    world.cluster.code, world.cluster.said = 1, "\n".join(f"line {n}" for n in range(1000))
    world.until(DUE + timedelta(minutes=70))
    told = world.records()[FAILED]["checks"]["application"]
    assert told.startswith("exit 1: ")
    assert told.endswith("line 998 / line 999")


@pytest.mark.contract("DR-4", "ALM-14")
def test_a_job_that_somebody_removes_is_told() -> None:
    def remove(operation: str, after: bool) -> None:
        if operation == "GetJob" and not after:
            world.cluster.jobs.clear()

    world = World(remove)
    world.until(DUE + timedelta(minutes=70))
    assert world.restored == world.cluster.left == []
    assert world.records()[FAILED]["checks"]["application"] == "there is no Job of it"


def test_a_password_that_is_rotated_before_the_command_begins_is_no_failure() -> None:
    def rotate(operation: str, after: bool) -> None:
        restored = [each for name, each in world.instances.items() if name != DATABASE]
        steps = [tag["Value"] for each in restored for tag in each["TagList"] if tag["Key"].endswith(":step")]
        if operation == "connect" and not after and steps == ["application"] and not rotated:
            rotated.append(True)
            world.passwords[world.made[0]] = "of the master, by the services' password before"

    rotated: list[bool] = []
    world = World(rotate)
    world.until(DUE + timedelta(minutes=70))
    assert rotated
    assert list(world.records()) == [RECORD]


@pytest.mark.contract("DR-4")
def test_a_system_without_a_command_asks_the_database_alone() -> None:
    world = World(asks=())
    world.until(LATE)
    assert (world.restored, world.failures, world.cluster.made) == ([], [], [])
    checks = world.records()[RECORD]["checks"]
    assert (checks["readiness"], checks["application"]) == ("not asked", "not asked")


@pytest.mark.contract("DR-4")
def test_it_begins_in_its_window_alone_and_once_a_week() -> None:
    world = World(now=SUNDAY - timedelta(days=1))
    world.until(DUE)
    assert world.made == []
    world.until(DUE + timedelta(days=6, hours=23))
    assert world.made == [f"{DATABASE}-restore-test-202611290600"]
    world.until(DUE + timedelta(days=7, hours=2))
    assert len(world.made) == 2


def test_one_that_could_not_begin_in_its_window_does_not_begin_later() -> None:
    def down(operation: str, _: bool) -> None:
        if operation == "RestoreDBInstanceToPointInTime" and world.now < DUE + timedelta(hours=1):
            raise error("InsufficientDBInstanceCapacity")

    world = World(down)
    world.until(LATE)
    assert world.made == []
    assert len(world.failures) == 12


def test_a_person_can_have_one_at_any_time() -> None:
    world = World(now=DUE - timedelta(days=3))
    world.call(begin=True)
    assert len(world.made) == 1
    world.call(begin=True)  # it is under way already
    world.until(world.now + timedelta(hours=1))
    assert len(world.made) == 1
    assert list(world.records()) == ["restore-tests/2026-11-26T0600Z.json"]


@pytest.mark.contract("ALM-14")
def test_the_age_is_since_the_last_one_that_succeeded(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.call()
    assert '"RestoreTestAgeDays": 100.0' in capsys.readouterr().out  # of the database itself
    world.until(DUE + timedelta(days=2))
    capsys.readouterr()
    world.call()
    assert '"RestoreTestAgeDays": 2.0' in capsys.readouterr().out
    world.objects[RECORD.replace("29T0600", "30T0600").replace(".json", ".failed.json")] = b"{}"
    world.call()
    assert '"RestoreTestAgeDays": 2.0' in capsys.readouterr().out

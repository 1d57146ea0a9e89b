"""DR-4, ALM-14: a restore test ends by itself, wherever it is killed and whatever AWS refuses."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import chain, repeat

import pytest

from functions.restore_test.settings import LONGEST
from tests.support.restore_test import (
    DATABASE,
    DUE,
    EVERY,
    FAILED,
    LATE,
    RECORD,
    SUNDAY,
    Disturbance,
    Killed,
    World,
    error,
)

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
    record = world.records()[RECORD]
    figures = f"recovery-{record['recoveryTimeMinutes']}.point-{record['recoveryPointMinutes']}"
    assert world.ledger == {f"restore-tests/2026-11-29T0600Z.succeeded.{figures}.json": world.objects[RECORD]}


def test_the_recovery_time_is_until_what_a_recovery_waits_for_was_checked() -> None:
    world = World(making=timedelta(minutes=14))
    world.until(LATE)
    record = world.records()[RECORD]
    # Six items of 90 seconds, and at most a minute between two calls; amcheck is none of it.
    assert 14 + 7.5 <= record["recoveryTimeMinutes"] <= 14 + 7.5 + 4
    assert record["recoveryPointMinutes"] == pytest.approx(0, abs=60)


def test_what_could_not_be_looked_at_is_not_counted_as_seen() -> None:
    """As blocks of a table that is too large for a statement's time; from one call to the next."""
    world = World(unseen=(0, 4))
    world.until(LATE)
    checks = world.records()[RECORD]["checks"]
    assert (checks["many"], checks["blocks"]) == ("ok 3 of 5", "ok 2 of 3")


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
    assert list(world.ledger.values()) == [world.objects[RECORD]]
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
    def gone(operation: str, _: bool) -> None:
        if operation == "connect" and DATABASE not in world.instances:
            raise error("ConnectionRefused")

    world = World(gone, making=timedelta(days=9))
    world.until(DUE + timedelta(minutes=30))
    (name,) = world.restored
    del world.instances[DATABASE]
    world.instances[name]["DBInstanceStatus"] = "available"
    world.instances[name]["TagList"] = [{"Key": "restore-test:step", "Value": "login"}]
    world.until(DUE + LONGEST)
    assert world.restored == [name]
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
    line = "restore-tests/2026-11-29T0600Z.failed.recovery-unknown.point-unknown.json"
    assert world.ledger == {line: world.objects[FAILED]}
    assert '"RestoreTestSucceeded": 0' in capsys.readouterr().out
    world.until(LATE)
    assert len(world.made) == 1


@pytest.mark.contract("DR-4")
def test_a_password_that_never_arrives_is_set_again() -> None:
    """As when RDS loses it, or the services' own was rotated, which the master's follows from."""
    changes: list[str] = []

    def lose(operation: str, after: bool) -> None:
        if operation == "ModifyDBInstance" and not after:
            changes.append(operation)
        if len(changes) == 1:
            world.passwords.clear()

    world = World(lose)
    world.until(DUE + timedelta(minutes=75))
    assert len(changes) == 2
    assert list(world.records()) == [RECORD]


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

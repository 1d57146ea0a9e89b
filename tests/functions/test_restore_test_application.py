"""DR-4, ALM-14: what the application makes of the restored database is asked, told and cleaned up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.restore_test.settings import COMMAND, READINESS
from tests.support.kubelet import Program
from tests.support.restore_test import DATABASE, DUE, FAILED, LATE, RECORD, Killed, World
from tests.support.restore_test_cluster import declared, ready


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
        if operation == "connect" and not after and _steps(world) == ["application"] and not rotated:
            rotated.append(True)
            world.passwords[world.made[0]] = "of the master, by the services' password before"

    rotated: list[bool] = []
    world = World(rotate)
    world.until(DUE + timedelta(minutes=70))
    assert rotated
    assert list(world.records()) == [RECORD]


def _without_probe() -> dict[str, Any]:
    found = declared((READINESS, COMMAND))
    (service,) = found["spec"]["jobTemplate"]["spec"]["template"]["spec"]["initContainers"]
    del service["startupProbe"]
    return found


@pytest.mark.contract("DR-4", "ALM-14")
@pytest.mark.parametrize(
    ("asks", "template", "unasked"),
    [
        ((READINESS, COMMAND), declared((COMMAND,)), "readiness"),
        ((READINESS,), declared((COMMAND,)), "readiness"),
        ((COMMAND,), declared((READINESS,)), "application"),
        ((READINESS, COMMAND), declared((READINESS,)), "application"),
        ((READINESS, COMMAND), _without_probe(), "readiness"),
    ],
)
def test_what_its_job_does_not_ask_has_not_passed(
    asks: tuple[str, ...], template: dict[str, Any], unasked: str
) -> None:
    """Where the template in the cluster was deployed before this function, or after it."""
    world = World(asks=asks)
    world.cluster.template, world.cluster.service = template, Program(timedelta(seconds=3), 0, answers=ready)
    world.until(DUE + timedelta(minutes=70))
    assert world.restored == world.cluster.left == []
    told = world.records()[FAILED]["checks"][unasked]
    assert told.startswith(f"its Job does not ask for {unasked}")


@pytest.mark.contract("DR-4")
@pytest.mark.parametrize(("step", "succeeded"), [("application", True), ("command", False)])
def test_what_was_asked_and_is_asked_no_more_has_not_passed(step: str, succeeded: bool) -> None:
    """The system file leaves it out in the middle of a test: before its Job was made nothing was asked."""

    def leave_out(operation: str, after: bool) -> None:
        if operation == "AddTagsToResource" and after and step in _steps(world):
            world.asks = ()
            raise Killed

    world = World(leave_out)
    world.cluster.takes = timedelta(hours=9)
    world.until(LATE)
    assert world.asks == ()
    assert (RECORD in world.records()) is succeeded
    assert (FAILED in world.records()) is not succeeded


def _steps(world: World) -> list[str]:
    restored = [each for name, each in world.instances.items() if name != DATABASE]
    return [tag["Value"] for each in restored for tag in each["TagList"] if tag["Key"].endswith(":step")]


@pytest.mark.contract("DR-4")
def test_a_system_without_a_command_asks_the_database_alone() -> None:
    world = World(asks=())
    world.until(LATE)
    assert (world.restored, world.failures, world.cluster.made) == ([], [], [])
    checks = world.records()[RECORD]["checks"]
    assert (checks["readiness"], checks["application"]) == ("not asked", "not asked")

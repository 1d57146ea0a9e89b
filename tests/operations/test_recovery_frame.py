"""DR-1: a recovery is told first, goes on where it stopped, keeps others out, and is written down."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.shared.recoveries import CURRENT
from operations.console import OperationError, OperationFailed
from operations.recovery.run import Run, Runs
from operations.recovery.session import agree, carry_out, plan_lines
from operations.recovery.steps import ChecksFailed, Clock, Progress, Recovery, Step, wait_until
from tests.operations.conftest import Account
from tests.support.lost_answers import lost_answers
from timing.data.recovery import WAITS, Wait

_NUMBERS = itertools.count()
NOW = datetime(2026, 11, 28, 2, 58, tzinfo=UTC)

pytestmark = pytest.mark.contract("DR-1")


@dataclass(frozen=True)
class Bucket:
    """A versioned bucket, as the environment's own is."""

    client: Any
    name: str

    def runs(self, who: str = "ann") -> Runs:
        return Runs(self.client, self.name, who)


@pytest.fixture
def bucket(account: Callable[[str], Account]) -> Bucket:
    client, name = account("dev").other("s3"), f"backups-{next(_NUMBERS)}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Bucket(client, name)


@dataclass
class Work:
    """Steps whose ends are in a set, as they would be in AWS; `broken` ones fail."""

    ended: set[str] = field(default_factory=set)
    acted: list[str] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)

    def step(self, name: str) -> Step:
        def act(_: Progress) -> str:
            self.acted.append(name)
            if name in self.broken:
                raise self.broken[name]
            self.ended.add(name)
            return f"did {name}"

        return Step(name, f"do {name}", Wait.QUICK, lambda: name in self.ended, act)

    def recovery(self) -> Recovery:
        steps = tuple(self.step(name) for name in ("stop", "restore", "start", "note"))
        return Recovery("database", "dev", ("PostgreSQL",), "a minute", steps, "start", ("deploy",))


def carried_out(work: Work, bucket: Bucket, folder: Path) -> tuple[Run, list[str]]:
    said: list[str] = []
    all_runs = bucket.runs()
    run = all_runs.current() or all_runs.begin("database", {"generation": 2}, NOW)
    carry_out(work.recovery(), run, all_runs, folder, said.append)
    return run, said


def test_the_plan_says_how_long_each_step_takes_and_when_people_are_back() -> None:
    lines = plan_lines(Work().recovery())
    assert lines[:2] == ["dev  PostgreSQL", "Lost: a minute"]
    usual, slow = WAITS[Wait.QUICK].times.typical, WAITS[Wait.QUICK].times.slow
    assert lines[5].endswith(f"<- users are back: 0:{3 * usual:02d} to 1:{3 * slow - 60:02d}")


def test_nothing_begins_before_the_environments_name_is_typed() -> None:
    agree("dev", lambda _: "dev")
    with pytest.raises(OperationError, match="nothing was begun"):
        agree("dev", lambda _: "yes")


def test_a_second_person_is_kept_out_and_can_take_over(bucket: Bucket) -> None:
    first = bucket.runs().begin("database", {"generation": 2}, NOW)
    other = bucket.runs("bob")
    with pytest.raises(OperationFailed, match="ann recovers database since"):
        other.begin("files", {}, NOW)
    found = other.current()
    assert found is not None
    with pytest.raises(OperationFailed, match="--take-over"):
        other.take(found, over=False)
    assert other.take(found, over=True).about == {"generation": 2}
    # The first one does not go on unseen.
    with pytest.raises(OperationFailed, match="bob recovers database"):
        bucket.runs().save(first)


def test_it_goes_on_where_it_stopped(bucket: Bucket, tmp_path: Path) -> None:
    work = Work(broken={"start": OperationFailed("no nodes.")})
    with pytest.raises(OperationFailed, match=r"start: no nodes\. Done: stop, restore; not done: do start"):
        carried_out(work, bucket, tmp_path)
    stopped = bucket.runs().current()
    assert stopped is not None
    assert stopped.steps["start"]["error"] == "no nodes."
    work.broken.clear()
    run, _ = carried_out(work, bucket, tmp_path)
    assert work.acted == ["stop", "restore", "start", "start", "note"]
    assert run.steps["start"].keys() == {"began", "ended", "note"}
    assert run.id == "2026-11-28T025800Z-database"
    assert run.about["generation"] == 2


def _throttled(what: str) -> ClientError:
    return ClientError({"Error": {"Code": "Throttling", "Message": what}}, "DescribeDBInstances")


def test_a_question_that_aws_refuses_ends_nothing(bucket: Bucket, tmp_path: Path) -> None:
    """As one of hundreds, while AWS is at its limits."""
    work, refusals = Work(), [_throttled("a"), _throttled("b")]

    def act(_: Progress) -> str:
        if refusals:
            raise refusals.pop()
        work.ended.add("restore")
        return "restored"

    step = Step("restore", "restore it", Wait.RESTORE, lambda: "restore" in work.ended, act)
    runs, said = bucket.runs(), list[str]()
    run = runs.begin("database", {}, NOW)
    carry_out(Recovery("database", "dev", (), "", (step,), "", ()), run, runs, tmp_path, said.append)
    assert run.outcome == "done"
    assert ["once more" in line for line in said] == [True, True, False]


@pytest.mark.parametrize("varies", [False, True])
def test_what_aws_goes_on_refusing_is_told(bucket: Bucket, tmp_path: Path, varies: bool) -> None:
    tried: list[int] = []

    def act(_: Progress) -> str:
        tried.append(1)
        raise _throttled(f"request {len(tried)}" if varies else "no")

    step = Step("restore", "restore it", Wait.RESTORE, lambda: False, act)
    runs = bucket.runs()
    run = runs.begin("database", {}, NOW)
    with pytest.raises(OperationFailed, match=r"restore: .*Throttling.*The same command goes on"):
        carry_out(Recovery("database", "dev", (), "", (step,), "", ()), run, runs, tmp_path, lambda _: None)
    assert len(tried) == (6 if varies else 2)


def test_an_answer_that_gets_lost_keeps_nobody_out_of_their_own_recovery(bucket: Bucket) -> None:
    """S3 has written it; botocore asks again, and is refused, since it is there."""
    with lost_answers() as lost:
        run = bucket.runs().begin("database", {"generation": 2}, NOW)
    assert lost["PutObject"] == 1
    with lost_answers() as lost:
        run.decisions.append("on")
        bucket.runs().save(run)
    assert lost["PutObject"] == 1
    found = bucket.runs().current()
    assert found is not None
    assert (found.decisions, found.version) == (["on"], run.version)
    with pytest.raises(OperationFailed, match="ann recovers database since"):
        bucket.runs("bob").begin("database", {}, NOW)


def test_checks_that_failed_are_told_apart(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(ChecksFailed):
        carried_out(Work(broken={"restore": ChecksFailed("no rows")}), bucket, tmp_path)


def test_a_step_that_aws_does_not_show_is_not_done(bucket: Bucket, tmp_path: Path) -> None:
    work = Work()
    work.ended = {"stop"}
    quiet = Step("restore", "restore it", Wait.RESTORE, lambda: False, lambda _: "asked")
    recovery = Recovery("database", "dev", (), "", (quiet,), "restore", ())
    all_runs = bucket.runs()
    with pytest.raises(OperationFailed, match="AWS does not show it yet"):
        carry_out(recovery, all_runs.begin("database", {}, NOW), all_runs, tmp_path, lambda _: None)


def test_the_record_is_in_the_bucket_and_here_and_the_next_one_can_begin(
    bucket: Bucket, tmp_path: Path
) -> None:
    run, _ = carried_out(Work(), bucket, tmp_path)
    text = (tmp_path / f"{run.id}.md").read_text(encoding="utf-8")
    assert "| restore |" in text
    assert "RTO:" in text
    kept = bucket.client.get_object(Bucket=bucket.name, Key=f"recoveries/{run.id}.json")["Body"].read()
    assert json.loads(kept)["outcome"] == "done"
    assert bucket.runs().current() is None
    assert bucket.runs("bob").begin("files", {}, NOW).kind == "files"
    assert CURRENT.startswith("recoveries/")


def test_that_it_has_ended_is_written_before_it_is_deleted(bucket: Bucket, tmp_path: Path) -> None:
    """The other region gets what is written, and no deletion."""
    carried_out(Work(), bucket, tmp_path)
    versions = bucket.client.list_object_versions(Bucket=bucket.name, Prefix=CURRENT)["Versions"]
    ids = [each["VersionId"] for each in versions]
    found = [bucket.client.get_object(Bucket=bucket.name, Key=CURRENT, VersionId=each) for each in ids]
    assert "done" in {json.loads(each["Body"].read())["outcome"] for each in found}


def test_one_that_has_ended_keeps_nobody_out_in_the_other_region(bucket: Bucket, tmp_path: Path) -> None:
    """S3 copies what is written, and no deletion: there it stays, as the one that has ended."""
    run, _ = carried_out(Work(), bucket, tmp_path)
    body = json.dumps(run.as_json()).encode()
    bucket.client.put_object(Bucket=bucket.name, Key=CURRENT, Body=body)
    assert bucket.runs().current() is None
    assert bucket.runs("bob").begin("region", {}, NOW).kind == "region"
    with pytest.raises(OperationFailed, match="bob recovers region since"):
        bucket.runs("eve").begin("region", {}, NOW)


def test_what_was_under_way_in_a_region_that_is_lost_ends_with_it(bucket: Bucket) -> None:
    bucket.runs().begin("database", {}, NOW)
    with pytest.raises(OperationFailed, match="ann recovers database since"):
        bucket.runs("bob").begin("region-back", {}, NOW)
    run = bucket.runs("bob").begin("region", {}, NOW, outranks=True)
    assert run.decisions == [f"the recovery of database that ann began at {NOW.isoformat()} ends"]
    found = bucket.runs().current()
    assert found is not None
    assert found.kind == "region"
    # One of the same kind is somebody's who is at it.
    with pytest.raises(OperationFailed, match="bob recovers region since"):
        bucket.runs("eve").begin("region", {}, NOW, outranks=True)


def test_of_what_lasts_long_a_line_is_said_each_minute(bucket: Bucket, tmp_path: Path) -> None:
    """AWS is asked every ten seconds; a record of CI with each answer nobody would read."""
    passed, work = [0.0], Work()

    def act(progress: Progress) -> str:
        for _ in range(30):
            progress("it is creating")
            passed[0] += 10
        work.ended.add("restore")
        return "it is there"

    step = Step("restore", "restore it", Wait.RESTORE, lambda: "restore" in work.ended, act)
    runs, said = bucket.runs(), list[str]()
    run = runs.begin("database", {}, NOW)
    recovery = Recovery("database", "dev", (), "", (step,), "", ())
    carry_out(recovery, run, runs, tmp_path, said.append, Clock(lambda: passed[0], lambda _: None))
    waited = [
        line.partition("creating: ")[2].partition(" of")[0] for line in said if "it is creating" in line
    ]
    assert waited == ["0:00", "1:10", "2:10", "3:10", "4:10"]


def test_what_never_ends_is_told() -> None:
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    clock = Clock(lambda: passed[0], sleep)
    with pytest.raises(OperationFailed, match="it is creating, after 60 minutes"):
        wait_until(lambda: "it is creating", Wait.RESTORE, lambda _: None, clock, "db")

"""A developer learns from a log file which alarms could never fire with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.monitoring.application_metrics import METRICS, NAMESPACE
from infra.monitoring.service_log import FIELDS, Line
from operations.checkout import declared
from operations.cli import app
from operations.log_checks import State, Verdict, check, publishers
from operations.log_lines import LINE_BYTES_MAXIMUM, Log, read_log

RUNNER = CliRunner()
REQUEST = {name: field.example for name, field in FIELDS.items() if field.line is not Line.EVENT}


def metric(name: str, **changes: Any) -> dict[str, Any]:
    """A line that publishes a metric of the worker as it should be, but for `changes` of its directive."""
    described = METRICS[name]
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(described.all_dimensions)],
        "Metrics": [{"Name": name, "Unit": described.unit}],
    }
    values = {"Environment": "dev", "Service": "worker", "Queue": "webhooks"}
    return {
        "_aws": {"Timestamp": 1_790_000_000_000, "CloudWatchMetrics": [{**directive, **changes}]},
        **{dimension: values[dimension] for dimension in described.all_dimensions},
        name: 2,
    }


def log_of(lines: Iterable[Mapping[str, Any]]) -> Log:
    return read_log(json.dumps(line).encode() for line in lines)


def verdict(name: str, *lines: Mapping[str, Any], service: str | None = "worker") -> Verdict:
    """What is said of a metric after these lines of a log."""
    found = check(log_of(lines), declared("dev"), service)
    return next(each for each in found if each.metric == name)


def only_mistake(line: Mapping[str, Any]) -> str:
    (mistake,) = log_of([line]).mistakes.values()
    return mistake.text


def test_a_line_as_it_should_be_has_nothing_wrong() -> None:
    assert not log_of([REQUEST]).mistakes


@pytest.mark.contract("ALM-6")
def test_a_metric_of_every_minute_that_is_missing_names_its_alarms() -> None:
    missing = verdict("WorkerHeartbeat", REQUEST)
    assert missing.state is State.MISSING
    assert missing.alarms == ("worker-heartbeat",)
    assert verdict("WorkerHeartbeat", metric("WorkerHeartbeat")).state is State.PUBLISHED


def test_what_is_published_when_it_happens_may_be_absent() -> None:
    assert verdict("DatabaseConnectionFailures", REQUEST).state is State.NOT_SEEN


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Dimensions": [["Service"]]}, "dimensions Service, not exactly Environment, Service"),
        ({"Dimensions": [[]]}, "dimensions none"),
        ({"Namespace": "Mine"}, "namespace Mine"),
        ({"Metrics": [{"Name": "WorkerLag", "Unit": "Seconds"}]}, "unit Seconds, not Milliseconds"),
        ({"Metrics": [{"Name": "WorkerLag"}]}, "unit None, not Milliseconds"),
    ],
)
def test_another_form_is_another_metric_that_no_alarm_looks_at(changes: dict[str, Any], reason: str) -> None:
    found = verdict("WorkerLag", metric("WorkerLag", **changes))
    assert found.state is State.WRONG
    assert reason in found.why


def test_a_dimension_of_another_service_is_not_this_ones_alarm() -> None:
    line = {**metric("WorkerLag"), "Service": "jobs"}
    assert verdict("WorkerLag", line).why == "Service jobs, not worker"


def test_each_queue_has_an_alarm_so_each_has_to_be_published(tmp_path: Path) -> None:
    system = declared("dev", "examples/systems/fixzit.yaml")
    queue = system.system.queues[0]
    log = log_of([{**metric("QueueDepth"), "Queue": queue}])
    found = next(each for each in check(log, system, None) if each.metric == "QueueDepth")
    assert found.state is State.MISSING
    assert queue not in found.why
    assert all(other in found.why for other in system.system.queues[1:])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"_aws": []}, "`_aws` is no object"),
        ({"_aws": {"CloudWatchMetrics": []}}, "`_aws.Timestamp` is missing"),
        ({"_aws": {"Timestamp": 1_790_000_000, "CloudWatchMetrics": []}}, "no number of milliseconds"),
        ({"_aws": {"Timestamp": 1_790_000_000_000}}, "`_aws.CloudWatchMetrics` is missing"),
        ({**metric("WorkerLag"), "WorkerLag": "2"}, "WorkerLag has no number"),
        ({**metric("WorkerLag"), "WorkerLag": [1, None]}, "WorkerLag has no number"),
        ({**metric("WorkerLag"), "Service": 1}, "the dimension Service has no text"),
        (metric("WorkerLag", Dimensions=["Environment"]), "is a list of lists"),
        (metric("WorkerLag", Metrics=[{"Name": "WorkerLag", "Unit": "Bananas"}]), "'Bananas'"),
    ],
)
def test_what_cloudwatch_would_take_for_an_ordinary_line_is_told(line: dict[str, Any], reason: str) -> None:
    assert reason in only_mistake(line)


@pytest.mark.contract("OBS-2")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "500"}, '`status` is no number (found "500")'),
        ({"durationMs": True}, "`durationMs` is no number"),
        ({"requestId": 7}, "`requestId` is no text"),
        ({"requestId": None}, "`requestId` is missing on the line about a finished request"),
        ({"level": "ERROR"}, "`level` is 'ERROR'"),
        ({"level": None}, "`level` is missing on every line"),
        ({"route": "/orders/4711"}, "`route` looks like a path with its ids"),
        ({"event": "auth.failed", "reason": "password"}, "`clientIp` is missing beside the event"),
    ],
)
def test_a_field_that_no_query_or_filter_would_find_is_told(changes: dict[str, Any], reason: str) -> None:
    assert reason in only_mistake({**REQUEST, **changes})


def test_a_line_that_the_agent_would_leave_out_is_told() -> None:
    assert "longer than 32 KiB" in only_mistake({**REQUEST, "stack": "x" * LINE_BYTES_MAXIMUM})


def test_server_errors_count_with_a_number_and_a_route_alone() -> None:
    failed = {**REQUEST, "status": 503}
    assert verdict("ServerErrorsByRoute", failed).state is State.PUBLISHED
    assert verdict("ServerErrorsByRoute", {**failed, "status": "503"}).state is State.NOT_SEEN
    assert verdict("ServerErrorsByRoute", {**failed, "route": None}).state is State.NOT_SEEN


def test_every_publisher_is_known_in_every_system() -> None:
    system = declared("prod").system
    for described in METRICS.values():
        assert set(publishers(described.publisher, system)) <= set(system.services)
    assert publishers(METRICS["WorkerLag"].publisher, system) == ["worker"]
    assert publishers(METRICS["DatabasePoolConnections"].publisher, system) == ["api", "worker"]


def _run(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    done = RUNNER.invoke(app, ["check-logs", *arguments], input=stdin)
    return done.exit_code, done.output


def test_a_good_log_ends_with_0_and_a_banner_in_it_is_no_mistake(tmp_path: Path) -> None:
    lines = [REQUEST, *(metric(name) for name in METRICS)]
    file = tmp_path / "worker.log"
    file.write_text("> worker start\n\n" + "\n".join(map(json.dumps, lines)) + "\n")
    code, printed = _run(str(file), "--service", "worker")
    assert code == 0, printed
    assert "14 lines, 13 of them JSON objects; the first that is none: line 1" in printed
    assert "can never fire with this: none." in printed


def test_a_log_that_stops_an_alarm_ends_with_1_also_from_standard_input() -> None:
    code, printed = _run("-", "--service", "worker", stdin=json.dumps(REQUEST).encode())
    assert code == 1
    assert "Alarms that can never fire with this: " in printed
    assert "worker-heartbeat" in printed.splitlines()[-1]


def test_scripts_get_json() -> None:
    code, printed = _run("-", "--service", "worker", "--json", stdin=json.dumps(REQUEST).encode())
    told = json.loads(printed)
    assert code == 1
    assert (told["fine"], told["lines"], told["objects"]) == (False, 1, 1)
    assert {each["metric"]: each["state"] for each in told["metrics"]}["WorkerLag"] == "missing"


@pytest.mark.parametrize("content", [b"\x00\xff\xfe binary \x80", b"[" * 100_000, b'{"a": NaN, "level": "x"'])
def test_what_is_no_log_is_told_without_a_traceback(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a"
    file.write_bytes(content)
    code, printed = _run(str(file))
    assert code == 1
    assert "0 of them JSON objects" in printed or "longer than" in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.log",), "missing.log: No such file"),
        (("/",), "Is a directory"),
        (("/dev/null",), "found nothing"),
        (("-", "--service", "nobody"), "there are: api, worker, admin"),
        (("-", "--env", "qa"), "there is no environment"),
    ],
)
def test_a_wrong_argument_ends_with_2_and_says_what_is_allowed(arguments: tuple[str, ...], said: str) -> None:
    code, printed = _run(*arguments)
    assert (code, said in printed) == (2, True), printed

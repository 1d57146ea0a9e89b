"""ALM-6: how runs of CronJobs end is asked of Kubernetes, over TLS, with the function's own identity."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.shared.kubernetes import KubernetesApi, token, trusting
from functions.watch_jobs import cluster, handler
from tests.support.tls import certificate_and_key, tls_server

DEADLINE = {"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}
# The Job controller announces the end of its pods before that of the Job (Kubernetes API, JobStatus).
ENDING = {"type": "FailureTarget", "status": "True", "reason": "DeadlineExceeded"}
DONE = {"type": "Complete", "status": "True"}


def _run(minute: int, *conditions: dict[str, str], job: str = "clean-up") -> dict[str, Any]:
    owner = {"kind": "CronJob", "name": job}
    metadata = {"creationTimestamp": f"2026-11-29T12:{minute:02}:00Z", "ownerReferences": [owner]}
    return {"metadata": metadata, "status": {"conditions": list(conditions)}}


@pytest.mark.contract("ALM-6")
@pytest.mark.parametrize(
    ("runs", "failures"),
    [
        ([], 0),
        ([_run(1)], 0),  # it has just begun
        ([_run(1, DONE)], 0),
        ([_run(1, DEADLINE)], 1),
        ([_run(1, ENDING)], 0),  # its pods are being stopped
        ([_run(1, DEADLINE), _run(2, ENDING, DEADLINE)], 2),
        ([_run(1, DEADLINE), _run(2, DONE), _run(3, DEADLINE)], 1),
        ([_run(1, DEADLINE), _run(2, DEADLINE), _run(3)], 2),  # the third is still running
        ([_run(2, DONE), _run(1, DEADLINE), _run(0, DEADLINE)], 0),
    ],
)
def test_failures_are_counted_back_to_the_last_good_run(runs: list[dict[str, Any]], failures: int) -> None:
    assert handler.consecutive_failures(handler._runs(runs, "clean-up")) == failures


@pytest.mark.contract("ALM-6")
def test_a_good_run_of_one_job_says_nothing_of_another() -> None:
    runs = [_run(1, DEADLINE), _run(2, DEADLINE), _run(3, DONE, job="report"), {"metadata": {}}]
    runs[-1]["metadata"] = {"creationTimestamp": "2026-11-29T12:59:00Z"}  # a migration: nobody's
    assert handler.consecutive_failures(handler._runs(runs, "clean-up")) == 2
    assert handler.consecutive_failures(handler._runs(runs, "report")) == 0


class _Kubernetes(BaseHTTPRequestHandler):
    """The API of a cluster, in pages of one Job."""

    jobs: Sequence[dict[str, Any]] = ()
    seen: list[tuple[str, str]] = []  # noqa: RUF012  # of one test

    def do_GET(self) -> None:  # the library's name
        url = urlsplit(self.path)
        self.seen.append((url.path, self.headers["Authorization"]))
        start = int(parse_qs(url.query).get("continue", ["0"])[0])
        following = {"continue": str(start + 1)} if start + 1 < len(self.jobs) else {}
        body = json.dumps({"items": list(self.jobs[start : start + 1]), "metadata": following}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def kubernetes(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Its address, and its certificate authority as EKS tells it."""
    _Kubernetes.seen = []
    with tls_server(_Kubernetes, tmp_path) as (endpoint, certificate):
        yield endpoint, base64.b64encode(certificate).decode()


@pytest.mark.contract("ALM-6")
def test_every_job_has_a_data_point_each_time(
    aws: None,
    kubernetes: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    endpoint, authority = kubernetes
    _Kubernetes.jobs = [_run(1, DEADLINE), _run(2, DEADLINE)]
    variables = {
        "AWS_REGION": "us-west-2",
        "CERTIFICATE_AUTHORITY": authority,
        "CLUSTER": "triangle-prod",
        "ENDPOINT": endpoint,
        "JOBS": "clean-up,report",
        "NAMESPACE": "triangle",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert handler.handle({}, None) == {"clean-up": 2, "report": 0}
    points = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {point["Job"]: point["JobConsecutiveFailures"] for point in points} == {"clean-up": 2, "report": 0}
    assert all(point["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Job"]] for point in points)
    (path, authorization), *_ = _Kubernetes.seen
    assert path == "/apis/batch/v1/namespaces/triangle/jobs"
    assert authorization.startswith("Bearer k8s-aws-v1.")


def test_a_cluster_with_another_certificate_is_told_nothing(kubernetes: tuple[str, str]) -> None:
    other = base64.b64encode(certificate_and_key()[0]).decode()
    with pytest.raises(OSError, match="certificate"):
        cluster.jobs(KubernetesApi(kubernetes[0], trusting(other), lambda: "token"), "triangle")
    assert _Kubernetes.seen == []


def test_the_token_is_a_request_to_sts_for_this_cluster_alone(aws: None) -> None:
    """What aws-iam-authenticator and `aws eks get-token` make."""
    encoded = token("triangle-prod", "us-west-2").removeprefix("k8s-aws-v1.")
    url = urlsplit(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    query = parse_qs(url.query)
    assert (url.hostname, query["Action"]) == ("sts.us-west-2.amazonaws.com", ["GetCallerIdentity"])
    assert query["X-Amz-SignedHeaders"] == ["host;x-k8s-aws-id"]
    assert int(query["X-Amz-Expires"][0]) <= 60

"""DR-7, DR-8: a job of the system file runs once, by a command, where it is allowed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from moto.eks.models import eks_backends
from typer.testing import CliRunner, Result

from operations import one_off_jobs
from operations.checkout import declared
from operations.cli import app
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls, table_of
from tests.support.tls import tls_server

Start = Callable[[str], Account]

SYSTEM = "examples/systems/escrow.yaml"
JOBS = "/apis/batch/v1/namespaces/escrow/jobs"
CRON_JOBS = "/apis/batch/v1/namespaces/escrow/cronjobs"
PODS = "/api/v1/namespaces/escrow/pods"
COMPLETE = {"type": "Complete", "status": "True"}
FAILED = {"type": "Failed", "status": "True", "reason": "PodFailurePolicy", "message": "Container failed"}


class Kubernetes(BaseHTTPRequestHandler):
    """The API of a cluster that runs each Job at once, and how it ends."""

    there: dict[str, Any] = {}  # noqa: RUF012  # of one test
    made: list[dict[str, Any]] = []  # noqa: RUF012
    log = b"seeded 3 wallets\n"
    exit_code: int | None = 0

    def do_GET(self) -> None:  # the library's name
        path = urlsplit(self.path).path
        assert self.headers["Authorization"].startswith("Bearer k8s-aws-v1.")
        if path.endswith("/log"):
            self._answer(200, self.log)
        elif path in self.there:
            self._answer(200, json.dumps(self.there[path]).encode())
        else:
            self._answer(404, b'{"message": "not found"}')

    def do_POST(self) -> None:
        job = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.made.append(job)
        name = job["metadata"]["name"]
        job["metadata"]["creationTimestamp"] = "2026-11-29T12:00:00Z"
        job["status"] = {"conditions": [COMPLETE if self.exit_code == 0 else FAILED]}
        self.there[JOBS]["items"].append(job)
        self.there[f"{JOBS}/{name}"] = job
        state: dict[str, Any] = {"terminated": {"exitCode": self.exit_code}}
        if self.exit_code is None:
            state = {"waiting": {"reason": "ImagePullBackOff"}}
        pod = {
            "metadata": {"name": f"{name}-x", "creationTimestamp": "2026-11-29T12:00:01Z"},
            "status": {"containerStatuses": [{"state": state}]},
        }
        self.there[PODS] = {"items": [pod]}
        self._answer(201, json.dumps(job).encode())

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _cron_job(name: str, parameters: str) -> dict[str, Any]:
    container = {"name": name, "image": "app:1", "env": [{"name": "NODE_ENV", "value": "development"}]}
    spec = {"backoffLimit": 0, "template": {"spec": {"containers": [container], "restartPolicy": "Never"}}}
    metadata = {"annotations": {"groundwork/parameters": parameters}}
    return {
        "metadata": {"name": name, "uid": "u-1"},
        "spec": {"suspend": True, "jobTemplate": {"metadata": metadata, "spec": spec}},
    }


@pytest.fixture
def dev(account: Start, tmp_path: Path) -> Iterator[Account]:
    """An escrow system that is deployed in dev: its cluster answers."""
    aws = account("dev")
    settings = declared("dev").settings
    backend = eks_backends[settings.account][settings.region]
    backend.reset()
    aws.other("eks").create_cluster(
        name="escrow-dev", roleArn="arn:aws:iam::210000000001:role/a", resourcesVpcConfig={"subnetIds": []}
    )
    Kubernetes.there = {
        JOBS: {"items": []},
        PODS: {"items": []},
        f"{CRON_JOBS}/admin-seed": _cron_job("admin-seed", "ADMIN_WALLET_ALLOWLIST"),
    }
    Kubernetes.made, Kubernetes.exit_code = [], 0
    with tls_server(Kubernetes, tmp_path) as (endpoint, certificate):
        cluster = backend.clusters["escrow-dev"]
        cluster.endpoint = endpoint
        cluster.certificate_authority = {"data": base64.b64encode(certificate).decode()}
        yield aws


def _job(dev: Account, *words: str, env: str = "dev") -> Result:
    options = ["--env", env, "--system", SYSTEM, "--endpoint-url", dev.url]
    return CliRunner().invoke(app, ["job", *words, *options])


WALLETS = ("--set", "ADMIN_WALLET_ALLOWLIST=0xa,0xb")


@pytest.mark.contract("DR-8")
def test_a_job_runs_from_its_template_and_its_log_is_shown(dev: Account) -> None:
    result = _job(dev, "run", "admin-seed", *WALLETS)
    assert result.exit_code == 0, result.output
    assert "seeded 3 wallets" in result.stdout
    (made,) = Kubernetes.made
    assert made["metadata"]["name"].startswith("admin-seed-20")
    (owner,) = made["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("CronJob", "admin-seed", "u-1")
    assert made["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"] == "manual"
    (container,) = made["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [
        {"name": "NODE_ENV", "value": "development"},
        {"name": "ADMIN_WALLET_ALLOWLIST", "value": "0xa,0xb"},
    ]


@pytest.mark.contract("DR-7", "DR-8")
def test_its_exit_code_is_the_commands(dev: Account) -> None:
    Kubernetes.exit_code = 42
    result = _job(dev, "run", "admin-seed", *WALLETS)
    assert result.exit_code == 42
    assert "PodFailurePolicy: Container failed" in result.stdout
    told = json.loads(_job(dev, "run", "admin-seed", "--json", *WALLETS).stdout)
    assert told["exitCode"] == 42


def test_a_job_that_never_ran_has_failed(dev: Account) -> None:
    Kubernetes.exit_code = None
    result = _job(dev, "run", "admin-seed", *WALLETS)
    assert result.exit_code == 1


@pytest.mark.contract("DR-8")
def test_what_is_not_allowed_in_prod_is_refused_there_and_says_what_is(dev: Account) -> None:
    result = _job(dev, "run", "admin-seed", *WALLETS, env="prod")
    assert result.exit_code == 2
    assert "not allowed in prod: the system file has it for dev, staging" in result.stderr
    assert "escrow-retry, escrow-rollback" in result.stderr
    assert Kubernetes.made == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("admin-sead", *WALLETS), "the jobs of dev are: admin-seed, escrow-retry, escrow-rollback"),
        (("admin-seed",), "needed: --set ADMIN_WALLET_ALLOWLIST=…"),
        (("admin-seed", "--set", "ADMIN_WALLET_ALLOWLIST="), "needed: --set ADMIN_WALLET_ALLOWLIST=…"),
        (("admin-seed", *WALLETS, "--set", "NODE_ENV=production"), "--set NODE_ENV=production"),
    ],
)
def test_wrong_input_starts_nothing(dev: Account, words: tuple[str, ...], said: str) -> None:
    result = _job(dev, "run", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert Kubernetes.made == []


@pytest.mark.contract("DR-8")
def test_one_job_runs_at_a_time(dev: Account) -> None:
    assert _job(dev, "run", "admin-seed", "--detach", *WALLETS).exit_code == 0
    (first,) = Kubernetes.made
    first["status"] = {}
    Kubernetes.there[f"{CRON_JOBS}/escrow-retry"] = _cron_job("escrow-retry", "ESCROW_ID")
    for words in (("admin-seed", *WALLETS), ("escrow-retry", "--set", "ESCROW_ID=17")):
        result = _job(dev, "run", *words)
        assert result.exit_code == 1
        assert f"{first['metadata']['name']} is running" in result.stderr
    assert len(Kubernetes.made) == 1


def test_a_job_that_is_not_deployed_yet_is_told_so(dev: Account) -> None:
    result = _job(dev, "run", "escrow-retry", "--set", "ESCROW_ID=17")
    assert result.exit_code == 1
    assert "Deploy the environment first" in result.stderr


def test_the_jobs_are_listed_with_their_last_runs(dev: Account) -> None:
    Kubernetes.exit_code = 1
    _job(dev, "run", "admin-seed", *WALLETS)
    found = {each["name"]: each for each in json.loads(_job(dev, "list", "--json").stdout)}
    assert (found["admin-seed"]["state"], found["admin-seed"]["last"]) == ("failed", "2026-11-29T12:00:00Z")
    assert found["escrow-retry"]["state"] == "never"
    assert "admin-seed" in _job(dev, "list").stdout


def test_why_nothing_runs_yet_is_told_once() -> None:
    class Api:
        asked = 0

        def get(self, path: str, **_: str) -> dict[str, Any]:
            self.asked += 1
            ended = self.asked > 6
            if "/pods" in path:
                waiting = {"waiting": {"reason": "ContainerCreating"}}
                metadata = {"name": "p", "creationTimestamp": "2026-11-29T12:00:01Z"}
                return {
                    "items": [{"metadata": metadata, "status": {"containerStatuses": [{"state": waiting}]}}]
                }
            return {"metadata": {"name": "a-1"}, "status": {"conditions": [FAILED] if ended else []}}

    said: list[str] = []
    jobs = one_off_jobs.Jobs(Api(), "escrow")  # type: ignore[arg-type]
    assert jobs.follow("a-1", said.append, lambda _: None) == 1
    assert said == ["[a-1: ContainerCreating]", "[a-1: PodFailurePolicy: Container failed]"]


@pytest.mark.contract("DR-8")
def test_jobs_call_what_the_table_of_rights_says(dev: Account, calls: Calls) -> None:
    _job(dev, "run", "admin-seed", *WALLETS)
    assert calls.of("run") == table_of("run")
    _job(dev, "list")
    assert calls.of("list_") == table_of("list_")

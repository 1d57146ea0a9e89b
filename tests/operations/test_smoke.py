"""DEP-1: smoke checks, against hosts over real TLS, and against what an embedded AWS can answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from moto.cloudfront.models import cloudfront_backends
from moto.eks.models import eks_backends
from typer.testing import CliRunner, Result

from operations.checkout import declared
from operations.cli import app
from operations.deployment.records import Outcome
from operations.deployment.smoke import _rolled_out, _through_cdn
from operations.deployment.web import Answer
from tests.operations.conftest import Account
from tests.support.deployed import backups, distribute, recorded
from tests.support.recorded_calls import Calls, table_of
from tests.support.tls import tls_server

Start = Callable[[str], Account]

HOSTS = ("api.dev.triangle.example", "admin.dev.triangle.example")
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


class Services(BaseHTTPRequestHandler):
    """The services of the system, and the API of the cluster that runs them."""

    status = 200
    headers_sent = HEADERS
    image = "main"

    def do_GET(self) -> None:  # the library's name
        if self.path.startswith("/apis/apps/v1/namespaces/triangle/deployments/"):
            image = f"210000000001.dkr.ecr.us-west-2.amazonaws.com/triangle/backend:{self.image}"
            containers = [{"name": "app", "image": image}]
            body = {"metadata": {}, "spec": {"template": {"spec": {"containers": containers}}}}
            self._answer(200, {}, json.dumps(body).encode())
        else:
            self._answer(self.status, self.headers_sent, b"{}")

    def _answer(self, code: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def dev(account: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Account, str]]:
    """A deployed dev, and where its hosts answer."""
    aws = account("dev")
    settings = declared("dev").settings
    backend = eks_backends[settings.account][settings.region]
    aws.other("eks").create_cluster(
        name="triangle-dev", roleArn="arn:aws:iam::210000000001:role/a", resourcesVpcConfig={"subnetIds": []}
    )
    for host in HOSTS:
        distribute(aws.other("cloudfront"), host)
    Services.status, Services.headers_sent, Services.image = 200, HEADERS, "main"
    with tls_server(Services, tmp_path, names=HOSTS) as (endpoint, certificate):
        backend.clusters["triangle-dev"].endpoint = endpoint
        authority = {"data": base64.b64encode(certificate).decode()}
        backend.clusters["triangle-dev"].certificate_authority = authority
        (tmp_path / "authority.pem").write_bytes(certificate)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        yield aws, endpoint.removeprefix("https://")


def _smoke(aws: Account, *more: str) -> Result:
    return CliRunner().invoke(app, ["smoke", "--env", "dev", "--endpoint-url", aws.url, *more])


def _states(result: Result) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in json.loads(result.stdout)["checks"]:
        found.setdefault(each["check"], set()).add(each["state"])
    return found


@pytest.mark.contract("DEP-1")
def test_a_system_that_answers_safely_in_its_versions_passes(dev: tuple[Account, str]) -> None:
    aws, address = dev
    result = _smoke(aws, "--connect", address, "--json")
    states = _states(result)
    assert {name: each for name, each in states.items() if each == {"holds"}}.keys() == {
        "CDN",
        "answer",
        "headers",
        "version",
    }
    # The certificate of this machine ends tomorrow, and that is told.
    assert states["TLS"] == {"fails"}
    assert "TLSv1.3, certificate for 0 days" in result.stdout


@pytest.mark.contract("DEP-1")
def test_what_the_embedded_aws_cannot_answer_is_told_as_not_checked(dev: tuple[Account, str]) -> None:
    result = _smoke(dev[0], "--json")
    assert result.exit_code == 0, result.output
    states = _states(result)
    assert {name for name, each in states.items() if each == {"not checked"}} == {
        "TLS, headers, redirect",
        "answer",
        "pods",
    }
    assert (states["CDN"], states["version"]) == ({"holds"}, {"holds"})


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize(
    ("mistake", "check", "told"),
    [
        ({"status": 503}, "answer", "HTTP 503"),
        ({"headers_sent": {**HEADERS, "Strict-Transport-Security": "max-age=60"}}, "headers", "max-age=60"),
        ({"headers_sent": {}}, "headers", "x-content-type-options: missing"),
        ({"image": "older"}, "version", "backend:older"),
    ],
    ids=["not ready", "a short HSTS", "no headers", "another version"],
)
def test_what_is_wrong_fails_with_what_was_found(
    dev: tuple[Account, str], mistake: dict[str, Any], check: str, told: str
) -> None:
    aws, address = dev
    for name, value in mistake.items():
        setattr(Services, name, value)
    result = _smoke(aws, "--connect", address)
    assert result.exit_code == 3
    failed = [line for line in result.stdout.splitlines() if line.startswith(check) and " fails " in line]
    assert failed
    assert told in result.stdout


@pytest.mark.contract("DEP-1")
def test_a_failure_is_written_down_for_the_way_back(dev: tuple[Account, str]) -> None:
    aws, _ = dev
    records = backups(aws, declared("dev"))
    recorded(records, declared("dev"), Outcome.DEPLOYED)
    Services.image = "older"
    assert _smoke(aws).exit_code == 3
    latest = records.latest()
    assert latest is not None
    assert latest.outcome is Outcome.CHECKS_FAILED
    assert latest.notes[0].startswith("smoke: version api: ")


def test_a_host_without_distribution_fails(dev: tuple[Account, str]) -> None:
    cloudfront_backends[declared("dev").settings.account]["aws"].reset()
    result = _smoke(dev[0])
    assert result.exit_code == 3
    assert "no distribution has this host" in result.stdout


def test_a_certificate_that_nobody_vouches_for_is_no_answer(
    dev: tuple[Account, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    result = _smoke(dev[0], "--connect", dev[1])
    assert result.exit_code == 3
    assert "self-signed certificate" in result.stdout


def test_the_cluster_can_be_left_out(dev: tuple[Account, str]) -> None:
    eks_backends[declared("dev").settings.account][declared("dev").settings.region].reset()
    assert _smoke(dev[0]).exit_code == 3
    assert _smoke(dev[0], "--outside").exit_code == 0


@pytest.mark.parametrize("connect", ["somewhere", ":443", "host:https"])
def test_an_address_of_another_form_is_refused(dev: tuple[Account, str], connect: str) -> None:
    result = _smoke(dev[0], "--connect", connect)
    assert result.exit_code == 2
    assert "HOST:PORT" in result.stderr


def test_an_answer_that_did_not_come_through_cloudfront_is_told() -> None:
    through = {"via": "1.1 abc.cloudfront.net (CloudFront)", "x-amz-cf-id": "x"}
    assert _through_cdn("h", Answer(200, through)).state == "holds"
    assert _through_cdn("h", Answer(200, {"via": "1.1 varnish"})).state == "fails"


@pytest.mark.contract("DEP-1", "K8S-5")
@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}, "holds"),
        ({"observedGeneration": 1, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}, "fails"),
        ({"observedGeneration": 2, "replicas": 4, "updatedReplicas": 1, "availableReplicas": 3}, "fails"),
        ({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 2}, "fails"),
    ],
    ids=["rolled out", "not seen yet", "old pods left", "a pod not available"],
)
def test_a_rollout_is_over_when_kubernetes_says_so(status: dict[str, int], state: str) -> None:
    deployment = {"metadata": {"generation": 2}, "spec": {"replicas": 3}, "status": status}
    assert _rolled_out("api", deployment).state == state


@pytest.mark.contract("DEP-1")
def test_smoke_calls_what_the_table_of_rights_says(dev: tuple[Account, str], calls: Calls) -> None:
    recorded(backups(dev[0], declared("dev")), declared("dev"), Outcome.DEPLOYED)
    Services.image = "older"
    _smoke(dev[0])
    assert calls.of("smoke") == table_of("smoke")

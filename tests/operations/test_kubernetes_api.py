"""What commands say when the Kubernetes API refuses them, or is not there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import boto3
import pytest

from operations.console import OperationFailed
from operations.environments import Connection
from operations.kubernetes_api import KubernetesApi, NotThereError
from tests.support.tls import tls_server


class _Cluster(BaseHTTPRequestHandler):
    """An API that changes what it is asked to and refuses everything else, each path in its way."""

    def do_GET(self) -> None:  # the library's name
        code = int(self.path.rpartition("/")[2])
        message = b'{"message": "pods is forbidden."}' if code == 403 else b"no JSON"
        self._say(code, message)

    def do_PATCH(self) -> None:  # the library's name
        assert self.headers["Content-Type"] == "application/merge-patch+json"
        self._say(200, self.rfile.read(int(self.headers["Content-Length"])))

    def _say(self, code: int, content: bytes) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class _Eks:
    """EKS, which knows where a cluster is."""

    def __init__(self, endpoint: str, authority: bytes) -> None:
        self._cluster = {
            "endpoint": endpoint,
            "certificateAuthority": {"data": base64.b64encode(authority).decode()},
        }

    def describe_cluster(self, *, name: str) -> dict[str, Any]:
        assert name == "triangle-dev"
        return {"cluster": self._cluster}


def _api(endpoint: str, authority: bytes) -> KubernetesApi:
    session = boto3.Session("a-key", "a-secret", region_name="us-west-2")
    return KubernetesApi(
        Connection(session, None, {("eks", None): _Eks(endpoint, authority)}), "triangle-dev"
    )


@pytest.fixture
def api(tmp_path: Path) -> Iterator[KubernetesApi]:
    with tls_server(_Cluster, tmp_path) as (endpoint, authority):
        yield _api(endpoint, authority)


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (403, OperationFailed, r"triangle-dev: pods is forbidden \(403, GET /pods/403\)\."),
        (404, NotThereError, r"triangle-dev: Not Found \(404, GET /pods/404\)\."),
        (409, OperationFailed, r"triangle-dev: Conflict \(409, GET /pods/409\)\."),
    ],
)
def test_a_refusal_is_said_with_the_cluster_and_in_kubernetes_words(
    api: KubernetesApi, code: int, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said) as refused:
        api.get(f"/pods/{code}")
    assert type(refused.value) is kind
    with pytest.raises(kind, match=said):
        list(api.lines(f"/pods/{code}"))


def test_a_change_is_a_merge_patch(api: KubernetesApi) -> None:
    change = {"spec": {"replicas": 0}}
    assert json.dumps(api.merge("/deployments/api", change)) == json.dumps(change)


def test_an_api_that_is_not_reached_says_who_is_let_through(tmp_path: Path) -> None:
    with tls_server(_Cluster, tmp_path) as (endpoint, authority):
        gone = _api(endpoint, authority)
    with pytest.raises(OperationFailed, match=r"cannot be reached: .* `cluster\.apiAccess`"):
        gone.get("/version")

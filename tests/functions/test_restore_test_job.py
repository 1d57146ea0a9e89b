"""DR-4: the application's command as a Job, as the Kubernetes API is really asked, over TLS."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions.restore_test.application import Application
from functions.restore_test.settings import COMMAND, READINESS, SERVICE, TEMPLATE
from functions.shared.kubernetes import KubernetesApi, KubernetesError, trusting
from infra.recovery.restored_application import RULES
from rehearsal.kubernetes import Clusters
from rehearsal.providers.provider import ProviderError
from tests.support.kubernetes import Harness
from tests.support.recordings import system_recording
from tests.support.tls import tls_server

NAMESPACE, NAME = "node-restore-test", "node-prod-restore-test-202611290600"
JOBS, CORE = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", f"/api/v1/namespaces/{NAMESPACE}"
ADDRESS = "postgresql://restore_test:secret@copy:5432/node?sslmode=verify-full"

Asked = tuple[str, str, dict[str, str], Any]


class _Kubernetes(BaseHTTPRequestHandler):
    """The API of a cluster that makes what it is asked for, once."""

    asked: list[Asked] = []  # noqa: RUF012  # of one test
    objects: dict[str, Any] = {}  # noqa: RUF012
    forbidden = False

    def _answer(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content: Any = json.loads(body) if body else None
        self.asked.append((self.command, url.path, dict(parse_qsl(url.query)), content))
        assert self.headers["Authorization"] == "Bearer a-token"
        if self.forbidden:
            self._say(403, {"message": "jobs.batch is forbidden"})
        elif self.command == "POST":
            path = f"{url.path}/{content['metadata']['name']}"
            if path in self.objects:
                self._say(409, {"message": f"{path} already exists"})
            else:
                content["metadata"]["uid"] = "uid-1"
                self._say(201, self.objects.setdefault(path, content))
        elif url.path not in self.objects:
            self._say(404, {"message": f"{url.path} not found"})
        else:
            found = self.objects[url.path] if self.command == "GET" else self.objects.pop(url.path)
            self._say(200, found)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815  # the library's names

    def _say(self, code: int, content: Any) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(content.encode() if isinstance(content, str) else json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """With the CronJob that prod of the one system declares that has a command."""
    _Kubernetes.asked, _Kubernetes.forbidden = [], False
    declared = system_recording("node", "prod").one("kubernetes:batch/v1:CronJob", "restored-application")
    path = f"/apis/batch/v1/namespaces/{NAMESPACE}/cronjobs/{declared.inputs['metadata']['name']}"
    _Kubernetes.objects = {path: declared.inputs, f"{CORE}/pods": {"items": []}}
    with tls_server(_Kubernetes, tmp_path) as (endpoint, certificate):
        authority = base64.b64encode(certificate).decode()
        api = KubernetesApi(endpoint, trusting(authority), lambda: "a-token")
        yield Application(api, NAMESPACE, timedelta(minutes=30), (READINESS, COMMAND))


RUNNING: dict[str, Any] = {"running": {}}


def _ends(kind: str, state: dict[str, Any], log: str = "") -> None:
    conditions = [{"type": "FailureTarget", "status": "True"}, {"type": kind, "status": "True"}]
    _Kubernetes.objects[f"{JOBS}/{NAME}"]["status"] = {"conditions": conditions}
    _pod({"started": True, "state": RUNNING}, state, log)


def _pod(service: dict[str, Any], command: dict[str, Any], log: str = "", events: Sequence[Any] = ()) -> None:
    metadata = {"name": "a-pod", "creationTimestamp": "2026-11-29T06:31:00Z"}
    status = {
        "initContainerStatuses": [{"name": SERVICE, **service}],
        "containerStatuses": [{"name": TEMPLATE, "state": command}],
    }
    _Kubernetes.objects[f"{CORE}/pods"] = {"items": [{"metadata": metadata, "status": status}]}
    _Kubernetes.objects[f"{CORE}/pods/a-pod/log"] = log
    _Kubernetes.objects[f"{CORE}/events"] = {"items": list(events)}


@pytest.mark.contract("DR-4")
def test_the_job_is_the_declared_one_with_an_address_that_only_its_secret_has(
    application: Application,
) -> None:
    application.begin(NAME, ADDRESS)
    job, secret = (content for method, _, _, content in _Kubernetes.asked if method == "POST")
    pod = job["spec"]["template"]["spec"]
    (container,), (service,) = pod["containers"], pod["initContainers"]
    assert container["command"] == ["npm", "run", "ops:db:validate-integrity"]
    assert (service["restartPolicy"], service["startupProbe"]["httpGet"]["path"]) == (
        "Always",
        "/health/ready",
    )
    reference = {"secretKeyRef": {"name": NAME, "key": "DATABASE_URL"}}
    for each in (container, service):
        assert each["env"][-1] == {"name": "DATABASE_URL", "valueFrom": reference}
    assert ADDRESS not in json.dumps(job)
    assert secret["stringData"] == {"DATABASE_URL": ADDRESS}
    # Kubernetes removes it with its Job, whoever removes that.
    (owner,) = secret["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Job", NAME, "uid-1")


@pytest.mark.contract("DR-4")
def test_a_cluster_takes_the_job_and_its_secret(application: Application) -> None:
    """As the embedded one checks them: strictly, by the schemas of the cluster's version."""
    application.begin(NAME, ADDRESS)
    made = {content["kind"]: content for method, _, _, content in _Kubernetes.asked if method == "POST"}
    for content in made.values():
        content["metadata"] = {**content["metadata"], "namespace": NAMESPACE}
        del content["metadata"]["uid"]
    cluster = Harness(Clusters())
    enforced = {"pod-security.kubernetes.io/enforce": "restricted"}
    cluster.create("kubernetes:core/v1:Namespace", {"metadata": {"name": NAMESPACE, "labels": enforced}})
    for kind, group in (("Job", "batch/v1"), ("Secret", "core/v1")):
        cluster.create(f"kubernetes:{group}:{kind}", made[kind])
    # It would have said so.
    made["Job"]["spec"]["template"]["spec"]["hostNetwork"] = True
    made["Job"]["metadata"]["name"] = "another"
    with pytest.raises(ProviderError, match="violates PodSecurity"):
        cluster.create("kubernetes:batch/v1:Job", made["Job"])


@pytest.mark.contract("DR-4")
def test_what_is_there_already_is_not_made_again(application: Application) -> None:
    application.begin(NAME, ADDRESS)
    application.begin(NAME, "another")
    assert _Kubernetes.objects[f"{CORE}/secrets/{NAME}"]["stringData"] == {"DATABASE_URL": ADDRESS}
    assert application.outcome(NAME, over=False) is None


@pytest.mark.contract("DR-4")
def test_how_it_has_ended_is_told_with_the_end_of_its_log(application: Application) -> None:
    application.begin(NAME, ADDRESS)
    _ends("Failed", {"terminated": {"exitCode": 2}}, "checking\n\n  orders without a customer: 3\n")
    told = "exit 2: checking / orders without a customer: 3"
    assert application.outcome(NAME, over=False) == {READINESS: "", COMMAND: told}
    log = next(query for _, path, query, _ in _Kubernetes.asked if path.endswith("/log"))
    assert log == {"container": TEMPLATE, "tailLines": "20"}
    _ends("Complete", {"terminated": {"exitCode": 0}})
    assert application.outcome(NAME, over=False) == {READINESS: "", COMMAND: ""}


PROBED = [
    {"lastTimestamp": f"2026-11-29T06:3{minute}:00Z", "message": f"Startup probe failed: {told}"}
    for minute, told in (
        (4, "HTTP probe failed"),
        (2, 'Get "http://10.0.0.9:3000/": EOF'),
    )
]


@pytest.mark.contract("DR-4")
def test_a_service_that_was_started_again_is_told_with_what_it_said_before(application: Application) -> None:
    application.begin(NAME, ADDRESS)
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    again = {"started": False, "restartCount": 1, "state": RUNNING, "lastState": ended}
    _pod(again, {"waiting": {"reason": "PodInitializing"}}, "connecting", PROBED)
    assert application.outcome(NAME, over=False) == {
        READINESS: "not ready: exit 137 OOMKilled: Startup probe failed: HTTP probe failed: connecting",
        COMMAND: "it did not run: the service has to be ready first",
    }
    asked = [(path, query) for _, path, query, _ in _Kubernetes.asked if path.startswith(f"{CORE}/")]
    selector = "involvedObject.name=a-pod,reason=Unhealthy"
    assert (f"{CORE}/events", {"fieldSelector": selector}) in asked
    log = {"container": SERVICE, "tailLines": "20", "previous": "true"}
    assert (f"{CORE}/pods/a-pod/log", log) in asked


@pytest.mark.contract("DR-4")
def test_a_service_that_is_not_ready_yet_is_waited_for(application: Application) -> None:
    application.begin(NAME, ADDRESS)
    _pod({"started": False, "state": RUNNING}, {"waiting": {"reason": "PodInitializing"}}, events=PROBED)
    assert application.outcome(NAME, over=False) is None
    _pod({"started": True, "state": RUNNING}, RUNNING)
    assert application.outcome(NAME, over=False) is None


def test_a_pod_that_never_began_is_told_with_what_it_waits_for(application: Application) -> None:
    application.begin(NAME, ADDRESS)
    waiting = {"waiting": {"reason": "ImagePullBackOff"}}
    _pod({"state": waiting}, waiting)
    assert application.outcome(NAME, over=False) is None
    found = application.outcome(NAME, over=True)
    assert found is not None
    assert found[READINESS] == "not ready after 0:30:00 ImagePullBackOff"


@pytest.mark.contract("DR-4")
def test_its_removal_takes_pod_and_secret_along_and_can_be_repeated(application: Application) -> None:
    application.begin(NAME, ADDRESS)
    application.remove(NAME)
    application.remove(NAME)
    removals = [query for method, _, query, _ in _Kubernetes.asked if method == "DELETE"]
    # Without it the API leaves a Job's pods behind.
    assert removals == [{"propagationPolicy": "Background"}] * 2
    assert f"{JOBS}/{NAME}" not in _Kubernetes.objects


def test_what_the_api_refuses_is_told_in_its_words(application: Application) -> None:
    _Kubernetes.forbidden = True
    with pytest.raises(KubernetesError, match=r"jobs\.batch is forbidden \(403, GET /apis"):
        application.begin(NAME, ADDRESS)


@pytest.mark.contract("DR-4", "SEC-1")
def test_the_function_may_do_what_it_does_in_its_namespace_and_nothing_else(application: Application) -> None:
    application.begin(NAME, ADDRESS)
    application.begin(NAME, ADDRESS)
    _pod({"state": {"terminated": {"exitCode": 2}}}, {"waiting": {"reason": "PodInitializing"}})
    application.outcome(NAME, over=False)
    application.remove(NAME)
    assert {_right(method, path) for method, path, *_ in _Kubernetes.asked} == {
        (resource, verb) for rule in RULES for resource in rule["resources"] for verb in rule["verbs"]
    }


def _right(method: str, path: str) -> tuple[str, str]:
    """As RBAC calls it (Kubernetes, "Authorization": request verbs, and resources of an API path)."""
    match = re.fullmatch(rf"/apis?/(?:batch/)?v1/namespaces/{NAMESPACE}/(\w+)(?:/([\w-]+)(/log)?)?", path)
    assert match, path
    verbs = {"GET": "get" if match[2] else "list", "POST": "create", "DELETE": "delete"}
    return f"{match[1]}{match[3] or ''}", verbs[method]

"""What is found when an API server says something else than the rehearsal; a stand-in plays the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from rehearsal.apiserver import mistakes
from rehearsal.apiserver.check import Checked, check_cluster
from rehearsal.apiserver.client import Answer, Client
from rehearsal.apiserver.declared import DeclaredCluster
from rehearsal.apiserver.definitions import Definition
from rehearsal.apiserver.findings import Finding, Kind
from rehearsal.apiserver.mistakes.updates import UPDATES
from rehearsal.apiserver.run import Run
from rehearsal.apiserver.verdicts import EmbeddedCluster
from rehearsal.kubernetes import Installed, kinds
from rehearsal.kubernetes.cluster import Content
from rights.cluster_roles import Question, Subject, may
from tests.support.declared_cluster import ENTRIES
from tests.support.json_output import check_output

SERVED = {
    "resources": [
        {"name": "pods", "namespaced": True, "verbs": ["get", "list", "watch", "create"]},
        {"name": "secrets", "namespaced": True, "verbs": ["get", "list", "watch"]},
        {"name": "configmaps", "namespaced": True, "verbs": ["get", "list", "watch", "delete"]},
        {"name": "namespaces", "namespaced": False, "verbs": ["get", "list", "watch"]},
    ]
}
MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "a", "namespace": "triangle"},
    "data": {},
}
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "j", "namespace": "triangle"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}},
}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "triangle"}}


class Server:
    """Agrees with everything that the rehearsal says, but for what a test changes.

    Args:
        cluster: whose embedded cluster says what is wrong.
        refuses: why an object is refused.
        allows: whether somebody may do what the Roles do not say.
    """

    def __init__(
        self,
        cluster: DeclaredCluster,
        refuses: Callable[[Content], str | None] = lambda _: None,
        allows: Callable[[Subject, Question], bool | None] = lambda *_: None,
    ) -> None:
        self._embedded, self._cluster = EmbeddedCluster(cluster), cluster
        self._refuses, self._allows = refuses, allows
        self._policies: list[Content] = []
        self._versions: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.restless: set[str] = set()
        self.filled_in: dict[str, Any] = {}

    def request(self, method: str, path: str) -> Answer:
        return Answer(200, {"groups": []} if path == "/apis" else SERVED)

    def get(self, content: Content) -> Answer:
        version = self._versions.get(content["metadata"]["name"], 0)
        status = {"conditions": [{"type": "Established", "status": "True"}]}
        metadata = {"generation": version, "resourceVersion": str(len(self._versions))}
        return Answer(200, {"metadata": metadata, "status": status})

    def apply(self, content: Content, *, dry_run: bool = False) -> Answer:
        name = content["metadata"]["name"]
        ours = any(name == each["metadata"]["name"] for each in self._cluster.objects)
        if said := self._refuses(content) or (None if ours else self._embedded.refusal(content)):
            return Answer(422, {"message": said})
        if name not in self._versions or name in self.restless:
            self._versions[name] = self._versions.get(name, 0) + 1
        return self.get(content)

    def create(self, content: Content, *, dry_run: bool = False) -> Answer:
        if content["kind"].startswith("ClusterRole") or content["kind"] == "RoleBinding":
            self._policies.append(content)
        if said := self._refuses(content):
            return Answer(403, {"message": said})
        made = {**content}
        if content["kind"] == "Pod":
            containers = [{**each, **self.filled_in} for each in content["spec"]["containers"]]
            made["spec"] = {**content["spec"], "containers": containers}
        return Answer(201, made)

    def review(self, subject: Mapping[str, Any], attributes: Mapping[str, str]) -> bool:
        groups = tuple(each for each in subject["groups"] if not each.startswith("system:"))
        question = Question(
            attributes["verb"], attributes["resource"], attributes["group"], attributes["namespace"]
        )
        said = self._allows(Subject(groups), question)
        by_roles = may([*self._cluster.objects, *self._policies], Subject(groups), question)
        return by_roles if said is None else said

    def serves(self, kind: kinds.Kind) -> bool:
        return kind.name not in self.unknown

    def forget_kinds(self) -> None:
        pass


@pytest.fixture(autouse=True)
def few_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that all refuse, one that all take, and one update; test_mistakes.py has every one."""
    names = ("a key with a space", "a container that has an image with a space")
    few = tuple(mistake for mistake in mistakes.MISTAKES if mistake.name in names)
    monkeypatch.setattr(mistakes, "MISTAKES", few)
    monkeypatch.setattr(mistakes, "UPDATES", UPDATES[:1])


@pytest.fixture
def cluster() -> DeclaredCluster:
    entries = tuple(entry for entry in ENTRIES if entry.name != "watch-jobs")
    return DeclaredCluster("prod", "1.35", (NAMESPACE, MAP, JOB), (), Installed(), entries)


def _checked(server: Server, cluster: DeclaredCluster) -> Checked:
    return check_cluster(cast("Client", server), cluster, [])


def _found(server: Server, cluster: DeclaredCluster, kind: Kind) -> list[Finding]:
    return [finding for finding in _checked(server, cluster).findings if finding.kind is kind]


def _unreadable(finding: Finding) -> bool:
    # The stand-in serves few kinds, and RBAC's are not among them.
    return finding.kind is Kind.PROMISE and "may not" in finding.text and "batch" in finding.text


def test_a_server_that_says_the_same_is_no_finding(cluster: DeclaredCluster) -> None:
    checked = _checked(Server(cluster), cluster)
    assert (checked.objects, checked.pods, checked.mistakes, checked.unchecked) == (3, 1, 5, ())
    assert [finding for finding in checked.findings if not _unreadable(finding)] == []


def test_an_object_that_is_refused_is_found_with_the_servers_words(cluster: DeclaredCluster) -> None:
    def refuses(content: Content) -> str | None:
        return "no such field" if content["metadata"].get("name") == "a" else None

    (finding,) = _found(Server(cluster, refuses), cluster, Kind.REFUSED)
    assert (finding.subject, finding.text) == ("ConfigMap triangle/a", "no such field")


def test_a_pod_that_is_refused_is_found(cluster: DeclaredCluster) -> None:
    def refuses(content: Content) -> str | None:
        return "violates PodSecurity" if content["kind"] == "Pod" else None

    (finding,) = _found(Server(cluster, refuses), cluster, Kind.REFUSED)
    assert (finding.subject, finding.text) == ("pod of Job triangle/j", "violates PodSecurity")


def test_a_second_apply_that_changes_something_is_found(cluster: DeclaredCluster) -> None:
    server = Server(cluster)
    server.restless = {"a"}
    (finding,) = _found(server, cluster, Kind.CHANGED)
    assert (finding.subject, finding.text.partition(":")[0]) == ("ConfigMap triangle/a", "metadata")


def test_what_admission_fills_in_otherwise_is_found(cluster: DeclaredCluster) -> None:
    server = Server(cluster)
    server.filled_in = {"resources": {"requests": {"cpu": "100m"}}}
    (finding,) = _found(server, cluster, Kind.DEFAULTED)
    assert finding.subject == "pod of Job triangle/j"
    assert "requests.cpu" in finding.text


def test_a_mistake_that_only_one_of_them_refuses_is_found(cluster: DeclaredCluster) -> None:
    server = Server(cluster, lambda it: "never" if it["kind"] == "Pod" and "j-wrong" in str(it) else None)
    found = _found(server, cluster, Kind.ONLY_THERE)
    assert "Job triangle/j-wrong with a container that has an image with a space" in {
        finding.subject for finding in found
    }
    server = Server(cluster)
    server._embedded = cast("EmbeddedCluster", _TakesEverything())
    assert "ConfigMap triangle/a-wrong with a key with a space" in {
        finding.subject for finding in _found(server, cluster, Kind.ONLY_HERE)
    }


def test_an_update_that_only_the_server_refuses_is_found(cluster: DeclaredCluster) -> None:
    def refuses(content: Content) -> str | None:
        new = content["metadata"].get("labels") == {"a": "b"}
        return "field is immutable" if new and content["kind"] == "ConfigMap" else None

    (finding,) = _found(Server(cluster, refuses), cluster, Kind.ONLY_THERE)
    assert (finding.subject, finding.text) == (
        "ConfigMap triangle/a changed: another label",
        "field is immutable",
    )


class _TakesEverything:
    def refusal(self, content: Content) -> str | None:
        return None


@pytest.mark.parametrize(
    ("group", "question", "broken"),
    [
        ("on-call", Question("get", "secrets", namespace="triangle"), "nobody reads Kubernetes' Secrets"),
        ("on-call", Question("create", "pods", namespace="triangle"), "would read what pods read"),
        ("read-only", Question("delete", "configmaps", namespace="triangle"), "who looks changes nothing"),
        ("read-only", Question("impersonate", "groups"), "nobody gets rights that they have not"),
    ],
)
def test_rights_that_nobody_gave_and_promises_that_they_break_are_found(
    cluster: DeclaredCluster, group: str, question: Question, broken: str
) -> None:
    def allows(subject: Subject, asked: Question) -> bool | None:
        return True if (subject.groups, asked) == ((group,), question) else None

    findings = _checked(Server(cluster, allows=allows), cluster).findings
    (rights,) = [finding for finding in findings if finding.kind is Kind.RIGHTS]
    assert (rights.subject, str(question) in rights.text) == (group, True)
    assert any(broken in finding.text for finding in findings if finding.kind is Kind.PROMISE)


def test_who_only_looks_has_to_read_every_kind(cluster: DeclaredCluster) -> None:
    def allows(subject: Subject, asked: Question) -> bool | None:
        return False if (subject.groups, asked.resource) == (("read-only",), "configmaps") else None

    found = _found(Server(cluster, allows=allows), cluster, Kind.PROMISE)
    assert "may not watch configmaps; a refresh reads every kind that is declared" in {
        finding.text for finding in found
    }


def test_a_kind_without_a_definition_is_told_and_no_success(cluster: DeclaredCluster) -> None:
    server = Server(cluster)
    server.unknown = {"ConfigMap"}
    checked = _checked(server, cluster)
    assert checked.unchecked == ("ConfigMap triangle/a",)
    assert checked.objects == 2
    assert not Run("prod", "1.35.4", (replace(checked, findings=()),), (), 1.0).passed


def test_the_result_is_as_its_schema_says_and_for_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    finding = Finding(Kind.REFUSED, "Job a", "no")
    checked = Checked("triangle-prod", 3, 1, 10, 5, ("Widget a",), (finding,))
    names = {"kind": "NodeClass"}
    content = {"spec": {"group": "g", "names": names, "versions": [{"name": "v1", "storage": True}]}}
    result = Run("prod", "1.35.4", (checked,), (Definition(content, written_here=True),), 1.26)
    check_output("apiserver", result.as_json())
    result.show()
    said = capsys.readouterr().out
    assert "refused  Job a\n  no" in said
    assert "not checked  Widget a" in said
    assert "AWS publishes no definition: g/v1 NodeClass" in said
    assert "prod on Kubernetes 1.35.4, in 1 s: FAILED" in said

"""DR-4: the application is asked about a restored database, and reaches nothing else meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.restore_test.settings import LONGEST
from infra.configuration.application_check import CHECK_DEADLINE
from rehearsal.kubernetes.pod_templates import pod_template
from tests.program.test_traffic import DNS, HTTPS, IDENTITY_AGENT, INTERNET, POSTGRESQL, REDIS, stack
from tests.support.cluster_rights import may
from tests.support.network_policies import Pod
from tests.support.recorder import Recording
from tests.support.recordings import system_recording

NAME, NAMESPACE, GROUP = "restored-application", "node-restore-test", "restored-application-id"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
NODE_CLASS, NODE_POOL = "kubernetes:eks.amazonaws.com/v1:NodeClass", "kubernetes:karpenter.sh/v1:NodePool"
ROLE, BINDING = (f"kubernetes:rbac.authorization.k8s.io/v1:{kind}" for kind in ("Role", "RoleBinding"))

EACH = pytest.mark.parametrize("environment", ["staging", "prod"])


def _template(recording: Recording) -> Any:
    return pod_template(recording.one("kubernetes:batch/v1:CronJob", NAME).inputs)


def _all(spec: Any) -> list[Any]:
    return [*spec.get("initContainers", ()), *spec["containers"]]


@pytest.mark.contract("DR-4")
@EACH
@pytest.mark.parametrize(("system", "service"), [("node", "api"), ("paintbox", "app"), ("escrow", "app")])
def test_the_service_is_asked_where_its_readiness_is_declared(
    environment: str, system: str, service: str
) -> None:
    recording = system_recording(system, environment)
    deployment = recording.one("kubernetes:apps/v1:Deployment", service).inputs
    (serving,) = deployment["spec"]["template"]["spec"]["containers"]
    spec = _template(recording)["spec"]
    asked = _all(spec)[0]
    assert asked["startupProbe"]["httpGet"] == serving["readinessProbe"]["httpGet"]
    assert asked.get("command") == serving.get("command")
    assert [each["name"] for each in asked["ports"]] == [asked["startupProbe"]["httpGet"]["port"]]
    # It has as long as a deployment of it has, and is not asked for anything after that.
    seconds = asked["startupProbe"]["periodSeconds"] * asked["startupProbe"]["failureThreshold"]
    assert seconds == deployment["spec"]["progressDeadlineSeconds"]
    assert {"livenessProbe", "readinessProbe", "lifecycle"}.isdisjoint(asked)
    # Beside a command it begins first; alone it is what the Job runs, and is not started a second time.
    function = recording.one("aws:lambda/function:Function", "restore-test").plain("environment")["variables"]
    both = function["APPLICATION_CHECKS"] == "readiness,application"
    assert both or function["APPLICATION_CHECKS"] == "readiness"
    assert both == (system == "node") == (asked in spec.get("initContainers", ()))
    assert asked.get("restartPolicy") == ("Always" if both else None)
    assert spec["restartPolicy"] == "Never"


@pytest.mark.contract("DR-4", "NET-2")
@EACH
@pytest.mark.parametrize("system", ["node", "paintbox", "escrow"])
def test_nobody_but_a_node_reaches_the_service(environment: str, system: str) -> None:
    """From the nodes' group to the pods' one; policies let a node reach its own pods always."""
    it = stack(system, environment)
    namespace = f"{system}-restore-test"
    template = _template(it.recording)
    pod = Pod(namespace, template["metadata"]["labels"], {"kubernetes.io/metadata.name": namespace})
    (port,) = (each["containerPort"] for each in _all(template["spec"])[0]["ports"])
    serving = [it.serving(service) for service in it.services]
    sources: list[Pod | str] = [pod, *serving, *it.addresses("private")]
    for source in sources:
        assert not it.policies.allow(source, pod, port)
    node_class = it.recording.one(NODE_CLASS, f"{NAME}-node-class").inputs["spec"]
    (node,) = (term["id"] for term in node_class["securityGroupSelectorTerms"])
    assert it.groups.allow(node, GROUP, port)
    admitted = [each.inputs for each in it.recording.of(RULE).values()]
    rules = [rule for rule in admitted if rule["securityGroupId"] == GROUP]
    assert [(rule["fromPort"], rule["toPort"]) for rule in rules] == [(port, port)]
    assert [rule["referencedSecurityGroupId"] for rule in rules] == [node]


@pytest.mark.contract("DR-4")
def test_there_is_one_where_restores_are_tested_and_the_system_has_a_command() -> None:
    for system, environment in (("node", "dev"), ("node", "staging"), ("node", "prod"), ("triangle", "prod")):
        declared = system_recording(system, environment).perhaps("kubernetes:batch/v1:CronJob")
        assert (NAME in declared) == (system == "node" and environment != "dev")


@pytest.mark.contract("DR-4", "NET-2")
@EACH
def test_its_pod_reaches_the_restored_database_and_names_and_nothing_else(environment: str) -> None:
    it = stack("node", environment)
    labels = _template(it.recording)["metadata"]["labels"]
    pod = Pod(NAMESPACE, labels, {"kubernetes.io/metadata.name": NAMESPACE})

    def reaches(address: str, group: str, port: int) -> bool:
        return it.policies.allow(pod, address, port) and it.groups.allow(GROUP, group, port)

    for address in it.addresses("data"):
        assert reaches(address, "restored-id", POSTGRESQL)
        for group in ("database-id", "cache-id", "queue-id"):
            assert not any(reaches(address, group, port) for port in (POSTGRESQL, REDIS))
        # The security group would be enough, and is not alone.
        assert not it.policies.allow(pod, address, REDIS)
    assert it.policies.allow(pod, DNS, 53, "UDP")
    for protocol in ("tcp", "udp"):
        assert it.groups.allow(GROUP, it.addresses("private")[0], 53, protocol)
    for address in (INTERNET, IDENTITY_AGENT, *it.addresses("private")):
        assert not any(it.policies.allow(pod, address, port) for port in (80, HTTPS, POSTGRESQL))
    assert not it.groups.allow(GROUP, INTERNET, HTTPS)
    for service in it.services:
        called = it.serving(service)
        assert not it.policies.allow(pod, called, it.services[service].port)
        assert not it.policies.allow(called, pod, POSTGRESQL)


@pytest.mark.contract("DR-4", "NET-2")
@EACH
def test_the_restored_database_lets_in_its_function_and_this_pod(environment: str) -> None:
    rules = system_recording("node", environment).of(RULE).values()
    sources = {
        rule.inputs["referencedSecurityGroupId"]
        for rule in rules
        if rule.inputs["securityGroupId"] == "restored-id"
    }
    assert sources == {"restore-test-id", GROUP}
    # And nobody lets this pod in but the restored database.
    reached = [rule.inputs for rule in rules if rule.inputs.get("referencedSecurityGroupId") == GROUP]
    assert [rule["securityGroupId"] for rule in reached] == ["restored-id"]


@pytest.mark.contract("DR-4", "NET-2")
@EACH
def test_its_node_is_no_other_pods_and_gives_it_a_group_of_its_own(environment: str) -> None:
    recording = system_recording("node", environment)
    spec = _template(recording)["spec"]
    pool = recording.one(NODE_POOL, f"{NAME}-node-pool").inputs
    declared = recording.one(NODE_CLASS, f"{NAME}-node-class").inputs
    assert spec["nodeSelector"] == {"karpenter.sh/nodepool": pool["metadata"]["name"]}
    (toleration,), (taint,) = spec["tolerations"], pool["spec"]["template"]["spec"]["taints"]
    assert (toleration["key"], toleration["effect"]) == (taint["key"], taint["effect"])
    assert pool["spec"]["template"]["spec"]["nodeClassRef"]["name"] == declared["metadata"]["name"]
    assert declared["spec"]["podSecurityGroupSelectorTerms"] == [{"id": GROUP}]
    assert declared["spec"]["role"] == recording.one("aws:iam/role:Role", "node").inputs["name"]
    ours = {
        name: recording.one(NODE_POOL, name).inputs["metadata"]["name"] for name in recording.of(NODE_POOL)
    }
    assert len(set(ours.values())) == len(ours)


@pytest.mark.contract("DR-4", "SEC-1")
@EACH
def test_it_has_the_services_image_and_variables_and_no_secret_or_identity(environment: str) -> None:
    recording = system_recording("node", environment)
    spec, service = _template(recording)["spec"], recording.one("kubernetes:apps/v1:Deployment", "api").inputs
    (serving,) = service["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in _all(spec)] == ["service", "restore-test"]
    for container in _all(spec):
        assert container["image"] == serving["image"]
        assert [each["name"] for each in container["env"] if "value" not in each] == []
        given = {each["name"]: each["value"] for each in container["env"]}
        assert given.pop("RESTORE_TEST") == "true"
        assert {each["name"] for each in serving["env"] if "value" in each} == given.keys()
    assert [volume["name"] for volume in spec["volumes"]] == ["tmp", "database-certificates"]
    assert (spec["serviceAccountName"], spec["automountServiceAccountToken"]) == ("default", False)
    associations = recording.of("aws:eks/podIdentityAssociation:PodIdentityAssociation").values()
    assert NAMESPACE not in {each.inputs["namespace"] for each in associations}


@pytest.mark.contract("DR-4", "SEC-1")
@EACH
def test_the_function_has_rights_in_its_own_namespace_alone(environment: str) -> None:
    recording = system_recording("node", environment)
    entry = recording.one("aws:eks/accessEntry:AccessEntry", NAME).inputs
    assert entry["principalArn"].endswith(":function-restore-test")
    (group,) = entry["kubernetesGroups"]
    bound = [
        each.inputs
        for each in recording.of(BINDING).values()
        if group in {subject["name"] for subject in each.inputs["subjects"]}
    ]
    assert [each["metadata"]["namespace"] for each in bound] == [NAMESPACE]
    assert recording.one(ROLE, NAME).inputs["metadata"] == {"name": group, "namespace": NAMESPACE}
    policies = recording.of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").values()
    assert entry["principalArn"] not in {each.inputs["principalArn"] for each in policies}
    # In it is nothing that somebody else has put there, but the authority's certificate.
    there = {
        each.type.rpartition(":")[2]
        for each in recording.resources
        if each.type.startswith("kubernetes:")
        and each.inputs.get("metadata", {}).get("namespace") == NAMESPACE
    }
    assert there == {"ConfigMap", "CronJob", "NetworkPolicy", "Role", "RoleBinding"}


@pytest.mark.contract("DR-4")
@EACH
def test_kubernetes_ends_and_removes_it_should_the_function_never_come_to_it(environment: str) -> None:
    recording = system_recording("node", environment)
    spec = recording.one("kubernetes:batch/v1:CronJob", NAME).inputs["spec"]
    job = spec["jobTemplate"]["spec"]
    assert spec["suspend"]
    function = recording.one("aws:lambda/function:Function", "restore-test").plain("environment")["variables"]
    assert int(function["APPLICATION_SECONDS"]) < job["activeDeadlineSeconds"]
    assert job["activeDeadlineSeconds"] + job["ttlSecondsAfterFinished"] < 2 * LONGEST.total_seconds()
    assert CHECK_DEADLINE.maximum < LONGEST.total_seconds() / 2


@pytest.mark.contract("DR-4")
def test_what_the_function_is_told_has_room_for_real_certificates() -> None:
    recording = system_recording("node", "prod")
    variables = recording.one("aws:lambda/function:Function", "restore-test").plain("environment")[
        "variables"
    ]
    # A certificate authority of EKS is about 1,500 bytes, an endpoint 80: the recorder's are short.
    real = {**variables, "CERTIFICATE_AUTHORITY": "x" * 1500, "ENDPOINT": "x" * 80, "SECRET": "x" * 100}
    assert sum(len(name) + len(value) for name, value in real.items()) < 4096


ON_CALL = "on-call"


@pytest.mark.contract("ALM-14", "K8S-1")
@EACH
@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("get", "pods"),
        ("list", "pods"),
        ("watch", "pods"),  # kubectl get pods --watch
        ("get", "pods/log"),
        ("get", "batch:jobs"),  # kubectl logs job/…
        ("list", "batch:jobs"),
        ("list", "events"),  # kubectl describe pod
    ],
)
def test_who_is_on_call_sees_what_the_command_does(environment: str, verb: str, resource: str) -> None:
    recording = system_recording("node", environment)
    assert may(recording, ON_CALL, NAMESPACE, verb, resource)
    # Of this namespace alone: in the services' own EKS's View policy shows more than this.
    for other in ("default", "kube-system", "node"):
        assert not may(recording, ON_CALL, other, verb, resource)


@pytest.mark.contract("ALM-14", "SEC-6")
@EACH
@pytest.mark.parametrize(
    ("resource", "verbs"),
    [
        ("secrets", ("create", "delete", "get", "list", "patch", "update", "watch")),
        ("configmaps", ("get", "list", "patch")),
        ("serviceaccounts/token", ("create",)),
        ("pods", ("create", "delete", "patch", "update")),
        ("pods/attach", ("create", "get")),
        ("pods/ephemeralcontainers", ("patch", "update")),
        ("pods/eviction", ("create",)),
        ("pods/exec", ("create", "get")),
        ("pods/portforward", ("create", "get")),
        ("batch:jobs", ("create", "delete", "patch", "update")),
        ("batch:cronjobs", ("create", "get", "list", "patch", "update")),
        ("rbac.authorization.k8s.io:rolebindings", ("create", "patch", "update")),
    ],
)
def test_who_is_on_call_changes_nothing_there_and_reads_no_secret(
    environment: str, resource: str, verbs: tuple[str, ...]
) -> None:
    recording = system_recording("node", environment)
    for verb in verbs:
        assert not may(recording, ON_CALL, NAMESPACE, verb, resource), verb
    # EKS's own policies, which are not in the graph, do not hold there either.
    entry = recording.one("aws:eks/accessEntry:AccessEntry", ON_CALL).inputs
    assert entry["kubernetesGroups"] == [ON_CALL]
    scopes = [
        each.inputs["accessScope"]
        for each in recording.of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").values()
        if each.inputs["principalArn"] == entry["principalArn"]
    ]
    assert {json.dumps(each, sort_keys=True) for each in scopes} == {
        json.dumps({"namespaces": ["node"], "type": "namespace"})
    }


@pytest.mark.contract("ALM-14")
def test_where_the_application_is_not_asked_nobody_is_given_rights_for_it() -> None:
    for system, environment in (("node", "dev"), ("triangle", "prod")):
        declared = system_recording(system, environment).of(ROLE).values()
        named = {each.inputs["metadata"]["namespace"] for each in declared}
        assert f"{system}-restore-test" not in named

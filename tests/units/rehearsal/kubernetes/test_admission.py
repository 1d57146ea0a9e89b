"""What the embedded cluster does with pods before they may run, as a cluster of EKS would."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.kubernetes import Clusters, Installed, KubernetesProvider
from rehearsal.kubernetes.admission import Admission
from rehearsal.kubernetes.installed import ADD_ON, IDENTITY
from rehearsal.providers.provider import ProviderConfig, ProviderError, Resource

NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "name": "shop",
        "labels": {
            "pod-security.kubernetes.io/enforce": "restricted",
            "eks.amazonaws.com/pod-readiness-gate-inject": "enabled",
        },
    },
}
LABELS = {"app": "web"}


def named(kind: str, name: str, api: str = "v1", **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, **fields}


SERVICE = named("Service", "web", spec={"selector": LABELS})
BINDING = named("TargetGroupBinding", "web", "eks.amazonaws.com/v1", spec={"serviceRef": {"name": "web"}})
ACCOUNT = named("ServiceAccount", "web")


def pod(**changes: Any) -> dict[str, Any]:
    """One that "restricted" allows."""
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container = {"name": "web", "image": "web:1", "securityContext": context, **changes.pop("container", {})}
    return {
        "serviceAccountName": "web",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        **changes,
    }


def workload(kind: str = "Deployment", spec: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": LABELS}, "spec": spec or pod()}
    if kind == "Pod":
        made = named(kind, "web", spec=template["spec"])
        return {**made, "metadata": {**made["metadata"], "labels": LABELS}}
    if kind == "CronJob":
        return named(kind, "web", "batch/v1", spec={"jobTemplate": {"spec": {"template": template}}})
    api = "batch/v1" if kind == "Job" else "apps/v1"
    return named(kind, "web", api, spec={"template": template, **fields})


def installed(settings: dict[str, Any] | None = None, version: str = "v6.4.0-eksbuild.1") -> Installed:
    """The observability add-on with these settings."""
    made = Installed()
    values = {"clusterName": "blue", "addonName": "amazon-cloudwatch-observability", "addonVersion": version}
    made.note("add-on", ADD_ON, {**values, "configurationValues": json.dumps(settings or {})})
    return made


def monitoring(switched_on: bool) -> dict[str, Any]:
    return {"manager": {"applicationSignals": {"autoMonitor": {"monitorAllServices": switched_on}}}}


def admission(*objects: dict[str, Any], parts: Installed | None = None) -> Admission:
    return Admission([NAMESPACE, ACCOUNT, *objects], parts or Installed(), "blue", "1.35")


def test_what_is_restricted_enough_is_admitted() -> None:
    for kind in ("Deployment", "Job", "CronJob", "StatefulSet", "Pod"):
        admission(SERVICE).admit(workload(kind))
    admission().admit(SERVICE)


@pytest.mark.contract("K8S-3")
@pytest.mark.parametrize(
    ("kind", "begin", "end"),
    [
        ("Pod", 'pods "web" is forbidden: ', "securityContext.runAsNonRoot=true)"),
        (
            "Deployment",
            'deployments.apps "web" would be accepted and its pods refused: pods "web-" is forbidden: ',
            "would wait for them until its time is up, and then fail",
        ),
        (
            "Job",
            'jobs.batch "web" would be accepted',
            "would wait for it until its time is up, and then fail",
        ),
        ("CronJob", 'cronjobs.batch "web" would be accepted', "and nobody would be told"),
    ],
)
def test_a_pod_that_asks_for_too_much_is_refused_in_the_servers_words(
    kind: str, begin: str, end: str
) -> None:
    refused = workload(kind, pod(securityContext={"seccompProfile": {"type": "RuntimeDefault"}}))
    with pytest.raises(ProviderError) as error:
        admission().admit(refused)
    assert str(error.value).startswith(begin)
    assert 'violates PodSecurity "restricted:latest": runAsNonRoot != true' in str(error.value)
    assert str(error.value).endswith(end)


def test_a_namespace_without_labels_admits_everything() -> None:
    bare = {"kind": "Namespace", "metadata": {"name": "shop"}}
    Admission([bare, ACCOUNT], Installed(), "blue", "1.35").admit(workload(spec=pod(hostNetwork=True)))


def test_pods_of_a_service_account_that_is_missing_are_refused() -> None:
    with pytest.raises(ProviderError, match='service account shop/web: serviceaccount "web" not found'):
        Admission([NAMESPACE], Installed(), "blue", "1.35").admit(workload())


@pytest.mark.parametrize(
    ("settings", "version", "refused"),
    [
        pytest.param({}, "v6.4.0-eksbuild.1", True, id="by default"),
        pytest.param(monitoring(True), "v4.4.0-eksbuild.1", True, id="switched on in an older one"),
        pytest.param({}, "v4.4.0-eksbuild.1", False, id="not yet in 4"),
        pytest.param(monitoring(False), "v6.4.0-eksbuild.1", False, id="switched off"),
        pytest.param({"applicationSignals": {"enabled": False}}, "v6.4.0-eksbuild.1", False, id="no signals"),
    ],
)
def test_containers_that_the_observability_add_on_injects_are_judged_as_well(
    settings: dict[str, Any], version: str, refused: bool
) -> None:
    cluster = admission(SERVICE, parts=installed(settings, version))
    if not refused:
        cluster.admit(workload())
        return
    with pytest.raises(ProviderError, match='container "opentelemetry-auto-instrumentation-java" must set'):
        cluster.admit(workload())


def test_only_what_a_service_selects_is_instrumented_and_jobs_never() -> None:
    admission(parts=installed()).admit(workload())
    admission(SERVICE, parts=installed()).admit(workload("Job"))


def test_the_operator_gives_javas_container_no_security_context_and_the_others_the_pods() -> None:
    made = admission(SERVICE, parts=installed()).pod(workload())
    assert made is not None
    contexts = {
        one["name"].rpartition("-")[2]: one.get("securityContext") for one in made["spec"]["initContainers"]
    }
    given = pod()["containers"][0]["securityContext"]
    assert contexts == {"java": None, "python": given, "dotnet": given, "nodejs": given}


def test_pods_with_an_identity_are_given_the_way_to_its_credentials() -> None:
    parts = Installed()
    association = {"clusterName": "blue", "namespace": "shop", "serviceAccount": "web"}
    parts.note("identity", IDENTITY, association)
    made = admission(parts=parts).pod(workload())
    assert made is not None
    (container,) = made["spec"]["containers"]
    variables = {entry["name"]: entry["value"] for entry in container["env"]}
    assert variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "http://169.254.170.23/v1/credentials"
    assert (
        made["spec"]["volumes"][0]["name"] == container["volumeMounts"][0]["name"] == "eks-pod-identity-token"
    )
    admission(parts=parts).admit(workload())
    parts.note("identity", IDENTITY, None)
    without = admission(parts=parts).pod(workload())
    assert without is not None and "env" not in without["spec"]["containers"][0]


def test_pods_behind_a_target_group_wait_for_it() -> None:
    bound = admission(SERVICE, BINDING).pod(workload())
    unbound = admission(SERVICE).pod(workload())
    assert bound is not None and unbound is not None
    assert bound["spec"]["readinessGates"] == [{"conditionType": "target-health.eks.amazonaws.com/web"}]
    assert "readinessGates" not in unbound["spec"]


def test_the_template_itself_stays_as_it_was() -> None:
    content = workload()
    before = json.dumps(content)
    admission(SERVICE, BINDING, parts=installed()).pod(content)
    assert json.dumps(content) == before


def quota(**hard: str) -> dict[str, Any]:
    return named(
        "ResourceQuota", "all", spec={"hard": {name.replace("_", "."): it for name, it in hard.items()}}
    )


def asking(**requests: str) -> dict[str, Any]:
    return pod(container={"resources": {"requests": requests, "limits": requests}})


@pytest.mark.parametrize(
    ("hard", "reason"),
    [
        ({"pods": "4"}, "exceeded quota: all, requested: pods=3, used: pods=2, limited: pods=4"),
        (
            {"requests_cpu": "2"},
            r"requested: requests\.cpu=1500m, used: requests\.cpu=1, limited: requests\.cpu=2",
        ),
        ({"limits_memory": "1Gi"}, "failed quota: all: must specify limits.memory for: web"),
    ],
)
def test_pods_that_a_quota_has_no_room_for_are_refused(hard: dict[str, str], reason: str) -> None:
    other = workload(spec=asking(cpu="500m"), replicas=2)
    other["metadata"]["name"] = "other"
    cluster = admission(quota(**hard), other)
    with pytest.raises(ProviderError, match=reason):
        cluster.admit(workload(spec=asking(cpu="500m"), replicas=3))


def test_a_change_does_not_count_against_itself() -> None:
    old = workload(spec=asking(cpu="500m"), replicas=2)
    admission(quota(pods="2", requests_cpu="1"), old).admit(workload(spec=asking(cpu="500m"), replicas=2))


def test_limit_ranges_fill_in_what_containers_do_not_say_and_refuse_what_is_too_much() -> None:
    rule = {"type": "Container", "default": {"memory": "256Mi"}, "max": {"memory": "512Mi"}}
    limits = named("LimitRange", "all", spec={"limits": [rule]})
    made = admission(limits).pod(workload())
    assert made is not None
    resources = made["spec"]["containers"][0]["resources"]
    assert resources["limits"] == resources["requests"] == {"memory": "256Mi"}
    admission(limits, quota(limits_memory="1Gi")).admit(workload())
    with pytest.raises(ProviderError, match="maximum memory usage per Container is 512Mi, but limit is 1Gi"):
        admission(limits).admit(workload(spec=asking(memory="1Gi")))


KUBECONFIG = json.dumps(
    {
        "clusters": [{"name": "c", "cluster": {"server": "https://one.test"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
        "current-context": "c",
        "users": [{"name": "c", "user": {"exec": {"args": ["eks", "get-token", "--cluster-name", "blue"]}}}],
    }
)


def test_a_refusal_leaves_nothing_and_a_pod_that_stays_as_it_is_is_not_judged_again() -> None:
    clusters = Clusters()
    provider = KubernetesProvider(clusters, "1.35", installed=installed()).configure(
        ProviderConfig({"kubeconfig": KUBECONFIG})
    )
    cluster = clusters.cluster("https://one.test")
    for content in (NAMESPACE, ACCOUNT, SERVICE):
        cluster.create(content)
    target = Resource("urn", "kubernetes:apps/v1:Deployment", "web", "shop/web")
    with pytest.raises(ProviderError, match="auto-instrumentation-java"):
        provider.create(target, workload(), preview=False)
    assert "Deployment" not in [stored.live["kind"] for stored in cluster.objects()]
    assert provider.create(target, workload(), preview=True)[0] == ""
    old = workload()
    cluster.create(old)
    provider.update(target, old, old, workload(replicas=2), preview=False)
    with pytest.raises(ProviderError, match="auto-instrumentation-java"):
        provider.update(target, old, old, workload(spec=pod(container={"image": "web:2"})), preview=False)


def test_what_eks_has_installed_outlives_the_process() -> None:
    entries: list[dict[str, Any]] = []
    first = Installed(entries.append)
    first.note("a", ADD_ON, {"clusterName": "blue", "addonName": "x", "addonVersion": "v2.1.0"})
    first.note("b", ADD_ON, {"clusterName": "blue", "addonName": "y", "addonVersion": "v3.0.0"})
    first.note("b", ADD_ON, None)
    first.note("c", "aws:sqs/queue:Queue", {})
    again = Installed()
    again.replay(json.loads(json.dumps(entries)))
    add_on = again.add_on("blue", "x")
    assert add_on is not None and add_on.major == 2
    assert again.add_on("blue", "y") is None
    assert again.add_on("green", "x") is None


MOUNTED = [{"name": "secrets", "csi": {"driver": "secrets-store.csi.k8s.io"}}]
TAINT = {"key": "application-only", "value": "true", "effect": "NoSchedule"}


def secrets_store(**settings: Any) -> Installed:
    made = Installed()
    values = {"clusterName": "blue", "addonName": "aws-secrets-store-csi-driver-provider"}
    made.note("add-on", ADD_ON, {**values, "configurationValues": json.dumps(settings)})
    return made


def pool(*taints: dict[str, Any]) -> dict[str, Any]:
    spec = {"template": {"spec": {"taints": list(taints)}}}
    return {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "own"}, "spec": spec}


def mounts(kind: str = "Deployment") -> dict[str, Any]:
    return workload(kind, pod(volumes=MOUNTED, nodeSelector={"karpenter.sh/nodepool": "own"}))


# aws/secrets-store-csi-driver-provider-aws#267: AWS's half has a chart of its own, without tolerations.
@pytest.mark.parametrize(
    "tolerations",
    [
        [],
        [{"key": "another", "operator": "Exists"}],
        [{"operator": "Exists", "effect": "NoExecute"}],
        [{"key": "application-only", "value": "false"}],
    ],
)
def test_secrets_are_not_mounted_where_nothing_brings_them(tolerations: list[dict[str, Any]]) -> None:
    parts = secrets_store(tolerations=tolerations)
    with pytest.raises(ProviderError) as error:
        admission(pool(TAINT), parts=parts).admit(mounts())
    assert 'deployments.apps "web" would be accepted and its pods never start' in str(error.value)
    assert 'volume "secrets": error connecting to provider "aws": provider not found' in str(error.value)
    assert "do not tolerate application-only:NoSchedule. On AWS the deployment would wait" in str(error.value)


@pytest.mark.parametrize(
    "tolerations",
    [
        [{"operator": "Exists"}],
        [{"key": "application-only", "operator": "Exists"}],
        [{"key": "application-only", "value": "true", "effect": "NoSchedule"}],
    ],
)
def test_secrets_are_mounted_where_the_add_on_may_be(tolerations: list[dict[str, Any]]) -> None:
    admission(pool(TAINT), parts=secrets_store(tolerations=tolerations)).admit(mounts())


def test_secrets_are_mounted_on_nodes_that_keep_nobody_away() -> None:
    admission(pool(), parts=secrets_store()).admit(mounts())
    admission(pool({**TAINT, "effect": "PreferNoSchedule"}), parts=secrets_store()).admit(mounts())
    admission(parts=secrets_store()).admit(workload(spec=pod(volumes=MOUNTED)))


def test_secrets_need_the_add_on_at_all() -> None:
    with pytest.raises(ProviderError, match="not found in the list of registered CSI drivers"):
        admission(pool()).admit(mounts("StatefulSet"))
    with pytest.raises(ProviderError, match=r'pods "web" would be accepted .* It would wait for ever'):
        admission(pool()).admit(mounts("Pod"))

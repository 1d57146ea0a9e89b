"""K8S-3, K8S-4, SEC-1: what runs in the cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.configuration.settings import ReplicaSettings
from infra.kubernetes.rollout import rollout_timeouts
from rehearsal.kubernetes.pod_templates import pod_template
from tests.support.recorder import Recording, Resource, system_file
from tests.support.recordings import recording_of

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SECRETS_DRIVER = "secrets-store.csi.k8s.io"
SERVICES = pytest.mark.parametrize("service", ["api", "worker", "admin"])


def _pod(recording: Recording, service: str) -> dict[str, Any]:
    pod: dict[str, Any] = recording.one(DEPLOYMENT, service).inputs["spec"]["template"]["spec"]
    return pod


def _container(recording: Recording, service: str) -> dict[str, Any]:
    (container,) = _pod(recording, service)["containers"]
    assert isinstance(container, dict)
    return container


def _environment(recording: Recording, service: str) -> dict[str, Any]:
    return {entry["name"]: entry for entry in _container(recording, service)["env"]}


@pytest.mark.contract("K8S-3")
def test_every_service_of_the_system_file_runs(each: Recording) -> None:
    # Beside them runs what restarts them.
    services = system_file()["services"]
    assert set(each.of(DEPLOYMENT)) == {*services, "reloader"}
    for name, service in services.items():
        assert _container(each, name).get("command") == service.get("command")


@pytest.mark.contract("K8S-4")
@SERVICES
@pytest.mark.parametrize(
    ("probe", "path"),
    [
        ("startupProbe", "/health/live"),
        ("livenessProbe", "/health/live"),
        ("readinessProbe", "/health/ready"),
    ],
)
def test_a_service_is_probed_where_the_system_file_says(
    each: Recording, service: str, probe: str, path: str
) -> None:
    asked = _container(each, service)[probe]
    assert asked["httpGet"] == {"path": path, "port": "http", "scheme": "HTTP"}
    # A pod has two minutes to start; half a minute without an answer, once it runs, is too long.
    assert asked["timeoutSeconds"] <= asked["periodSeconds"]
    seconds = asked["periodSeconds"] * asked["failureThreshold"]
    assert seconds == (120 if probe == "startupProbe" else 30)


@pytest.mark.contract("K8S-5")
@SERVICES
def test_a_rollout_has_no_downtime_and_fails_after_ten_minutes(each: Recording, service: str) -> None:
    spec = each.one(DEPLOYMENT, service).inputs["spec"]
    # Of another type it would take all pods away first.
    assert spec["strategy"]["type"] == "RollingUpdate"
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": "25%"}
    assert (spec["progressDeadlineSeconds"], spec["revisionHistoryLimit"]) == (600, 2)
    assert _container(each, service)["livenessProbe"]["failureThreshold"] == 3


@pytest.mark.contract("K8S-5")
@pytest.mark.parametrize(
    ("maximum", "surge", "seconds"), [(1, 1, 600), (2, 1, 900), (4, 1, 1500), (8, 2, 1500), (10, 3, 1500)]
)
def test_more_pods_have_more_time_and_a_quarter_of_them_is_replaced_at_once(
    maximum: int, surge: int, seconds: int
) -> None:
    """The first ten minutes are Kubernetes' own; each step after that may start nodes: five minutes."""
    replicas = ReplicaSettings(1, maximum)
    assert replicas.surge == surge
    timeouts = rollout_timeouts(replicas)
    assert (timeouts.create, timeouts.update) == (f"{seconds}s", f"{seconds}s")


@pytest.mark.contract("K8S-5")
def test_a_deployment_waits_as_long_as_its_pods_may_take(prod: Recording) -> None:
    for service in ("api", "worker", "admin"):
        waits = prod.one(DEPLOYMENT, service).custom_timeouts
        assert waits == {"create": "1500s", "update": "1500s"}


@pytest.mark.contract("K8S-5")
def test_pods_come_when_the_load_balancer_would_ask_them_whether_they_are_ready(each: Recording) -> None:
    """Their readiness gate stays shut without a rule, whose listener waits for the certificate."""
    rules = each.of("aws:lb/listenerRule:ListenerRule").values()
    groups = each.of("aws:lb/targetGroup:TargetGroup")
    for service, group in groups.items():
        (arn,) = {f"arn:aws:lb:us-west-2:123456789012:{group.name}"}
        leading = {rule.urn for rule in rules if rule.inputs["actions"][0]["targetGroupArn"] == arn}
        assert leading
        assert leading <= each.one(DEPLOYMENT, service).depends_on
    listener = each.one("aws:lb/listener:Listener", "https")
    assert all(listener.urn in rule.depends_on for rule in rules)


@pytest.mark.contract("K8S-2")
@SERVICES
@pytest.mark.parametrize(
    ("environment", "replicas"), [("dev", (1, 2)), ("staging", (2, 3)), ("prod", (3, 10))]
)
def test_services_scale_by_cpu_within_the_environments_bounds(
    environment: str, replicas: tuple[int, int], service: str
) -> None:
    scaler = recording_of(environment).one("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", service)
    spec = scaler.inputs["spec"]
    (metric,) = spec["metrics"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": service}
    assert (spec["minReplicas"], spec["maxReplicas"]) == replicas
    assert metric["type"] == "Resource"
    assert metric["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    assert spec["behavior"]["scaleDown"] == {"stabilizationWindowSeconds": 600}
    assert "replicas" not in recording_of(environment).one(DEPLOYMENT, service).inputs["spec"]


@pytest.mark.contract("K8S-2")
@SERVICES
def test_pods_spread_over_the_zones_and_leave_one_at_a_time(each: Recording, service: str) -> None:
    zones, nodes = _pod(each, service)["topologySpreadConstraints"]
    budget = each.one("kubernetes:policy/v1:PodDisruptionBudget", service).inputs["spec"]
    selector = each.one(DEPLOYMENT, service).inputs["spec"]["selector"]
    assert (zones["topologyKey"], zones["maxSkew"]) == ("topology.kubernetes.io/zone", 1)
    # A zone that fails must not keep pods from the others.
    assert zones["whenUnsatisfiable"] == "ScheduleAnyway"
    assert (budget["maxUnavailable"], budget["selector"]) == (1, selector)
    # Pods that a constraint does not count may all be in one place.
    assert zones["labelSelector"] == nodes["labelSelector"] == selector


@pytest.mark.contract("K8S-2")
@SERVICES
def test_pods_of_one_service_are_never_all_on_one_node(each: Recording, service: str) -> None:
    _, nodes = _pod(each, service)["topologySpreadConstraints"]
    scaler = each.one("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", service).inputs["spec"]
    assert (nodes["topologyKey"], nodes["maxSkew"]) == ("kubernetes.io/hostname", 1)
    assert nodes["whenUnsatisfiable"] == "DoNotSchedule"
    # One node alone would be an even spread.
    assert nodes["minDomains"] == scaler["minReplicas"]
    # Old pods, which a rollout replaces, and nodes that take no pods of services are not counted.
    assert nodes["matchLabelKeys"] == ["pod-template-hash"]
    assert nodes["nodeTaintsPolicy"] == "Honor"


@pytest.mark.contract("K8S-3")
def test_pods_are_not_root_and_cannot_write_to_their_image(each: Recording) -> None:
    """Those of jobs as little as those of services."""
    for name, pod in _all_pods(each).items():
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        # A number, as the kubelet cannot tell whether a name is root's.
        assert {security["runAsUser"], security["runAsGroup"], security["fsGroup"]} == {10001}, name
        for container in _containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
            }, name


@pytest.mark.contract("SEC-1", "K8S-3")
def test_a_pod_mounts_its_volumes_and_writes_to_none_of_them_but_its_temporary_one(each: Recording) -> None:
    for name, pod in _all_pods(each).items():
        volumes = {volume["name"]: volume for volume in pod.get("volumes", ())}
        mounts = [mount for container in _containers(pod) for mount in container.get("volumeMounts", ())]
        assert {mount["name"] for mount in mounts} == volumes.keys(), name
        for mount in mounts:
            volume = volumes[mount["name"]]
            assert mount.get("readOnly", False) is ("emptyDir" not in volume), name
            if "csi" in volume:
                # The only mode of this driver (Secrets Store CSI Driver, "Usage").
                assert (volume["csi"]["driver"], volume["csi"]["readOnly"]) == (SECRETS_DRIVER, True), name


@pytest.mark.contract("K8S-3")
def test_the_namespace_refuses_pods_with_more_rights(each: Recording) -> None:
    labels = each.one("kubernetes:core/v1:Namespace", "triangle").inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.contract("SEC-1", "K8S-3")
@SERVICES
def test_secrets_reach_the_pods_as_environment_variables(each: Recording, service: str) -> None:
    provider = each.one("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass", service).inputs
    (synchronized,) = provider["spec"]["secretObjects"]
    keys = {item["key"] for item in synchronized["data"]}
    referenced = {
        entry["valueFrom"]["secretKeyRef"]["key"]
        for entry in _environment(each, service).values()
        if "valueFrom" in entry
    }
    # The Secret that the driver keeps is the one that variables come from, each of a file that it fetched.
    names = {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for entry in _environment(each, service).values()
        if "valueFrom" in entry
    }
    assert (names, synchronized["type"]) == ({synchronized["secretName"]}, "Opaque")
    fetched = json.loads(provider["spec"]["parameters"]["objects"])
    fields = [field for entry in fetched for field in entry.get("jmesPath", ())]
    files = {one["objectAlias"] for one in (*fetched, *fields)}
    assert {item["objectName"] for item in synchronized["data"]} <= files
    mounted = [volume["csi"] for volume in _pod(each, service)["volumes"] if "csi" in volume]
    assert referenced == keys >= set(system_file()["services"][service]["secrets"])
    assert mounted[0]["volumeAttributes"] == {"secretProviderClass": service}


@pytest.mark.contract("SEC-1")
@SERVICES
def test_every_fetched_object_is_an_entry_of_this_environment(each: Recording, service: str) -> None:
    provider = each.one("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass", service).inputs
    parameters = provider["spec"]["parameters"]
    assert (provider["spec"]["provider"], parameters["region"]) == ("aws", "us-west-2")
    names = {fetched["objectName"] for fetched in json.loads(parameters["objects"])}
    entries = {s.inputs["name"] for s in each.of("aws:secretsmanager/secret:Secret").values()}
    assert parameters["usePodIdentity"] == "true"
    assert names <= entries


@pytest.mark.contract("ENV-4")
@SERVICES
def test_staging_and_prod_run_digests(like_prod: Recording, service: str) -> None:
    assert "@sha256:" in _container(like_prod, service)["image"]


def test_a_tag_that_may_have_moved_is_looked_up_at_every_start(dev: Recording, prod: Recording) -> None:
    for recording in (dev, prod):
        for name, pod in _all_pods(recording).items():
            for container in _containers(pod):
                expected = "IfNotPresent" if "@sha256:" in container["image"] else "Always"
                assert container["imagePullPolicy"] == expected, name
    assert "@" not in _container(dev, "api")["image"]


@pytest.mark.contract("ENV-4")
@SERVICES
def test_prod_runs_what_staging_has_run(staging: Recording, prod: Recording, service: str) -> None:
    # Each account has a registry of its own: the hosts differ, repository and digest do not.
    ran, runs = (_container(each, service)["image"].partition("/")[2] for each in (staging, prod))
    assert runs == ran
    assert "@sha256:" in runs


@pytest.mark.contract("ENV-3")
@pytest.mark.parametrize(
    ("environment", "node_env"), [("dev", "development"), ("staging", "production"), ("prod", "production")]
)
def test_node_env_is_what_the_runbook_says(environment: str, node_env: str) -> None:
    assert _environment(recording_of(environment), "api")["NODE_ENV"]["value"] == node_env


@pytest.mark.contract("DB-4")
def test_the_settings_of_the_pool_reach_the_pods(each: Recording) -> None:
    variables = _environment(each, "api")
    pool = {name: variables[f"DATABASE_POOL_{name}"]["value"] for name in ("MIN", "MAX")}
    times = {name: variables[f"DATABASE_POOL_{name}_MILLISECONDS"]["value"] for name in ("IDLE", "ACQUIRE")}
    assert (pool, times) == ({"MIN": "5", "MAX": "20"}, {"IDLE": "10000", "ACQUIRE": "30000"})


@pytest.mark.contract("K8S-3", "NET-2")
@pytest.mark.parametrize("service", ["api", "admin"])
def test_a_name_in_the_cluster_leads_to_the_pods_of_its_service_at_their_port(
    each: Recording, service: str
) -> None:
    spec = each.one("kubernetes:core/v1:Service", service).inputs["spec"]
    deployment = each.one(DEPLOYMENT, service).inputs["spec"]
    assert spec["selector"] == deployment["selector"]["matchLabels"]
    assert spec["selector"].items() <= deployment["template"]["metadata"]["labels"].items()
    (port,), (listens,) = spec["ports"], _container(each, service)["ports"]
    assert (port["port"], port["targetPort"], port["protocol"]) == (80, listens["name"], listens["protocol"])
    assert listens["containerPort"] == system_file()["services"][service]["port"]
    # Inside alone: nothing but the load balancer is on the internet.
    assert spec["type"] == "ClusterIP"


def _all_pods(recording: Recording) -> dict[str, dict[str, Any]]:
    """Every pod that is declared, by the kind and name of what makes it."""
    pods = {}
    for resource in recording.resources:
        template = pod_template(resource.inputs) if resource.type.startswith("kubernetes:") else None
        if template:
            pods[f"{resource.type.rpartition(':')[2]} {resource.name}"] = template["spec"]
    return pods


def test_every_container_says_how_much_of_the_nodes_disk_it_takes(each: Recording) -> None:
    pods = _all_pods(each)
    assert {name.split()[0] for name in pods} == {"CronJob", "Deployment", "Job"}
    for name, pod in pods.items():
        for container in _containers(pod):
            resources = container["resources"]
            for kind in ("cpu", "memory", "ephemeral-storage"):
                assert resources["requests"][kind] == resources["limits"][kind], (name, kind)


def test_a_pod_that_fills_its_temporary_files_evicts_nobody_but_itself(each: Recording) -> None:
    for name, pod in _all_pods(each).items():
        limits = [container["resources"]["limits"] for container in pod["containers"]]
        storage = sum(_mebibytes(limit["ephemeral-storage"]) for limit in limits)
        for volume in pod.get("volumes", ()):
            if "emptyDir" in volume:
                # Logs of 50 MiB at most count as well.
                assert _mebibytes(volume["emptyDir"]["sizeLimit"]) + 50 < storage, name


def _containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def _mebibytes(quantity: str) -> int:
    assert quantity.endswith("Mi")
    return int(quantity.removesuffix("Mi"))


def test_whatever_makes_pods_comes_after_what_these_refer_to(each: Recording) -> None:
    for resource in each.resources:
        template = pod_template(resource.inputs) if resource.type.startswith("kubernetes:") else None
        if template is None:
            continue
        assert _referred_to(template["spec"]) <= _objects_before(each, resource), resource.name


def _objects_before(recording: Recording, resource: Resource) -> set[tuple[str, str]]:
    """Kind and name of every object in the cluster that is there when this one is made."""
    waiting, seen = list(resource.depends_on), set[str]()
    while waiting:
        if (urn := waiting.pop()) not in seen:
            seen.add(urn)
            waiting += recording.by_urn(urn).depends_on
    before = [it for it in map(recording.by_urn, seen) if it.type.startswith("kubernetes:")]
    return {(it.type.rpartition(":")[2], it.inputs["metadata"]["name"]) for it in before}


def _referred_to(pod: dict[str, Any]) -> set[tuple[str, str]]:
    """Objects without which a pod never starts; Secrets come with the class that they are made by."""
    found = {("ServiceAccount", pod["serviceAccountName"])}
    for volume in pod.get("volumes", ()):
        if "configMap" in volume:
            found.add(("ConfigMap", volume["configMap"]["name"]))
        if "csi" in volume:
            found.add(("SecretProviderClass", volume["csi"]["volumeAttributes"]["secretProviderClass"]))
    return found

"""K8S-1: the cluster."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from infra.configuration.cluster_settings import CLUSTER_VERSIONS
from infra.configuration.pod_lifecycle import SECRETS_POLL_MINUTES
from infra.configuration.rotation import PASSWORD_DAYS
from rehearsal.kubernetes.kinds import kind_of_token
from rehearsal.kubernetes.schemas import schema_failures
from tests.support.engine_values import uncovered
from tests.support.recorder import Recording, Resource, record, stack_file
from tests.support.recordings import SYSTEMS, recording_of, system_recording

CLUSTER = "aws:eks/cluster:Cluster"
RBAC = "rbac.authorization.k8s.io"


@pytest.mark.contract("K8S-1")
def test_kubernetes_secrets_are_encrypted_with_a_key_of_our_own(each: Recording) -> None:
    encryption = each.one(CLUSTER, "cluster").inputs["encryptionConfig"]
    assert encryption["resources"] == ["secrets"]
    assert encryption["provider"]["keyArn"].endswith(":cluster")


@pytest.mark.contract("K8S-1")
def test_all_logs_of_the_control_plane_are_kept(each: Recording) -> None:
    cluster = each.one(CLUSTER, "cluster")
    group = each.one("aws:cloudwatch/logGroup:LogGroup", "control-plane")
    logs = {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    assert set(cluster.inputs["enabledClusterLogTypes"]) == logs
    assert group.inputs["name"] == f"/aws/eks/{cluster.inputs['name']}/cluster"
    assert group.urn in cluster.depends_on


@pytest.mark.contract("K8S-1")
def test_access_is_by_entries_alone(each: Recording) -> None:
    access = each.one(CLUSTER, "cluster").inputs["accessConfig"]
    assert access == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}


@pytest.mark.contract("K8S-1")
@pytest.mark.parametrize(
    ("name", "policy", "scope"),
    [
        ("deploy", "AmazonEKSClusterAdminPolicy", {"type": "cluster"}),
        ("on-call", "AmazonEKSViewPolicy", {"type": "namespace", "namespaces": ["triangle"]}),
        ("read-only", "AmazonEKSViewPolicy", {"type": "cluster"}),
    ],
)
def test_each_role_gets_what_it_needs_and_no_more(
    each: Recording, name: str, policy: str, scope: dict[str, object]
) -> None:
    association = each.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", name)
    entry = each.one("aws:eks/accessEntry:AccessEntry", name)
    assert association.inputs["policyArn"] == f"arn:aws:eks::aws:cluster-access-policy/{policy}"
    assert association.inputs["accessScope"] == scope
    assert association.inputs["principalArn"] == entry.inputs["principalArn"]


@pytest.mark.contract("K8S-1")
def test_a_binding_leads_to_a_role_that_is_declared_and_to_somebody_who_is_there(each: Recording) -> None:
    accounts = each.of("kubernetes:core/v1:ServiceAccount").values()
    entries = each.of("aws:eks/accessEntry:AccessEntry").values()
    there = {("ServiceAccount", _place(account)) for account in accounts}
    there |= {
        ("Group", (None, group)) for one in entries for group in one.inputs.get("kubernetesGroups") or ()
    }
    for kind in ("Role", "ClusterRole"):
        roles = {_place(role) for role in each.of(f"kubernetes:{RBAC}/v1:{kind}").values()}
        for binding in each.of(f"kubernetes:{RBAC}/v1:{kind}Binding").values():
            role, subjects = binding.inputs["roleRef"], binding.inputs["subjects"]
            assert (role["apiGroup"], role["kind"]) == (RBAC, kind), binding.urn
            assert (_place(binding)[0], role["name"]) in roles, binding.urn
            named = {(one["kind"], (one.get("namespace"), one["name"])) for one in subjects}
            assert named, binding.urn
            assert named <= there, binding.urn
            # Accounts are of Kubernetes' core, whose group has no name.
            groups = {one.get("apiGroup", RBAC) for one in subjects if one["kind"] == "Group"}
            assert groups <= {RBAC}, binding.urn


def _place(declared: Resource) -> tuple[str | None, str]:
    metadata = declared.inputs["metadata"]
    return metadata.get("namespace"), metadata["name"]


@pytest.mark.contract("K8S-1", "SEC-6")
def test_people_on_call_start_pods_anew_and_reach_no_secret(each: Recording) -> None:
    (group,) = each.one("aws:eks/accessEntry:AccessEntry", "on-call").inputs["kubernetesGroups"]
    binding = each.one("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "on-call").inputs
    assert [(each["kind"], each["name"]) for each in binding["subjects"]] == [("Group", group)]
    assert binding["metadata"]["namespace"] == "triangle"
    role = each.one("kubernetes:rbac.authorization.k8s.io/v1:Role", binding["roleRef"]["name"]).inputs
    rights = {
        (resource, verb) for rule in role["rules"] for resource in rule["resources"] for verb in rule["verbs"]
    }
    assert {("pods", "delete"), ("deployments/scale", "patch"), ("jobs", "delete")} <= rights
    # Who makes a pod, or changes what one runs, reads with it whatever it may read.
    makes_pods = {"cronjobs", "deployments", "jobs", "pods", "pods/exec", "pods/ephemeralcontainers", "*"}
    writes = {"create", "patch", "update", "*"}
    assert not {(resource, verb) for resource in makes_pods for verb in writes} & rights
    assert not {resource for resource, _ in rights} & {"secrets", "serviceaccounts/token", "*"}


@pytest.mark.contract("K8S-1")
@pytest.mark.parametrize(("environment", "protected"), [("dev", False), ("staging", False), ("prod", True)])
def test_the_cluster_of_prod_refuses_to_be_deleted(environment: str, protected: bool) -> None:
    cluster = recording_of(environment).one(CLUSTER, "cluster")
    assert cluster.inputs["deletionProtection"] is protected


@pytest.mark.contract("K8S-1")
def test_the_api_is_not_open_to_the_world(each: Recording) -> None:
    vpc = each.one(CLUSTER, "cluster").inputs["vpcConfig"]
    assert vpc["endpointPrivateAccess"] is True
    assert vpc["publicAccessCidrs"] == ["198.51.100.0/24"]


@pytest.mark.contract("K8S-1")
@pytest.mark.parametrize("version", CLUSTER_VERSIONS)
def test_every_version_serves_all_objects_and_an_update_changes_the_control_plane_alone(version: str) -> None:
    settings = stack_file("dev")["cluster"]
    updated, now = record("dev", {"cluster": {**settings, "version": version}}), recording_of("dev")
    before = {each.urn: each.inputs for each in now.resources}
    assert before.keys() == {each.urn for each in updated.resources}
    different = {
        each.type: {key for key in each.inputs if each.inputs[key] != before[each.urn].get(key)}
        for each in updated.resources
        if each.inputs != before[each.urn]
    }
    assert different == ({} if version == settings["version"] else {CLUSTER: {"version"}})
    objects = [each for each in updated.resources if each.custom and each.type.startswith("kubernetes:")]
    failures = {
        each.urn: found
        for each in objects
        if (found := schema_failures(kind_of_token(each.type), dict(uncovered(each.inputs)), version))
    }
    assert failures == {}


@pytest.mark.contract("K8S-1")
def test_the_version_had_standard_support_when_it_was_chosen(each: Recording) -> None:
    cluster = each.one(CLUSTER, "cluster").inputs
    assert date.fromisoformat(CLUSTER_VERSIONS[cluster["version"]]) > date(2026, 11, 21)
    assert cluster["upgradePolicy"] == {"supportType": "STANDARD"}


def test_auto_mode_is_on_as_a_whole(each: Recording) -> None:
    # EKS takes compute, storage and load balancing together or not at all.
    cluster = each.one(CLUSTER, "cluster").inputs
    assert cluster["computeConfig"]["enabled"]
    assert cluster["storageConfig"]["blockStorage"]["enabled"]
    assert cluster["kubernetesNetworkConfig"]["elasticLoadBalancing"]["enabled"]
    assert cluster["bootstrapSelfManagedAddons"] is False


def test_a_failing_zone_can_be_left_and_old_versions_are_not_paid_for(each: Recording) -> None:
    cluster = each.one(CLUSTER, "cluster").inputs
    assert cluster["zonalShiftConfig"] == {"enabled": True}
    assert cluster["upgradePolicy"] == {"supportType": "STANDARD"}


def test_the_cluster_waits_for_the_policies_of_its_roles(each: Recording) -> None:
    cluster = each.one(CLUSTER, "cluster")
    policies = each.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    needed = {p.urn for name, p in policies.items() if name.startswith(("cluster-", "node-"))}
    assert needed <= cluster.depends_on


def test_the_kubernetes_provider_survives_another_address_of_the_same_cluster(each: Recording) -> None:
    provider = each.one("pulumi:providers:kubernetes", "kubernetes").inputs
    name = each.one(CLUSTER, "cluster").inputs["name"]
    assert provider["clusterIdentifier"].endswith(f":cluster/{name}")


def test_a_cluster_that_cannot_be_reached_for_a_while_loses_no_objects(each: Recording) -> None:
    # One failed call and a refresh would forget all of them; recovery sets PULUMI_K8S_DELETE_UNREACHABLE.
    assert "deleteUnreachable" not in each.one("pulumi:providers:kubernetes", "kubernetes").inputs


def test_the_token_for_the_cluster_is_json_whatever_a_person_has_configured(each: Recording) -> None:
    provider = each.one("pulumi:providers:kubernetes", "kubernetes")
    (user,) = json.loads(provider.plain("kubeconfig"))["users"]
    arguments = user["user"]["exec"]["args"]
    assert arguments[arguments.index("--output") + 1] == "json"


def test_nothing_is_put_into_the_pods_of_services_by_the_observability_add_on(each: Recording) -> None:
    agent = each.one("aws:eks/addon:Addon", "amazon-cloudwatch-observability").inputs
    manager = json.loads(agent["configurationValues"])["manager"]
    assert manager["applicationSignals"]["autoMonitor"] == {"monitorAllServices": False}


def test_the_logs_of_pods_go_where_they_are_encrypted_and_end(each: Recording) -> None:
    groups = each.of("aws:cloudwatch/logGroup:LogGroup")
    agent = each.one("aws:eks/addon:Addon", "amazon-cloudwatch-observability")
    for log in ("application", "dataplane", "host", "performance"):
        name = f"/aws/containerinsights/triangle-{each.environment}/{log}"
        assert groups[log].inputs["name"] == name
        assert groups[log].urn in agent.depends_on


@pytest.mark.contract("SEC-1")
def test_the_cluster_has_the_driver_that_makes_secrets_environment_variables(each: Recording) -> None:
    add_on = each.one("aws:eks/addon:Addon", "aws-secrets-store-csi-driver-provider").inputs
    assert add_on["addonName"] == "aws-secrets-store-csi-driver-provider"
    driver = json.loads(add_on["configurationValues"])["secrets-store-csi-driver"]
    # Without the first a pod's variables have no Secret to come from; without the second it is never renewed.
    assert driver["syncSecret"] == {"enabled": True}
    assert driver["enableSecretRotation"] is True
    assert driver["rotationPollInterval"] == f"{SECRETS_POLL_MINUTES}m"


@pytest.mark.contract("SEC-2", "DR-5")
@pytest.mark.parametrize("system", SYSTEMS)
def test_secrets_are_polled_as_rarely_as_rotation_and_recovery_allow(system: str) -> None:
    recording = system_recording(system, "prod")
    asked = 0
    for name, scaler in recording.of("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").items():
        provider = recording.perhaps("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass").get(name)
        entries = json.loads(provider.inputs["spec"]["parameters"]["objects"]) if provider else []
        asked += len(entries) * scaler.inputs["spec"]["minReplicas"]
    a_month = asked * 30 * 24 * 60 // SECRETS_POLL_MINUTES
    # 1.50 US dollars at 5 cents for 10,000 calls (Secrets Manager, pricing).
    assert 0 < a_month < 300_000
    # Recovery promises 30 minutes; a third of them for pods to hear of the database's new address.
    assert SECRETS_POLL_MINUTES <= 10
    # The password before the current one is valid until the next rotation.
    assert timedelta(minutes=SECRETS_POLL_MINUTES) < timedelta(days=PASSWORD_DAYS) / 100


@pytest.mark.contract("K8S-2")
def test_the_cluster_measures_what_pods_are_scaled_by(each: Recording) -> None:
    assert each.one("aws:eks/addon:Addon", "metrics-server").inputs["addonName"] == "metrics-server"


def test_add_ons_are_pinned(each: Recording) -> None:
    add_ons = each.of("aws:eks/addon:Addon").values()
    assert all("-eksbuild." in add_on.inputs["addonVersion"] for add_on in add_ons)


@pytest.mark.contract("K8S-1")
def test_a_cluster_waits_until_its_role_may_use_the_key(each: Recording) -> None:
    clusters = [it for it in each.resources if it.type == "aws:eks/cluster:Cluster"]
    hooks = [name for it in clusters for name in it.error_hooks]
    # The engine takes one hook of a name.
    assert len(set(hooks)) == len(clusters) > 0
    assert all(name.endswith("-when-allowed") for name in hooks)


@pytest.mark.contract("K8S-1")
def test_who_deploys_waits_until_the_cluster_lets_it_in(each: Recording) -> None:
    made = [it for it in each.resources if it.type.endswith(":AccessPolicyAssociation")]
    hooks = [name for it in made for name in it.hooks_when_made]
    assert len(set(hooks)) == len(made) > 0

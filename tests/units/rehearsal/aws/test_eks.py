"""Clusters are really made; what moto has no API for is recorded in AWS's form."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, replayed

CLUSTER = "aws:eks/cluster:Cluster"
NODE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/nodes"


@pytest.fixture(scope="module")
def subnet(life: Life) -> Made:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    return life.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})


def auto_mode(name: str, subnet: Made) -> dict[str, Any]:
    """An Auto Mode cluster with everything that can be said about it."""
    return {
        "name": name,
        "version": "1.34",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/cluster",
        "bootstrapSelfManagedAddons": False,
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "computeConfig": {"enabled": True, "nodePools": ["general-purpose"], "nodeRoleArn": NODE_ROLE},
        "storageConfig": {"blockStorage": {"enabled": True}},
        "kubernetesNetworkConfig": {
            "elasticLoadBalancing": {"enabled": True},
            "serviceIpv4Cidr": "172.20.0.0/16",
        },
        "vpcConfig": {
            "subnetIds": [subnet.id],
            "endpointPrivateAccess": True,
            "publicAccessCidrs": ["198.51.100.0/24"],
        },
        "encryptionConfig": {
            "provider": {"keyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"},
            "resources": ["secrets"],
        },
        "enabledClusterLogTypes": ["api", "audit"],
        "upgradePolicy": {"supportType": "STANDARD"},
        "zonalShiftConfig": {"enabled": True},
        "deletionProtection": False,
    }


def test_a_cluster_changes_in_place_and_goes_away(life: Life, subnet: Made) -> None:
    cluster = life.create(CLUSTER, auto_mode("main", subnet))
    for change in (
        {"enabledClusterLogTypes": ["audit"]},
        {"vpcConfig": {"subnetIds": [subnet.id], "publicAccessCidrs": ["203.0.113.0/24"]}},
        {"computeConfig": {"enabled": True, "nodePools": ["system"], "nodeRoleArn": NODE_ROLE}},
        {"upgradePolicy": {"supportType": "EXTENDED"}},
        {"zonalShiftConfig": {"enabled": False}},
        {"version": "1.35"},
        {"tags": {"owner": "somebody"}},
    ):
        cluster = life.changes_to(cluster, change)
    assert cluster.outputs["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == "172.20.0.0/16"
    life.ends(cluster)


@pytest.mark.parametrize("lacking", ["", "kms:Encrypt"])
def test_a_role_that_may_not_use_the_key_makes_no_cluster(life: Life, subnet: Made, lacking: str) -> None:
    name = f"encrypting{'-not' if lacking else ''}"
    wanted = auto_mode(name, subnet)
    actions = ["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:ListGrants"]
    key = wanted["encryptionConfig"]["provider"]["keyArn"]
    allowed = {"Effect": "Allow", "Action": [each for each in actions if each != lacking], "Resource": key}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "eks.amazonaws.com"}}
    role = life.create(
        "aws:iam/role:Role", {"name": name, "assumeRolePolicy": _document(trust)}, name=f"role-{name}"
    )
    policy = {"role": role.outputs["name"], "name": "key", "policy": _document(allowed)}
    life.create("aws:iam/rolePolicy:RolePolicy", policy, name=f"policy-{name}")
    wanted["roleArn"] = role.outputs["arn"]
    if not lacking:
        life.create(CLUSTER, wanted, name=name)
        return
    with pytest.raises(ProviderError, match=f"Access denied to KMS key {key}"):
        life.create(CLUSTER, wanted, name=name)


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_preview_of_a_change_keeps_the_security_group_that_aws_has_made(life: Life, subnet: Made) -> None:
    cluster = life.create(CLUSTER, auto_mode("planned", subnet), name="planned")
    vpc = {"subnetIds": [subnet.id], "publicAccessCidrs": ["203.0.113.0/24"]}
    changed = {**cluster.inputs, "vpcConfig": vpc}
    planned = life.provider.update(cluster.resource, cluster.inputs, cluster.outputs, changed, preview=True)
    made = life.changes_to(cluster, {"vpcConfig": vpc}).outputs["vpcConfig"]
    assert made["clusterSecurityGroupId"].startswith("sg-")
    assert planned["vpcConfig"]["clusterSecurityGroupId"] == made["clusterSecurityGroupId"]
    assert planned["vpcConfig"]["publicAccessCidrs"] == ["203.0.113.0/24"]


def test_a_cluster_has_addresses_of_its_own_in_awss_form(life: Life, subnet: Made) -> None:
    first, second = (life.create(CLUSTER, auto_mode(name, subnet), name=name) for name in ("one", "two"))
    endpoint = first.outputs["endpoint"]
    found = re.fullmatch(rf"https://([0-9A-F]{{32}})\.gr7\.{REGION}\.eks\.amazonaws\.com", endpoint)
    assert found is not None
    (identity,) = first.outputs["identities"]
    (oidc,) = identity["oidcs"]
    assert oidc["issuer"] == f"https://oidc.eks.{REGION}.amazonaws.com/id/{found[1]}"
    authority = base64.b64decode(first.outputs["certificateAuthority"]["data"]).decode()
    assert authority.startswith("-----BEGIN CERTIFICATE-----\n")
    assert endpoint != second.outputs["endpoint"]
    groups = [made.outputs["vpcConfig"]["clusterSecurityGroupId"] for made in (first, second)]
    assert groups[0] != groups[1]
    assert groups[0].startswith("sg-")


def test_a_protected_cluster_is_not_deleted(life: Life, subnet: Made) -> None:
    cluster = life.create(CLUSTER, {**auto_mode("safe", subnet), "deletionProtection": True}, name="safe")
    with pytest.raises(ProviderError, match="deletion protection"):
        life.provider.delete(cluster.resource, cluster.inputs, cluster.outputs)
    life.reads_back(cluster)
    life.ends(life.changes_to(cluster, {"deletionProtection": False}))


def test_a_cluster_whose_protection_was_lifted_in_aws_is_deleted(
    cloud: Cloud, life: Life, subnet: Made
) -> None:
    """The provider deletes, and EKS decides: also when the state still says that it is protected."""
    cluster = life.create(CLUSTER, {**auto_mode("let-go", subnet), "deletionProtection": True}, name="let-go")
    cloud.call("eks", REGION, "update_cluster_config", name="let-go", deletionProtection=False)
    found = life.provider.read(cluster.resource, cluster.inputs, cluster.outputs)
    assert found is not None
    assert found.inputs["deletionProtection"] is False
    life.provider.delete(cluster.resource, cluster.inputs, cluster.outputs)
    assert life.provider.read(cluster.resource, cluster.inputs, cluster.outputs) is None


PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:role/ci"
POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
RECORDED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "aws:eks/accessEntry:AccessEntry": (
        {"principalArn": PRINCIPAL, "type": "STANDARD"},
        {"kubernetesGroups": ["readers"]},
        f"main:{PRINCIPAL}",
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (
        {"principalArn": PRINCIPAL, "policyArn": POLICY, "accessScope": {"type": "cluster"}},
        {},
        f"main#{PRINCIPAL}#{POLICY}",
    ),
    "aws:eks/addon:Addon": (
        {"addonName": "metrics-server", "addonVersion": "v0.8.0-eksbuild.1"},
        {"addonVersion": "v0.8.0-eksbuild.2"},
        "main:metrics-server",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (
        {"namespace": "app", "serviceAccount": "api", "roleArn": PRINCIPAL},
        {"roleArn": f"{PRINCIPAL}-2"},
        r"a-[0-9a-z]{17}",
    ),
}


@pytest.mark.parametrize("token", RECORDED)
def test_what_moto_lacks_is_recorded_in_awss_form(life: Life, token: str) -> None:
    inputs, change, identifier = RECORDED[token]
    made = life.create(token, {"clusterName": "main", **inputs})
    assert made.id == identifier or re.fullmatch(identifier, made.id)
    if change:
        life.changes_to(made, change)


def test_a_cluster_stays_in_its_network_and_in_its_zones(life: Life) -> None:
    """UpdateClusterConfig in EKS's API reference, and the user guide's page on subnets."""
    here, there = (
        life.create("aws:ec2/vpc:Vpc", {"cidrBlock": cidr}, name=cidr)
        for cidr in ("10.1.0.0/16", "10.2.0.0/16")
    )
    zone_a, zone_b, elsewhere = (
        life.create(
            "aws:ec2/subnet:Subnet",
            {"vpcId": vpc.id, "cidrBlock": cidr, "availabilityZone": f"{REGION}{zone}"},
            name=cidr,
        )
        for vpc, cidr, zone in (
            (here, "10.1.0.0/24", "a"),
            (here, "10.1.1.0/24", "b"),
            (there, "10.2.0.0/24", "a"),
        )
    )
    cluster = life.create(CLUSTER, auto_mode("stays", zone_a))
    for subnet, what in ((elsewhere, "VPC"), (zone_b, "set of Availability Zones")):
        with pytest.raises(ProviderError, match=f"UpdateClusterConfig: .* {what}"):
            life.changes_to(cluster, {"vpcConfig": {"subnetIds": [subnet.id]}})
    life.ends(cluster)


def test_a_replayed_journal_gives_the_same_clusters(
    life: Life, cloud: Cloud, journal: Path, subnet: Made
) -> None:
    made = [life.create(CLUSTER, auto_mode("kept", subnet), name="kept"), subnet]
    before = {
        each.resource.urn: life.provider.read(each.resource, each.inputs, each.outputs) for each in made
    }
    assert replayed(cloud, journal, made) == before

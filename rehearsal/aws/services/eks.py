"""Amazon EKS: the cluster, and who and what may use it."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.resource_tags import resource_tags
from rehearsal.providers.provider import ProviderError

CLUSTER_TAGS = resource_tags("resourceArn", "{arn}", "map")


def _group_name(cluster: str) -> str:
    return f"eks-cluster-sg-{cluster}"


def _new_cluster(context: Context) -> dict[str, Any]:
    """AWS makes the cluster's own security group together with the cluster; moto does not."""
    subnet = context.inputs["vpcConfig"]["subnetIds"][0]
    found = context.call("describe_subnets", service="ec2", SubnetIds=[subnet])["Subnets"][0]
    context.call(
        "create_security_group",
        service="ec2",
        GroupName=_group_name(context.inputs["name"]),
        Description="EKS created security group applied to the cluster's control plane and nodes",
        VpcId=found["VpcId"],
    )
    return _logging(context)


def _logging(context: Context) -> dict[str, Any]:
    types = context.inputs.get("enabledClusterLogTypes")
    return {"logging": {"clusterLogging": [{"types": types, "enabled": True}]}} if types else {}


def _changed_logging(context: Context) -> dict[str, Any]:
    return {"name": context.id, **_logging(context)}


def _cluster(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    cluster = dict(answer["cluster"])
    groups = context.call(
        "describe_security_groups",
        service="ec2",
        Filters=[{"Name": "group-name", "Values": [_group_name(context.id)]}],
    )["SecurityGroups"]
    network = dict(cluster["resourcesVpcConfig"])
    if groups:
        network |= {"clusterSecurityGroupId": groups[0]["GroupId"], "vpcId": groups[0]["VpcId"]}
    logging = cluster.get("logging", {}).get("clusterLogging", [])
    enabled = [kind for entry in logging if entry.get("enabled") for kind in entry.get("types", [])]
    return {
        **cluster,
        "resourcesVpcConfig": network,
        "enabledClusterLogTypes": enabled,
        **_addresses(cluster["certificateAuthority"]["data"], context.region),
    }


def endpoint_of(cluster: dict[str, Any], region: str) -> str:
    """The address of a cluster's API, of moto's answer to DescribeCluster."""
    return str(_addresses(cluster["certificateAuthority"]["data"], region)["endpoint"])


def _addresses(secret: str, region: str) -> dict[str, Any]:
    """Endpoint, issuer and authority in AWS's form; moto has one endpoint for all clusters."""
    unique = hashlib.sha256(secret.encode()).hexdigest()[:32].upper()
    lines = "\n".join(textwrap.wrap(secret, 64))
    certificate = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    return {
        "endpoint": f"https://{unique}.gr7.{region}.eks.amazonaws.com",
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{unique}"}]}],
        "certificateAuthority": {"data": base64.b64encode(certificate.encode()).decode()},
    }


def _other_network(context: Context) -> dict[str, Any]:
    """UpdateClusterConfig takes other subnets of the same network and "in the same set of AZs as originally
    provided" (EKS user guide, "View Amazon EKS networking requirements for VPC and subnets")."""
    before, after = (
        context.call("describe_subnets", service="ec2", SubnetIds=network["vpcConfig"]["subnetIds"])[
            "Subnets"
        ]
        for network in (context.old, context.inputs)
    )
    for member, name in (("VpcId", "VPC"), ("AvailabilityZone", "set of Availability Zones")):
        old, new = ({subnet[member] for subnet in subnets} for subnets in (before, after))
        if old != new:
            raise ProviderError(
                f"UpdateClusterConfig: InvalidParameterException: the subnets belong to the {name} "
                f"{', '.join(sorted(new))}, but the cluster was made in {', '.join(sorted(old))}"
            )
    return {"name": context.id}


def _configuration(*properties: str) -> Setting:
    """UpdateClusterConfig takes one kind of change at a time, and then all of that kind."""
    return Setting("update_cluster_config", properties, {"name": "{id}"}, at_creation=False)


def _deletion(context: Context) -> dict[str, Any]:
    # One that is gone already has no group; one that is protected keeps it.
    if context.call("describe_cluster", name=context.id)["cluster"].get("deletionProtection"):
        return {"name": context.id}
    groups = context.call(
        "describe_security_groups",
        service="ec2",
        Filters=[{"Name": "group-name", "Values": [_group_name(context.id)]}],
    )["SecurityGroups"]
    for group in groups:
        context.call("delete_security_group", service="ec2", GroupId=group["GroupId"])
    return {"name": context.id}


QUESTIONS = {"eks": "list_clusters"}
MAPPINGS = (
    ResourceMapping(
        token="aws:eks/cluster:Cluster",
        service="eks",
        create=Call("create_cluster", _new_cluster),
        made="cluster",
        id="{name}",
        import_id="{name}",
        read=Call("describe_cluster", {"name": "{id}"}),
        found=_cluster,
        settings=(
            Setting("update_cluster_config", ("vpcConfig",), _other_network, at_creation=False),
            _configuration("accessConfig"),
            _configuration("computeConfig", "kubernetesNetworkConfig", "storageConfig"),
            _configuration("deletionProtection"),
            _configuration("upgradePolicy"),
            _configuration("zonalShiftConfig"),
            Setting("update_cluster_version", ("version",), {"name": "{id}"}, at_creation=False),
            Setting(
                "update_cluster_config",
                ("enabledClusterLogTypes",),
                _changed_logging,
                takes=False,
                at_creation=False,
            ),
        ),
        delete=Call("delete_cluster", _deletion, takes=False),
        names={"vpcConfig": "resourcesVpcConfig", "clusterId": "id"},
        local=("defaultAddonsToRemoves",),
        # EKS tells neither; moto has no AssociateEncryptionConfig.
        not_returned=(
            "accessConfig.bootstrapClusterCreatorAdminPermissions",
            "bootstrapSelfManagedAddons",
            "encryptionConfig",
        ),
        autoname="name",
        tags=CLUSTER_TAGS,
    ),
)

_ARN = "arn:aws:eks:{region}:{account}"

RECORDED = (
    RecordedType(
        token="aws:eks/accessEntry:AccessEntry",
        id="{clusterName}:{principalArn}",
        why="moto has no CreateAccessEntry",
        model="eks.create_access_entry",
        outputs={
            "accessEntryArn": _ARN + ":access-entry/{clusterName}/{hash}",
            "createdAt": "2026-01-01T00:00:00Z",
            "modifiedAt": "2026-01-01T00:00:00Z",
            "userName": "{principalArn}",
        },
        defaults={"type": "STANDARD"},
    ),
    RecordedType(
        token="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        id="{clusterName}#{principalArn}#{policyArn}",
        why="moto has no AssociateAccessPolicy",
        model="eks.associate_access_policy",
        outputs={"associatedAt": "2026-01-01T00:00:00Z", "modifiedAt": "2026-01-01T00:00:00Z"},
    ),
    RecordedType(
        token="aws:eks/addon:Addon",
        id="{clusterName}:{addonName}",
        why="moto has no CreateAddon",
        model="eks.create_addon",
        names={"resolveConflictsOnCreate": "resolveConflicts"},
        outputs={
            "arn": _ARN + ":addon/{clusterName}/{addonName}/{hash}",
            "createdAt": "2026-01-01T00:00:00Z",
            "modifiedAt": "2026-01-01T00:00:00Z",
        },
    ),
    RecordedType(
        token="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        id="a-{hash}",
        why="moto has no CreatePodIdentityAssociation",
        model="eks.create_pod_identity_association",
        outputs={
            "associationArn": _ARN + ":podidentityassociation/{clusterName}/a-{hash}",
            "associationId": "a-{hash}",
        },
    ),
)

"""The Kubernetes cluster: EKS in Auto Mode, which brings nodes, storage and load balancing along."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, eks
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.configuration.add_ons import (
    ADD_ON_NAMESPACES,
    ADD_ON_VERSIONS,
    METRICS_SERVER,
    OBSERVABILITY,
    SECRETS_STORE,
)
from infra.configuration.addresses import SERVICE_ADDRESSES
from infra.configuration.platform_names import CLUSTER_ROLE, NODE_ROLE
from infra.configuration.pod_lifecycle import SECRETS_POLL_MINUTES
from infra.configuration.system import Access
from infra.foundations import ports, timeouts
from infra.foundations.busy import created_when_allowed
from infra.foundations.replacement import delete_before_replace
from infra.foundations.security_rules import grant_ingress
from infra.foundations.settling import settled_when_made
from infra.kubernetes.control_plane_logs import control_plane_logs
from infra.kubernetes.kubeconfig import kubeconfig

CONTROL_PLANE_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")

# Where Container Insights writes to: metrics as log events, and the logs of pods, nodes and kubelets.
OBSERVABILITY_LOGS = ("application", "dataplane", "host", "performance")

# Of Kubernetes; none that begins like EKS's and Kubernetes' own (EKS user guide, "Create access entries").
ON_CALL_GROUP = "on-call"
READ_ONLY_GROUP = "read-only"

# Auto Mode's own managed policies (EKS user guide, "cluster IAM role" and "node IAM role").
_CLUSTER_POLICIES = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
_NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


@dataclass(frozen=True)
class ClusterAccess:
    """What a role may do in the cluster.

    Args:
        role: of IAM, by name.
        policy: EKS's access policy.
        namespaces: that the policy is for; all of them without any.
        groups: of Kubernetes, to which Roles in the cluster give more.
    """

    role: str
    policy: str
    namespaces: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


# The chart's `manager.applicationSignals.autoMonitor` (aws-observability/helm-charts, on since 5.0.0): the
# operator would put a container for each of four languages, Java's without a security context, into every pod
# that a Service selects. Under "restricted" pod security none of these pods would start.
_NO_INJECTION = {"applicationSignals": {"autoMonitor": {"monitorAllServices": False}}}

# The settings of the add-ons that EKS keeps up. Auto Mode has networking, DNS, storage, load balancing and
# Pod Identity built in; these are what it lacks.
ADD_ONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # Brings secrets into pods, with the least to run: no controller, no custom resources of our own.
        SECRETS_STORE: {
            # The driver is on every node by itself, AWS's half is not: its chart tolerates no taint, and no
            # pod would start on the application's nodes (aws/secrets-store-csi-driver-provider-aws#267).
            "tolerations": [{"operator": "Exists"}],
            "secrets-store-csi-driver": {
                "syncSecret": {"enabled": True},
                "enableSecretRotation": True,
                "rotationPollInterval": f"{SECRETS_POLL_MINUTES}m",
            },
        },
        # Without it the autoscaler of pods sees no CPU.
        METRICS_SERVER: {},
        # Container Insights: the CPU and memory that the alarms watch, and the pods' logs.
        OBSERVABILITY: {"manager": _NO_INJECTION},
    }
)


@dataclass(frozen=True)
class ClusterArgs:
    """What a cluster is made of.

    Args:
        common: names, rules and keys of its place.
        version: of Kubernetes (`1.35`).
        api_access: networks that may reach the API from outside.
        private_subnet_ids: where nodes, pods and the API's private addresses are.
        endpoint_security_group_id: of the network's interface endpoints, to be opened for nodes and pods.
        access: the roles of CI and people.
        namespace: where on-call people may change things.
        cluster_key: encrypts Kubernetes' secrets.
        deletion_protection: EKS refuses to delete the cluster.
        logs_exist: the log group of the control plane is there already, and is taken over.
        waiting: for the day on which everything runs there: without add-ons, none of which runs without
            nodes, and EKS would call them degraded.
        settings: of add-ons, where the environment decides them.
    """

    common: CommonArgsWithKeys
    version: str
    api_access: Sequence[str]
    private_subnet_ids: Sequence[pulumi.Output[str]]
    endpoint_security_group_id: pulumi.Output[str] | None
    access: Access
    namespace: str
    cluster_key: pulumi.Output[str]
    deletion_protection: bool
    logs_exist: bool
    waiting: bool
    settings: Mapping[str, Mapping[str, Any]]


class Cluster(pulumi.ComponentResource):
    """An EKS cluster in Auto Mode with its roles, add-ons and access entries. Keeps K8S-1.

    `ready` is what a workload has to wait for before it can start.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    node_role: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    ready: list[pulumi.Resource]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:cluster:Cluster", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        self._granted: list[pulumi.Resource] = []
        node_role = self._node_role()
        self.node_role = node_role.name
        cluster = self._cluster(self._cluster_role(), node_role)
        self.name, self.arn, self.endpoint = cluster.name, cluster.arn, cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.apply(lambda each: each.data or "")
        # EKS's own group, which Auto Mode gives to every node and pod.
        self.security_group_id = cluster.vpc_config.apply(
            lambda config: config.cluster_security_group_id or ""
        )
        self.kubeconfig = kubeconfig(cluster, args.common.naming.region)
        if args.endpoint_security_group_id is not None:
            grant_ingress(
                "endpoints",
                "Nodes and pods call AWS APIs",
                group=args.endpoint_security_group_id,
                source=self.security_group_id,
                port=ports.HTTPS,
                parent=self,
            )
        self.ready = [*self._access_entries(), *(() if args.waiting else self._add_ons())]
        self.register_outputs({})

    def _role(
        self, name: str, physical: str, description: str, trust: iam.Statement, policies: Sequence[str]
    ) -> aws_iam.Role:
        role = aws_iam.Role(
            name,
            name=physical,
            description=description,
            assume_role_policy=iam.document(trust),
            opts=self._here,
        )
        for policy in policies:
            attachment = aws_iam.RolePolicyAttachment(
                f"{name}-{policy}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{policy}",
                opts=self._here,
            )
            self._granted.append(attachment)
        return role

    def _cluster_role(self) -> aws_iam.Role:
        # EKS says of no cluster for which it takes the role (user guide, "Amazon EKS Auto Mode cluster IAM
        # role"): a condition about one would keep it out.
        trust = iam.trust_service("eks.amazonaws.com", tag_session=True)
        physical = self._args.common.naming.role(CLUSTER_ROLE)
        role = self._role(
            "cluster", physical, "EKS runs the control plane and Auto Mode", trust, _CLUSTER_POLICIES
        )
        encryption = aws_iam.RolePolicy(
            "cluster",
            name="encrypt-secrets",
            role=role.name,
            policy=iam.document(iam.encrypt_cluster_secrets(self._args.cluster_key)),
            opts=self._here,
        )
        self._granted.append(encryption)
        return role

    def _node_role(self) -> aws_iam.Role:
        trust = iam.trust_service("ec2.amazonaws.com")
        physical = self._args.common.naming.role(NODE_ROLE)
        return self._role("node", physical, "Nodes join the cluster and pull images", trust, _NODE_POLICIES)

    def _cluster(self, cluster_role: aws_iam.Role, node_role: aws_iam.Role) -> eks.Cluster:
        args = self._args
        logs = control_plane_logs(args.common, self, exist=args.logs_exist, waiting=args.waiting)
        return eks.Cluster(
            "cluster",
            name=args.common.naming.prefix,
            version=args.version,
            role_arn=cluster_role.arn,
            # Who deploys has an access entry like everybody else, and no hidden rights as the creator.
            access_config=eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            bootstrap_self_managed_addons=False,
            compute_config=eks.ClusterComputeConfigArgs(
                enabled=True, node_pools=["general-purpose", "system"], node_role_arn=node_role.arn
            ),
            storage_config=eks.ClusterStorageConfigArgs(
                block_storage=eks.ClusterStorageConfigBlockStorageArgs(enabled=True)
            ),
            kubernetes_network_config=eks.ClusterKubernetesNetworkConfigArgs(
                elastic_load_balancing=eks.ClusterKubernetesNetworkConfigElasticLoadBalancingArgs(
                    enabled=True
                ),
                ip_family="ipv4",
                service_ipv4_cidr=str(SERVICE_ADDRESSES),
            ),
            vpc_config=eks.ClusterVpcConfigArgs(
                subnet_ids=args.private_subnet_ids,
                endpoint_private_access=True,
                endpoint_public_access=True,
                public_access_cidrs=list(args.api_access),
            ),
            encryption_config=eks.ClusterEncryptionConfigArgs(
                provider=eks.ClusterEncryptionConfigProviderArgs(key_arn=args.cluster_key),
                resources=["secrets"],
            ),
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            # Extended support costs six times as much; EKS then upgrades instead.
            upgrade_policy=eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            # AWS may lead traffic away from a zone that fails.
            zonal_shift_config=eks.ClusterZonalShiftConfigArgs(enabled=True),
            deletion_protection=args.deletion_protection,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[logs, *self._granted],
                custom_timeouts=timeouts.CLUSTER,
                hooks=created_when_allowed(f"cluster-{args.common.naming.region}"),
            ),
        )

    def _access_entries(self) -> list[pulumi.Resource]:
        access = self._args.access
        entries = {
            "deploy": ClusterAccess(access.deploy, "AmazonEKSClusterAdminPolicy"),
            # View leaves out Kubernetes' secrets, which Edit reads and writes, past the alarm on who reads
            # one (contract SEC-6). What people on call change is in a Role (on_call.py).
            "on-call": ClusterAccess(
                access.on_call, "AmazonEKSViewPolicy", (self._args.namespace,), (ON_CALL_GROUP,)
            ),
            # What View leaves out of what is declared here is in a ClusterRole (read_only.py).
            "read-only": ClusterAccess(access.read_only, "AmazonEKSViewPolicy", groups=(READ_ONLY_GROUP,)),
        }
        return [self._access_entry(name, entry) for name, entry in entries.items()]

    def _access_entry(self, name: str, access: ClusterAccess) -> pulumi.Resource:
        principal = self._args.common.naming.role_arn(access.role)
        entry = eks.AccessEntry(
            name,
            cluster_name=self.name,
            principal_arn=principal,
            type="STANDARD",
            kubernetes_groups=list(access.groups) or None,
            opts=self._here,
        )
        scope = eks.AccessPolicyAssociationAccessScopeArgs(type="cluster")
        if access.namespaces:
            scope = eks.AccessPolicyAssociationAccessScopeArgs(
                type="namespace", namespaces=list(access.namespaces)
            )
        return eks.AccessPolicyAssociation(
            name,
            cluster_name=self.name,
            principal_arn=principal,
            policy_arn=f"arn:aws:eks::aws:cluster-access-policy/{access.policy}",
            access_scope=scope,
            # The first requests may be refused still (gravitational/teleport#37958, cisco-open/forge#709).
            opts=pulumi.ResourceOptions.merge(
                delete_before_replace(self, depends_on=[entry]),
                pulumi.ResourceOptions(
                    hooks=settled_when_made(f"access-{name}-{self._args.common.naming.region}")
                ),
            ),
        )

    def _add_ons(self) -> list[pulumi.Resource]:
        agent, namespace = "cloudwatch-agent", ADD_ON_NAMESPACES[OBSERVABILITY]
        trust = iam.trust_pods(cluster=self.arn, namespace=namespace, service_account=agent)
        observer = self._role(
            "observability",
            self._args.common.naming.named("observability"),
            "The CloudWatch agent sends metrics and logs",
            trust,
            ("CloudWatchAgentServerPolicy",),
        )
        # Made before the agent: it would make them with no encryption and no end.
        logs = [
            cloudwatch.LogGroup(
                log,
                name=f"/aws/containerinsights/{self._args.common.naming.prefix}/{log}",
                retention_in_days=self._args.common.log_retention,
                kms_key_id=self._args.common.log_key,
                opts=self._here,
            )
            for log in OBSERVABILITY_LOGS
        ]
        identities = {
            OBSERVABILITY: [eks.AddonPodIdentityAssociationArgs(role_arn=observer.arn, service_account=agent)]
        }
        return [
            eks.Addon(
                name,
                cluster_name=self.name,
                addon_name=name,
                addon_version=ADD_ON_VERSIONS[name],
                configuration_values=json.dumps(settings) if settings else None,
                pod_identity_associations=identities.get(name),
                resolve_conflicts_on_create="OVERWRITE",
                resolve_conflicts_on_update="OVERWRITE",
                opts=pulumi.ResourceOptions(parent=self, depends_on=logs, custom_timeouts=timeouts.ADD_ON),
            )
            for name, own in ADD_ONS.items()
            for settings in [{**own, **self._args.settings.get(name, {})}]
        ]

"""The namespace in which the application is asked about a restored database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pulumi
from pulumi_aws import ec2, eks, vpc
from pulumi_kubernetes.batch.v1 import CronJob
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from functions.restore_test.settings import TEMPLATE
from infra.configuration.application_check import ApplicationCheck
from infra.foundations import ports
from infra.foundations.security_rules import grant_connection, grant_ingress
from infra.kubernetes import pods
from infra.kubernetes.node_pool import NodesArgs, declare_nodes
from infra.kubernetes.restored_job import NODES, ONLY, restored_job, restored_traffic
from infra.labels import labels
from infra.naming import Naming

# In the program: what it has is beside what services have under the same names.
_NAME = "restored-application"

# All that the function may do, in this namespace alone. Nothing in it is anybody else's, so that a pod of the
# function's own making has no secret and no identity that the function has not.
RULES = (
    {"api_groups": ["batch"], "resources": ["cronjobs"], "resource_names": [TEMPLATE], "verbs": ["get"]},
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": ["create", "delete", "get"]},
    {"api_groups": [""], "resources": ["secrets"], "verbs": ["create"]},
    {"api_groups": [""], "resources": ["pods"], "verbs": ["list"]},
    {"api_groups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"api_groups": [""], "resources": ["events"], "verbs": ["list"]},
)


@dataclass(frozen=True)
class RestoredApplicationArgs:
    """What is asked, and where.

    Args:
        check: whether a service is ready, a command, or both.
        namespace: of its own.
        pod: the service whose image and variables it has.
        database_certificates: of the authority that signs the database's certificate, as PEM.
        vpc_id: the network.
        network: its addresses, among which nodes answer questions for names.
        data: the addresses of databases in it.
        nodes: where its node is; the pods' security group is this component's own.
        restored_group_id: the security group of the restored database.
        cluster_name: the cluster.
        role: ARN of the function's role.
        ready: what has to be there first.
    """

    naming: Naming
    check: ApplicationCheck
    namespace: str
    pod: pods.PodArgs
    database_certificates: str
    vpc_id: pulumi.Input[str]
    network: str
    data: Sequence[str]
    nodes: NodesArgs
    restored_group_id: pulumi.Input[str]
    cluster_name: pulumi.Input[str]
    role: pulumi.Input[str]
    ready: pulumi.Resource


class RestoredApplication(pulumi.ComponentResource):
    """A namespace, a node that starts when it is needed, and a security group of their own. Keeps DR-4.

    All pods of a NodeClass have one security group, and the application's is let in by the database that
    serves. So this pod has a NodeClass to itself, whose group the restored database lets in alone.

    Produces its namespace.
    """

    namespace: Namespace
    namespace_name: str

    def __init__(
        self, name: str, args: RestoredApplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:recovery:RestoredApplication", name, None, opts)
        self._args = args
        group = self._security_group()
        nodes = replace(args.nodes, pod_security_group_id=group, ready=[*args.nodes.ready, args.ready])
        pool = declare_nodes(f"{_NAME}-", NODES, ONLY, nodes, self)
        self.namespace_name = args.namespace
        self.namespace = namespace = Namespace(
            _NAME,
            metadata={
                "name": args.namespace,
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.ready, pool]),
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        traffic = NetworkPolicy(
            _NAME,
            metadata={"name": TEMPLATE, "namespace": args.namespace},
            spec=restored_traffic(args.data),
            opts=inside,
        )
        certificates = ConfigMap(
            _NAME,
            metadata={"name": pods.CERTIFICATES, "namespace": args.namespace},
            data={pods.CERTIFICATES_FILE: args.database_certificates},
            opts=inside,
        )
        CronJob(
            _NAME,
            metadata={
                "name": TEMPLATE,
                "namespace": args.namespace,
                "labels": labels(args.naming.system, TEMPLATE),
            },
            spec=restored_job(args.pod, args.check),
            opts=pulumi.ResourceOptions.merge(
                inside, pulumi.ResourceOptions(depends_on=[traffic, certificates])
            ),
        )
        self._rights(inside)
        self.register_outputs({})

    def _security_group(self) -> pulumi.Output[str]:
        args, here = self._args, pulumi.ResourceOptions(parent=self)
        physical = args.naming.named(_NAME)
        group = ec2.SecurityGroup(
            _NAME,
            name=physical,
            description="Pods that ask a restored database as the application",
            vpc_id=args.vpc_id,
            tags={"Name": physical},
            opts=here,
        ).id
        for protocol in ("tcp", "udp"):
            vpc.SecurityGroupEgressRule(
                f"{_NAME}-names-{protocol}",
                description="Names are asked of the node",
                security_group_id=group,
                cidr_ipv4=args.network,
                ip_protocol=protocol,
                from_port=53,
                to_port=53,
                opts=here,
            )
        grant_connection(
            _NAME,
            leaving="restored",
            arriving="The application is asked about it",
            source=group,
            destination=args.restored_group_id,
            port=ports.POSTGRESQL,
            parent=self,
        )
        if args.check.readiness:
            # Other pods have the nodes' group as well: them the network policy keeps out.
            grant_ingress(
                f"{_NAME}-probes",
                "The node asks whether the service is ready",
                group=group,
                source=args.nodes.node_security_group_id,
                port=args.pod.service.port,
                parent=self,
            )
        return group

    def _rights(self, inside: pulumi.ResourceOptions) -> None:
        entry = eks.AccessEntry(
            _NAME,
            cluster_name=self._args.cluster_name,
            principal_arn=self._args.role,
            type="STANDARD",
            kubernetes_groups=[TEMPLATE],
            opts=pulumi.ResourceOptions(parent=self),
        )
        metadata = {"name": TEMPLATE, "namespace": self._args.namespace}
        role = Role(_NAME, metadata=metadata, rules=list(RULES), opts=inside)
        RoleBinding(
            _NAME,
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": TEMPLATE},
            subjects=[{"kind": "Group", "name": TEMPLATE, "api_group": "rbac.authorization.k8s.io"}],
            opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[role, entry])),
        )

"""The security group that the application's pods have, and no other pod of the cluster."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, vpc

from infra.foundations import ports
from infra.foundations.security_rules import grant_ingress
from infra.naming import Naming


@dataclass(frozen=True)
class PodGroupArgs:
    """What the pods are connected with.

    Args:
        vpc_id: the network.
        cluster_security_group_id: EKS's own, which nodes, the control plane and all other pods have; None
            where no cluster stands.
        endpoint_security_group_id: of the network's interface endpoints; None where there are none.
    """

    naming: Naming
    vpc_id: pulumi.Input[str]
    cluster_security_group_id: pulumi.Input[str] | None
    endpoint_security_group_id: pulumi.Input[str] | None


class PodGroup(pulumi.ComponentResource):
    """A security group for the pods of the application's nodes. Keeps NET-2.

    The database and Redis let this group in and not the cluster's, which every pod of every namespace has.
    What a single pod may connect to is in the network policies; this is what holds without them.
    """

    id: pulumi.Output[str]

    def __init__(self, name: str, args: PodGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:kubernetes:PodGroup", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        self.id = ec2.SecurityGroup(
            "pods",
            name=args.naming.named("pods"),
            description="Pods of the application",
            vpc_id=args.vpc_id,
            tags={"Name": args.naming.named("pods")},
            opts=here,
        ).id
        for rule, why, source in (
            # Probes, webhooks and what runs on every node come from there.
            ("pods-cluster", "Nodes and the control plane", args.cluster_security_group_id),
            ("pods-pods", "Services call each other", self.id),
        ):
            if source is None:
                continue
            vpc.SecurityGroupIngressRule(
                rule,
                description=why,
                security_group_id=self.id,
                referenced_security_group_id=source,
                ip_protocol="tcp",
                from_port=1,
                to_port=65535,
                opts=here,
            )
        vpc.SecurityGroupEgressRule(
            "pods-anywhere",
            description="Network policies say where",
            security_group_id=self.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="-1",
            opts=here,
        )
        reached = {"cluster": args.cluster_security_group_id, "endpoints": args.endpoint_security_group_id}
        for what, group in reached.items():
            if group is None:
                continue
            grant_ingress(
                f"{what}-pods",
                "Pods of the application connect",
                group=group,
                source=self.id,
                port=ports.HTTPS,
                parent=self,
            )
        self.register_outputs({})

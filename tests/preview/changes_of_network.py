"""Changes of the program's code: the network, the cluster and the edge."""

from __future__ import annotations

from tests.preview.case import GONE, Case
from tests.preview.edits import one

CASES: tuple[Case, ...] = (
    # The network.
    Case(
        "the database answers a network",
        named=("ACCESS security group database admits 10.0.0.0/8 on port 5432",),
        graph=(
            ("SecurityGroupIngressRule database", "referencedSecurityGroupId", GONE),
            ("SecurityGroupIngressRule database", "cidrIpv4", "10.0.0.0/8"),
        ),
    ),
    Case(
        "pods answer everybody",
        named=("ACCESS security group pods admits everybody on ports 1 to 65535",),
        graph=(
            ("SecurityGroupIngressRule pods-pods", "referencedSecurityGroupId", GONE),
            ("SecurityGroupIngressRule pods-pods", "cidrIpv4", "0.0.0.0/0"),
        ),
    ),
    one("a rule is described better", "SecurityGroupIngressRule pods-pods", "description", "Pods call pods"),
    one(
        "connections are not recorded",
        "FlowLog flow-logs",
        "!gone",
        None,
        "WEAKER flow log flow-logs is deleted: the network's connections are not recorded any more",
    ),
    one(
        "a network policy is removed",
        "NetworkPolicy reloader",
        "!gone",
        None,
        "ACCESS network policy reloader is deleted: nothing limits the connections of its pods any more",
    ),
    one(
        "a network policy admits more",
        "NetworkPolicy reloader",
        "spec.egress",
        [{}],
        "ACCESS network policy reloader reaches everybody on all ports",
    ),
    one(
        "a subnet has another network",
        "Subnet data-1",
        "cidrBlock",
        "10.24.200.0/24",
        "OUTAGE subnet data-1 is replaced: meanwhile what stands in it has to move; Pulumi refuses: it is protected",
    ),
    # The cluster.
    one(
        "the cluster is renamed",
        "Cluster cluster",
        "name",
        "other",
        "OUTAGE EKS cluster is replaced: meanwhile no pod runs",
    ),
    one(
        "the cluster logs nothing",
        "Cluster cluster",
        "enabledClusterLogTypes",
        [],
        "WEAKER EKS cluster does not log all that it logged",
    ),
    one(
        "on-call administers the cluster",
        "AccessPolicyAssociation on-call",
        "policyArn",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        "ACCESS role groundwork-on-call gets AmazonEKSClusterAdminPolicy in triangle",
    ),
    one(
        "pods may be root",
        "Deployment worker",
        "spec.template.spec.containers.0.securityContext.runAsNonRoot",
        False,
        "WEAKER Deployment worker may run as root",
    ),
    one(
        "pods are not asked whether they are ready",
        "Deployment api",
        "spec.template.spec.containers.0.readinessProbe",
        GONE,
        "WEAKER Deployment api gets requests before it is ready: it is not asked any more",
    ),
    one(
        "a Deployment is renamed",
        "Deployment api",
        "metadata.name",
        "other",
        "OUTAGE Deployment api is replaced: meanwhile none of its pods runs",
    ),
    one(
        "pods wait longer before they end",
        "Deployment api",
        "spec.template.spec.terminationGracePeriodSeconds",
        90,
    ),
    one(
        "Reloader may delete pods",
        "Role reloader",
        "rules.0.verbs",
        ["*"],
        "ACCESS role reloader may * secrets in the cluster",
    ),
    one(
        "pods may all go at once",
        "PodDisruptionBudget api",
        "!gone",
        None,
        "WEAKER pod disruption budget api is deleted: all its pods may go at once",
    ),
    # The edge.
    one(
        "the load balancer may be deleted",
        "LoadBalancer load-balancer",
        "enableDeletionProtection",
        False,
        "WEAKER load balancer can be deleted: its deletion protection is switched off",
    ),
    one("the load balancer waits longer", "LoadBalancer load-balancer", "idleTimeout", 120),
    one(
        "the load balancer is renamed",
        "LoadBalancer load-balancer",
        "name",
        "other",
        "OUTAGE load balancer is replaced: meanwhile no request reaches a pod; Pulumi refuses: it is protected",
        "OUTAGE listener https is replaced: meanwhile the load balancer answers nobody",
    ),
    one(
        "older TLS",
        "Listener https",
        "sslPolicy",
        "ELBSecurityPolicy-2016-08",
        "WEAKER listener https takes TLS by ELBSecurityPolicy-2016-08, instead of ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    ),
    one(
        "no firewall in front of a site",
        "Distribution api",
        "webAclId",
        GONE,
        "WEAKER CDN api has no firewall in front any more",
    ),
    one(
        "a site takes HTTP",
        "Distribution api",
        "defaultCacheBehavior.viewerProtocolPolicy",
        "allow-all",
        "WEAKER CDN api answers over HTTP, without TLS",
    ),
    one("a site is compressed", "Distribution api", "defaultCacheBehavior.compress", False),
    one(
        "the firewall counts",
        "WebAcl firewall",
        "rules.1.overrideAction",
        {"count": {}},
        "WEAKER web ACL firewall only counts what AWSManagedRulesAmazonIpReputationList kept out",
    ),
    one(
        "more requests of an address",
        "WebAcl firewall",
        "rules.0.statement.rateBasedStatement.limit",
        5000,
        "WEAKER web ACL firewall lets 5000 requests of an address through, instead of 2000",
    ),
    one(
        "fewer requests of an address", "WebAcl firewall", "rules.0.statement.rateBasedStatement.limit", 1000
    ),
)

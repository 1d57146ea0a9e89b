"""Changes of the program's code: what pods have of their node and of others, and how many nodes there are."""

from __future__ import annotations

from typing import Any

from tests.preview.case import GONE, Case
from tests.preview.edits import one

API = "Deployment api"
POD = "spec.template.spec"
CONTAINER = f"{POD}.containers.0"
NODES = "NodePool node-pool"
SECRET = {"name": "stolen", "secret": {"secretName": "worker"}}
VARIABLE = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "worker", "key": "STRIPE_SECRET_KEY"}}}
_ENFORCE = "pod-security.kubernetes.io/enforce"


def level(name: str) -> dict[str, str]:
    """The labels of the namespace with another level of Kubernetes' Pod Security Standards."""
    return {"eks.amazonaws.com/pod-readiness-gate-inject": "enabled", _ENFORCE: name}


def pod(name: str, path: str, value: Any, *named: str) -> Case:
    """Something of the api's pods is another."""
    return one(name, API, path, value, *named)


CASES: tuple[Case, ...] = (
    # Of the node, and of others.
    pod(
        "a pod on its node's network",
        f"{POD}.hostNetwork",
        True,
        "ACCESS Deployment api has the network of its node",
    ),
    pod(
        "a pod sees processes", f"{POD}.hostPID", True, "ACCESS Deployment api sees the processes of its node"
    ),
    pod(
        "a pod with its node's files",
        f"{POD}.volumes.0",
        {"name": "tmp", "hostPath": {"path": "/"}},
        "ACCESS Deployment api has files of its node: /",
    ),
    pod(
        "a Secret of another service as files",
        f"{POD}.volumes.3",
        SECRET,
        "ACCESS Deployment api is given the Secret worker",
    ),
    pod(
        "a Secret of another service as a variable",
        f"{CONTAINER}.env.60",
        VARIABLE,
        "ACCESS Deployment api is given the Secret worker",
    ),
    pod("a larger folder for passing files", f"{POD}.volumes.0.emptyDir.sizeLimit", "2048Mi"),
    pod(
        "a pod works as another service",
        f"{POD}.serviceAccountName",
        "worker",
        "ACCESS Deployment api works as worker, instead of api: with its role in AWS and its rights in the cluster",
    ),
    pod(
        "a pod with a token",
        f"{POD}.automountServiceAccountToken",
        True,
        "ACCESS Deployment api gets a token of the cluster's API",
    ),
    one(
        "pods of a service get another role",
        "PodIdentityAssociation api",
        "roleArn",
        "arn:aws:iam::230000000003:role/groundwork-deploy",
        "ACCESS pod identity association api gives pods of api the role groundwork-deploy, instead of *",
    ),
    one(
        "a service past the CDN",
        "Service api",
        "spec.type",
        "LoadBalancer",
        "ACCESS service api is reached from outside of the cluster (LoadBalancer), past the CDN and its firewall",
    ),
    # What keeps pods in.
    one(
        "any pod is admitted",
        "Namespace triangle",
        "metadata.labels",
        level("privileged"),
        "WEAKER namespace triangle admits pods of the level privileged, instead of restricted",
    ),
    pod(
        "a pod may become root by itself",
        f"{CONTAINER}.securityContext.allowPrivilegeEscalation",
        GONE,
        "WEAKER Deployment api may get more rights than it was started with",
    ),
    pod(
        "a pod with a capability",
        f"{CONTAINER}.securityContext.capabilities.add",
        ["NET_ADMIN"],
        "WEAKER Deployment api has NET_ADMIN on its node",
    ),
    pod(
        "a pod keeps its capabilities",
        f"{CONTAINER}.securityContext.capabilities.drop",
        GONE,
        "WEAKER Deployment api keeps capabilities of the kernel that it gave away",
    ),
    pod(
        "a pod may call all of the kernel",
        f"{POD}.securityContext.seccompProfile.type",
        "Unconfined",
        "WEAKER Deployment api may make every call of the kernel",
    ),
    pod(
        "a pod without a limit",
        f"{CONTAINER}.resources.limits",
        GONE,
        "WEAKER Deployment api may take all memory of its node",
    ),
    pod("a pod asks for less at first", f"{CONTAINER}.resources.requests.cpu", "500m"),
    # Releases.
    pod(
        "a pod less during a release",
        "spec.strategy.rollingUpdate.maxUnavailable",
        1,
        "WEAKER Deployment api lacks 1 pods while it is released, instead of 0",
    ),
    pod(
        "all pods at once",
        "spec.strategy",
        {"type": "Recreate"},
        "WEAKER Deployment api has no pod while it is released",
    ),
    pod(
        "a bad release is seen later",
        "spec.progressDeadlineSeconds",
        3600,
        "WEAKER Deployment api fails a release that does not start after 3600 s, instead of 600",
    ),
    pod("a bad release is seen earlier", "spec.progressDeadlineSeconds", 300),
    one(
        "a job is held",
        "CronJob remove-expired-uploads",
        "spec.suspend",
        True,
        "WEAKER cron job remove-expired-uploads does not run any more",
    ),
    # Nodes.
    one(
        "nodes that AWS may take",
        NODES,
        "spec.template.spec.requirements.0.values",
        ["spot"],
        "WEAKER node pool has nodes that AWS takes away within two minutes (spot)",
    ),
    one(
        "all nodes at once",
        NODES,
        "spec.disruption.budgets.0.nodes",
        "100%",
        "WEAKER node pool lets 100% of its nodes be exchanged at once",
    ),
    one("fewer nodes at once", NODES, "spec.disruption.budgets.0.nodes", "5%"),
    one(
        "nodes for good",
        NODES,
        "spec.template.spec.expireAfter",
        "Never",
        "WEAKER node pool does not renew its nodes any more",
    ),
    one("older nodes", NODES, "spec.template.spec.expireAfter", "500h"),
    one("a quota of nodes", NODES, "spec.limits", {"cpu": "4"}, "WEAKER node pool has 4 cpu at most"),
    one(
        "machines of one family more", NODES, "spec.template.spec.requirements.1.values", ["c", "m", "r", "t"]
    ),
    one(
        "an add-on is removed",
        "Addon metrics-server",
        "!gone",
        None,
        "OUTAGE add-on metrics-server is removed: what it does for the cluster is not done",
    ),
)

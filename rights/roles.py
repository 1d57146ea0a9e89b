"""Roles: who takes each, what AWS says about it then, and what AWS's services call with those they take.

The table is the only place that says what a service tells of itself when it takes a role: a condition about
anything else would keep it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from infra.configuration.add_ons import ADD_ON_NAMESPACES
from rights.calls import BUCKET, FUNCTION, ROLE, Call, about_a_key, key_of
from rights.conditions import listed
from rights.evaluation import Principal
from rights.graph import Declared, Graph

Keys = Mapping[str, str]


@dataclass(frozen=True)
class Taker:
    """A service that takes roles.

    Args:
        says: what AWS says about the request.
        why: the page that shows it.
        tags: its sessions have tags.
    """

    says: Callable[[Graph, Declared], Keys]
    why: str
    tags: bool = False


def _nothing(_: Graph, __: Declared) -> Keys:
    return {}


def _schedule(graph: Graph, role: Declared) -> Keys:
    for each in graph.of("aws:scheduler/schedule:Schedule"):
        if each.inputs["target"]["roleArn"] == role.arn:
            group = graph.built_arn("scheduler", "schedule-group/default", each)
            return {"aws:SourceAccount": graph.account, "aws:SourceArn": group}
    return {}


def _flow_log(graph: Graph, role: Declared) -> Keys:
    source = graph.built_arn("ec2", "vpc-flow-log/fl-1", role)
    for each in graph.of("aws:ec2/flowLog:FlowLog"):
        if each.inputs["iamRoleArn"] == role.arn:
            source = graph.built_arn("ec2", "vpc-flow-log/fl-1", each)
    return {"aws:SourceAccount": graph.account, "aws:SourceArn": source}


def _instance(graph: Graph, role: Declared) -> Keys:
    for each in graph.of("aws:rds/instance:Instance"):
        if each.inputs.get("monitoringRoleArn") == role.arn:
            source = graph.built_arn("rds", f"db:{each.inputs['identifier']}", each)
            return {"aws:SourceAccount": graph.account, "aws:SourceArn": source}
    return {}


def _pods(graph: Graph, role: Declared) -> Keys:
    cluster = graph.of("aws:eks/cluster:Cluster")[0]
    for each in graph.of("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        if each.inputs["roleArn"] == role.arn:
            return _session_tags(cluster, each.inputs["namespace"], each.inputs["serviceAccount"])
    for each in graph.of("aws:eks/addon:Addon"):
        for identity in each.inputs.get("podIdentityAssociations") or ():
            if identity["roleArn"] == role.arn:
                return _session_tags(cluster, ADD_ON_NAMESPACES[each.name], identity["serviceAccount"])
    return {}


def _session_tags(cluster: Declared, namespace: str, account: str) -> Keys:
    return {
        "aws:RequestTag/eks-cluster-arn": cluster.arn,
        "aws:RequestTag/eks-cluster-name": str(cluster.inputs["name"]),
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": account,
    }


TAKERS: Mapping[str, Taker] = MappingProxyType(
    {
        "backup.amazonaws.com": Taker(_nothing, 'AWS Backup developer guide, "IAM service roles"'),
        "cloudtrail.amazonaws.com": Taker(
            _nothing, 'CloudTrail user guide, "Sending events to CloudWatch Logs": creating a role'
        ),
        "ec2.amazonaws.com": Taker(_nothing, 'EKS user guide, "Amazon EKS Auto Mode node IAM role"'),
        "eks.amazonaws.com": Taker(
            _nothing, 'EKS user guide, "Amazon EKS Auto Mode cluster IAM role"', tags=True
        ),
        "lambda.amazonaws.com": Taker(
            _nothing, 'Lambda developer guide, "Defining Lambda function permissions with an execution role"'
        ),
        "monitoring.rds.amazonaws.com": Taker(
            _instance, 'RDS user guide, "Setting up and enabling Enhanced Monitoring": confused deputy'
        ),
        "pods.eks.amazonaws.com": Taker(
            _pods, 'EKS user guide, "Grant Pods access to AWS resources based on tags"', tags=True
        ),
        "s3.amazonaws.com": Taker(_nothing, 'S3 user guide, "Setting up permissions for live replication"'),
        "scheduler.amazonaws.com": Taker(
            _schedule, 'EventBridge Scheduler user guide, "Confused deputy prevention"'
        ),
        "vpc-flow-logs.amazonaws.com": Taker(
            _flow_log, 'VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs"'
        ),
    }
)


def calls_about_roles(graph: Graph) -> Iterator[Call]:
    """Every role is taken by whom it trusts, and used by the services that take it."""
    for role in graph.of(ROLE):
        yield from _taking(graph, role)
    yield from _work(graph)


def _taking(graph: Graph, role: Declared) -> Iterator[Call]:
    trust = graph.resource_policies[graph.principal(role).name]
    for statement in trust.statements:
        if federated := (statement.get("Principal") or {}).get("Federated"):
            yield from _with_token(graph, role, federated, statement["Condition"]["StringEquals"])
        for service in listed((statement.get("Principal") or {}).get("Service", [])):
            assert service in TAKERS, (
                f"role {role.name}: write down in {__name__} what {service} says of itself"
            )
            taker = TAKERS[service]
            for action in ("sts:AssumeRole", "sts:TagSession") if taker.tags else ("sts:AssumeRole",):
                arn, keys = graph.principal(role).name, taker.says(graph, role)
                yield Call(f"{service}", graph.service(service), action, arn, keys, why=taker.why)


def _with_token(graph: Graph, role: Declared, provider: str, signed: Keys) -> Iterator[Call]:
    """GitHub's runners come with a token. Which repository it names is configuration that a graph does not
    have: the tests of that configuration hold it against GitHub's documentation."""
    why = 'GitHub, "OpenID Connect reference": the claims aud and sub'
    (issuer,) = {name.rpartition(":")[0] for name in signed}
    for subject in listed(signed[f"{issuer}:sub"]):
        keys = {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}
        principal = Principal("Federated", provider, graph.account)
        arn = graph.principal(role).name
        yield Call("GitHub's runners", principal, "sts:AssumeRoleWithWebIdentity", arn, keys, why=why)


def _work(graph: Graph) -> Iterator[Call]:
    for each in graph.of("aws:scheduler/schedule:Schedule"):
        target = each.inputs["target"]
        yield _as(
            graph,
            target["roleArn"],
            f"schedule {each.name}",
            "lambda:InvokeFunction",
            graph.named(FUNCTION, target["arn"]).arn,
            'EventBridge Scheduler user guide, "Using templated targets": Lambda',
        )
    for each in graph.of("aws:ec2/flowLog:FlowLog"):
        why = 'VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs"'
        group, actor = each.inputs["logDestination"], f"flow log {each.name}"
        # It looks through all groups, and through the streams of its own one.
        every = graph.built_arn("logs", "log-group::log-stream:", each)
        yield _as(graph, each.inputs["iamRoleArn"], actor, "logs:DescribeLogGroups", every, why)
        for action in ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"):
            yield _as(graph, each.inputs["iamRoleArn"], actor, action, f"{group}:log-stream:eni-1", why)
    for each in graph.of("aws:cloudtrail/trail:Trail"):
        group = str(each.inputs["cloudWatchLogsGroupArn"]).removesuffix(":*")
        why = 'CloudTrail user guide, "Role policy document for CloudTrail to use CloudWatch Logs"'
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            role = each.inputs["cloudWatchLogsRoleArn"]
            yield _as(graph, role, "the trail", action, f"{group}:log-stream:1_CloudTrail", why)
    for each in graph.of("aws:eks/cluster:Cluster"):
        key = each.inputs["encryptionConfig"]["provider"]["keyArn"]
        why = 'EKS user guide, "Encrypt Kubernetes secrets with KMS": the cluster role'
        for action in ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"):
            yield _as(graph, each.inputs["roleArn"], "the cluster", action, key, why)
    yield from _replication(graph)


def _replication(graph: Graph) -> Iterator[Call]:
    why = 'S3 user guide, "Setting up permissions for live replication"'
    for each in graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        source = graph.named(BUCKET, each.inputs["bucket"])
        role, actor = each.inputs["role"], f"replication of {source.name}"
        for action in ("s3:GetReplicationConfiguration", "s3:ListBucket"):
            yield _as(graph, role, actor, action, source.arn, why)
        # Of locked objects their locks (S3 user guide, "Using S3 Object Lock with S3 Replication").
        locks = ("s3:GetObjectLegalHold", "s3:GetObjectRetention")
        for action in (
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionTagging",
            *(locks if source.inputs.get("objectLockEnabled") else ()),
        ):
            yield _as(graph, role, actor, action, f"{source.arn}/a.json", why)
        for rule in each.inputs["rules"]:
            copy = _copy(graph, rule)
            deletions = (rule.get("deleteMarkerReplication") or {}).get("status") == "Enabled"
            for action in ("s3:ReplicateObject", "s3:ReplicateTags", *(["s3:ReplicateDelete"] * deletions)):
                yield _as(graph, role, actor, action, f"{copy.arn}/a.json", why)
            encryption = rule["destination"].get("encryptionConfiguration") or {}
            if there := encryption.get("replicaKmsKeyId"):
                yield from _encrypted_replication(graph, role, actor, source, (copy, there))


def _copy(graph: Graph, rule: Mapping[str, Any]) -> Declared:
    """The bucket that a rule copies to: of this account, or of the backup account."""
    name = rule["destination"]["bucket"].removeprefix("arn:aws:s3:::")
    where = graph.outside if rule["destination"].get("account") else graph
    assert where is not None, f"{name}: the graph of the backup account is not given"
    return where.named(BUCKET, name)


def _encrypted_replication(
    graph: Graph, role: str, actor: str, source: Declared, copy: tuple[Declared, str]
) -> Iterator[Call]:
    why = 'S3 user guide, "Replicating encrypted objects": permissions, with S3 Bucket Keys'
    # What has come with a key of its own is read with that.
    own = [
        each.inputs["kmsKeyId"]
        for each in graph.of("aws:cloudtrail/trail:Trail")
        if graph.named(BUCKET, each.inputs["s3BucketName"]).name == source.name
    ]
    used: list[tuple[Declared, str | None, tuple[str, ...]]]
    used = [(source, key, ("kms:Decrypt",)) for key in (key_of(graph, source), *own)]
    # Under a bucket's own key, which S3 makes and reads.
    used.append((*copy, ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")))
    for bucket, key, actions in used:
        for action in actions:
            if key is not None:
                call = _as(graph, role, actor, action, key, why)
                through = {"kms:ViaService": f"s3.{bucket.region}.amazonaws.com"}
                yield about_a_key(graph, replace(call, keys=through))


def _as(graph: Graph, role: str, actor: str, action: str, resource: str, why: str) -> Call:
    principal = graph.principal(graph.named(ROLE, role))
    return Call(actor, principal, action, resource, why=why)

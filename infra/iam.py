"""Statements of IAM, one small function for each thing that is allowed, and documents made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra.naming import Naming

Statement = dict[str, Any]
Arn = pulumi.Input[str]


def document(*statements: Statement) -> pulumi.Input[str]:
    """A policy document as AWS takes it; a preview shows it in full when all of its ARNs are known."""
    content = {"Version": "2012-10-17", "Statement": list(statements)}
    try:
        return json.dumps(content)
    except TypeError:  # an ARN that AWS gives out
        return pulumi.Output.json_dumps(content)


def _objects(bucket: Arn) -> Arn:
    return f"{bucket}/*" if isinstance(bucket, str) else pulumi.Output.concat(bucket, "/*")


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[Arn] | None = None,
    *,
    principal: Mapping[str, Any] | None = None,
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    """A statement that allows actions; in a trust policy without resources."""
    return _statement("Allow", sid, actions, resources, principal, condition)


def deny(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[Arn],
    *,
    principal: Mapping[str, Any],
    condition: Mapping[str, Any],
) -> Statement:
    """A statement that refuses actions whoever else allows them."""
    return _statement("Deny", sid, actions, resources, principal, condition)


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[Arn] | None,
    principal: Mapping[str, Any] | None,
    condition: Mapping[str, Any] | None,
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": effect, "Action": list(actions)}
    if principal is not None:
        statement["Principal"] = principal
    if resources is not None:
        # One alone stands by itself, as AWS writes documents back.
        statement["Resource"] = resources[0] if len(resources) == 1 else list(resources)
    if condition is not None:
        statement["Condition"] = dict(condition)
    return statement


def trust_service(
    service: str, *, account: str | None = None, source: Arn | None = None, tag_session: bool = False
) -> Statement:
    """An AWS service may take the role.

    Args:
        service: `rds.amazonaws.com` and the like.
        account: the account that the service has to act for (no confused deputy), where it says so.
        source: narrower still, the ARN of the resource that it acts for.
        tag_session: EKS tags its sessions.
    """
    actions = ["sts:AssumeRole", "sts:TagSession"] if tag_session else ["sts:AssumeRole"]
    condition: dict[str, Any] = {}
    if account is not None:
        condition["StringEquals"] = {"aws:SourceAccount": account}
    if source is not None:
        condition["ArnLike"] = {"aws:SourceArn": source}
    return allow("TrustService", actions, principal={"Service": service}, condition=condition or None)


def trust_pods(*, cluster: Arn, namespace: str, service_account: str) -> Statement:
    """Pods of one service account in one cluster may take the role, through EKS Pod Identity.

    EKS tags each session with where the pod is (EKS user guide, "session tags").
    """
    return allow(
        "TrustPods",
        ["sts:AssumeRole", "sts:TagSession"],
        principal={"Service": "pods.eks.amazonaws.com"},
        condition={
            "StringEquals": {
                "aws:RequestTag/eks-cluster-arn": cluster,
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": service_account,
            }
        },
    )


def trust_github(provider: Arn, *, repository: str, environment: str) -> Statement:
    """Runners of GitHub that work for one environment of one repository may take the role.

    What GitHub signs in `sub` (its documentation, "OpenID Connect reference"). The environment's own rules
    decide which branches get there.
    """
    issuer = "token.actions.githubusercontent.com"
    return allow(
        "TrustGitHub",
        ["sts:AssumeRoleWithWebIdentity"],
        principal={"Federated": provider},
        condition={
            "StringEquals": {
                f"{issuer}:aud": "sts.amazonaws.com",
                f"{issuer}:sub": f"repo:{repository}:environment:{environment}",
            }
        },
    )


def take_roles(roles: Sequence[str]) -> Statement:
    """Take other roles; nothing else."""
    return allow("TakeRoles", ["sts:AssumeRole", "sts:TagSession"], roles)


def administer_key(root_arn: str) -> Statement:
    """IAM policies of the account decide about a key. Without it nobody could ever change the key.

    In a key's policy `*` means that key.
    """
    return allow("AccountPoliciesDecide", ["kms:*"], ["*"], principal={"AWS": root_arn})


def service_uses_key(service: str, condition: Mapping[str, Any], *, sid: str = "ServiceUses") -> Statement:
    """A service encrypts with a key; for a key's policy, where `*` means that key."""
    return allow(
        sid,
        ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        ["*"],
        principal={"Service": service},
        condition=condition or None,
    )


def logs_use_key(naming: Naming, region: str) -> Statement:
    """CloudWatch Logs encrypts the account's log groups of a region with a key; for a key's policy."""
    return service_uses_key(
        f"logs.{region}.amazonaws.com",
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": naming.arn("logs", "log-group:*", region)}},
    )


def alarms_use_key(naming: Naming, region: str) -> Statement:
    """CloudWatch's alarms of a region encrypt what they publish with a key; for a key's policy."""
    return service_uses_key(
        "cloudwatch.amazonaws.com",
        {
            "StringEquals": {"aws:SourceAccount": naming.account},
            "ArnLike": {"aws:SourceArn": naming.arn("cloudwatch", "alarm:*", region)},
        },
    )


def use_key(keys: Sequence[Arn], *, via: str | None = None, sid: str = "UseKey") -> Statement:
    """Encrypt and decrypt with keys, only through one service when `via` names it."""
    return allow(
        sid,
        ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        keys,
        condition={"StringEquals": {"kms:ViaService": via}} if via else None,
    )


def encrypt_cluster_secrets(key: Arn) -> Statement:
    """What EKS's control plane needs of the key for Kubernetes' secrets."""
    return allow("EncryptSecrets", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"], [key])


def read_secrets(secrets: Sequence[Arn]) -> Statement:
    """Read the values of the named secrets."""
    return allow("ReadSecrets", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], secrets)


def describe_secrets(secrets: Sequence[Arn]) -> Statement:
    """See when the named secrets were changed; not their values."""
    return allow("DescribeSecrets", ["secretsmanager:DescribeSecret"], secrets)


def rotate_secrets(secrets: Sequence[Arn]) -> Statement:
    """Make a new value for the named secrets and have it take the old one's place."""
    return allow(
        "RotateSecrets",
        [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
        secrets,
    )


def change_redis_users(users: Sequence[Arn]) -> Statement:
    """Give users of Redis other passwords, and see whether they have them yet."""
    return allow("ChangeRedisUsers", ["elasticache:DescribeUsers", "elasticache:ModifyUser"], users)


def work_with_objects(buckets: Sequence[Arn]) -> Statement:
    """Read, write and remove objects. Removing leaves the old version, which only lifecycle rules end."""
    return allow(
        "WorkWithObjects",
        ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        [_objects(bucket) for bucket in buckets],
    )


def add_objects(bucket: Arn, folder: str) -> Statement:
    """Write into one folder of a bucket."""
    return allow(
        "AddObjects",
        ["s3:PutObject"],
        [f"{bucket}/{folder}*" if isinstance(bucket, str) else pulumi.Output.concat(bucket, f"/{folder}*")],
    )


def encrypt_copies(key: Arn) -> Statement:
    """Encrypt with a key and see that it can be read again."""
    return allow("EncryptCopies", ["kms:Decrypt", "kms:Encrypt"], [key])


def list_buckets(buckets: Sequence[Arn]) -> Statement:
    """List what is in the buckets."""
    return allow("ListBuckets", ["s3:ListBucket"], buckets)


def write_log_streams(group: Arn) -> Statement:
    """Write into one log group."""
    return allow(
        "WriteLogs",
        ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [pulumi.Output.concat(group, ":*")],
    )


def find_log_groups(naming: Naming) -> Statement:
    """See which log groups there are, which no narrower right allows; not what is in them."""
    return allow("FindLogGroups", ["logs:DescribeLogGroups"], [naming.arn("logs", "log-group:*")])


def replicate_from(bucket: Arn) -> list[Statement]:
    """S3 reads the versions of a bucket to copy them."""
    return [
        allow("ReadSource", ["s3:GetReplicationConfiguration", "s3:ListBucket"], [bucket]),
        allow(
            "ReadVersions",
            [
                "s3:GetObjectLegalHold",
                "s3:GetObjectRetention",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            [_objects(bucket)],
        ),
    ]


def encrypt_replicas(key: Arn, region: str) -> Statement:
    """S3 encrypts the copies (S3 user guide, "Replicating encrypted objects"): with kms:Encrypt, which nobody
    else needs, and under a bucket's own key, which it makes and reads."""
    return allow(
        "WriteKey",
        ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        [key],
        condition={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
    )


def replicate_to(bucket: Arn) -> Statement:
    """S3 writes the copies. Deletions are not copied."""
    return allow(
        "WriteCopies",
        ["s3:ReplicateObject", "s3:ReplicateTags"],
        [_objects(bucket)],
    )


def refuse_plaintext_transport(bucket: Arn) -> Statement:
    """A bucket answers over TLS only."""
    return deny(
        "TlsOnly",
        ["s3:*"],
        [bucket, _objects(bucket)],
        principal={"AWS": "*"},
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def deliver_access_logs(bucket: Arn, sources: Sequence[Arn], account: str) -> Statement:
    """S3 delivers the access logs of the named buckets."""
    return allow(
        "DeliverAccessLogs",
        ["s3:PutObject"],
        [_objects(bucket)],
        principal={"Service": "logging.s3.amazonaws.com"},
        condition={
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": list(sources)},
        },
    )


def deliver_load_balancer_logs(bucket: str, prefix: str, account: str) -> Statement:
    """Load balancers deliver their access logs, of this account alone (ELB user guide, "access logs")."""
    return allow(
        "DeliverLoadBalancerLogs",
        ["s3:PutObject"],
        [f"{bucket}/{prefix}/AWSLogs/{account}/*"],
        principal={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    )


def deliver_edge_logs(bucket: str, prefix: str, account: str, region: str) -> Statement:
    """CloudWatch Logs delivers the access logs of distributions."""
    return allow(
        "DeliverEdgeLogs",
        ["s3:PutObject"],
        [f"{bucket}/{prefix}/*"],
        principal={"Service": "delivery.logs.amazonaws.com"},
        condition={
            "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:delivery-source:*"},
        },
    )


def read_by_distribution(bucket: str, distribution: Arn) -> Statement:
    """One distribution reads a bucket's objects."""
    return allow(
        "ReadByDistribution",
        ["s3:GetObject"],
        [_objects(bucket)],
        principal={"Service": "cloudfront.amazonaws.com"},
        condition={"StringEquals": {"aws:SourceArn": distribution}},
    )


def only_readers(readers: Sequence[str]) -> Statement:
    """Nobody but the readers gets a secret's value, whatever their own policies say.

    In a secret's policy `*` means that secret. Its ARN would mean it in one region alone, and Secrets Manager
    gives the same policy to the copies in others (user guide, "Replicate secrets across Regions").
    """
    return deny(
        "OnlyItsReaders",
        ["secretsmanager:GetSecretValue"],
        ["*"],
        principal={"AWS": "*"},
        condition={"ArnNotLike": {"aws:PrincipalArn": list(readers)}},
    )


def publish_alarms(topic: Arn, *, account: str, alarms: str) -> Statement:
    """CloudWatch's alarms of this account publish to a topic."""
    return allow(
        "PublishAlarms",
        ["sns:Publish"],
        [topic],
        principal={"Service": "cloudwatch.amazonaws.com"},
        condition={"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": alarms}},
    )


def invoke_function(function: Arn) -> Statement:
    """Call one function."""
    return allow("Call", ["lambda:InvokeFunction"], [function])


def publish_encrypted(topic: Arn, key: Arn, region: str, *, sid: str = "Publish") -> list[Statement]:
    """Publish to a topic whose messages are encrypted with a key."""
    return [
        allow(sid, ["sns:Publish"], [topic]),
        use_key([key], via=f"sns.{region}.amazonaws.com", sid=f"{sid}Encrypted"),
    ]


def publish_as_services(topic: Arn, *, services: Sequence[str], account: str) -> Statement:
    """AWS services publish to a topic for this account."""
    return allow(
        "PublishForAccount",
        ["sns:Publish"],
        [topic],
        principal={"Service": services[0] if len(services) == 1 else list(services)},
        condition={"StringEquals": {"aws:SourceAccount": account}},
    )


def publish_as_rules(topic: Arn, *, service: str) -> Statement:
    """EventBridge's rules publish to a topic; a condition about the account would keep them out."""
    return allow("PublishAsRules", ["sns:Publish"], [topic], principal={"Service": service})


def publish(topics: Sequence[Arn], *, sid: str = "PublishToTopics") -> Statement:
    """Publish to topics."""
    return allow(sid, ["sns:Publish"], topics)


def describe_alarms() -> Statement:
    """See the states of alarms. Composite ones are told of only to who may see all of them (DescribeAlarms in
    CloudWatch's API reference), and pages are composite alarms."""
    return allow("DescribeAlarms", ["cloudwatch:DescribeAlarms"], ["*"])

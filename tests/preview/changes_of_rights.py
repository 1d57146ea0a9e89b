"""Changes of the program's code: what roles and others may not do any more."""

from __future__ import annotations

from typing import Any

from tests.preview.case import GONE, Case
from tests.preview.edits import document, one

CLUSTER = "RolePolicy cluster"
JOBS = "RolePolicy function-watch-jobs"
KEY = "arn:aws:kms:us-west-2:123456789012:cluster"
ENCRYPTS = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants")
DEPLOYS = "arn:aws:iam::230000000003:role/groundwork-deploy"


def allow(actions: Any, resource: str, **more: Any) -> dict[str, Any]:
    """A statement that allows something."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:"
# What service-admin has, and by mistake not what it needs of its key.
WITHOUT_KEY = allow(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], f"{SECRET}sentry-dsn")
ALL = allow(list(ENCRYPTS), KEY)
ONLY_IN_ANOTHER = {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}
MANAGED = "node-AmazonEC2ContainerRegistryPullOnly"

CASES: tuple[Case, ...] = (
    one(
        "a role loses an action",
        CLUSTER,
        "policy",
        document(allow(["kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"], KEY)),
        "INTERRUPTS role cluster may not kms:Encrypt on * any more: what needs it fails",
    ),
    one(
        "a role loses a resource",
        CLUSTER,
        "policy",
        document(allow(list(ENCRYPTS), "arn:aws:kms:us-west-2:123456789012:data")),
        "INTERRUPTS role cluster may not kms:Decrypt, kms:DescribeKey, kms:Encrypt and 1 more on * any more: *",
        "ACCESS role cluster may kms:Decrypt, * on *",
    ),
    one(
        "a role's right gets a condition",
        CLUSTER,
        "policy",
        document(allow(list(ENCRYPTS), KEY, Condition=ONLY_IN_ANOTHER)),
        "INTERRUPTS role cluster may not kms:Decrypt, kms:DescribeKey, kms:Encrypt and 1 more on * any more: *",
    ),
    one(
        "a role is denied what it needs",
        CLUSTER,
        "policy",
        document(ALL, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}),
        "INTERRUPTS role cluster may not kms:Decrypt on * any more: what needs it fails",
    ),
    one(
        "a role loses its policy",
        JOBS,
        "!gone",
        None,
        "INTERRUPTS role function-watch-jobs may not logs:CreateLogStream, logs:PutLogEvents on log group watch-jobs:* any more: what needs it fails",
    ),
    one(
        "a role loses a policy of AWS",
        f"RolePolicyAttachment {MANAGED}",
        "!gone",
        None,
        "INTERRUPTS role node has AWS's policy AmazonEC2ContainerRegistryPullOnly no more: what needs it fails",
    ),
    one(
        "a boundary is narrowed",
        "Policy github-boundary",
        "policy",
        document(allow("sts:AssumeRole", "arn:aws:iam::230000000003:role/another")),
        "INTERRUPTS role github may not sts:AssumeRole on * any more: what needs it fails",
    ),
    one(
        "a policy that people have says less",
        "Policy people-ledger",
        "policy",
        document(
            allow("secretsmanager:DescribeSecret", "arn:aws:secretsmanager:us-west-2:123456789012:database")
        ),
        "INTERRUPTS who has the policy people-ledger may not * any more",
    ),
    one(
        "nobody takes a role any more",
        "Role cluster",
        "assumeRolePolicy",
        document(
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
        "INTERRUPTS role cluster may be taken by the service eks.amazonaws.com no more",
        "ACCESS role cluster may be taken by the service ec2.amazonaws.com",
    ),
    # In the cluster.
    one(
        "Reloader sees secrets no more",
        "Role reloader",
        "rules.0.verbs",
        ["get"],
        "INTERRUPTS role reloader may not list, watch secrets in the cluster any more: what needs it fails",
    ),
    one(
        "nobody is Reloader",
        "RoleBinding reloader",
        "subjects",
        [],
        "INTERRUPTS role binding reloader is ServiceAccount reloader's no more: what needs it fails",
    ),
    one(
        "on-call sees the cluster no more",
        "AccessPolicyAssociation on-call",
        "!gone",
        None,
        "INTERRUPTS role groundwork-on-call has AmazonEKSViewPolicy in the cluster no more",
    ),
    Case(
        "on-call does not come in",
        ("INTERRUPTS role groundwork-on-call is admitted to the cluster no more",),
        graph=(("AccessEntry on-call", "!gone", None), ("AccessPolicyAssociation on-call", "!gone", None)),
    ),
    one("verbs in another order", "Role reloader", "rules.0.verbs", ["watch", "list", "get"]),
    # What says the same otherwise, or is about nothing any more.
    one(
        "a statement in two",
        CLUSTER,
        "policy",
        document(allow(ENCRYPTS[0], KEY), allow(list(ENCRYPTS[1:]), KEY)),
    ),
    one("a statement with a name", CLUSTER, "policy", document(ALL | {"Sid": "UseKey"})),
    one(
        "a right twice",
        CLUSTER,
        "policy",
        document(ALL, allow("kms:Decrypt", KEY, Condition=ONLY_IN_ANOTHER)),
    ),
    one(
        "something is denied that nobody was allowed",
        CLUSTER,
        "policy",
        document(ALL, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}),
    ),
    Case(
        "a function goes with its role",
        ("OUTAGE function in the network watch-jobs is removed: nobody does its work",),
        graph=(
            ("Function watch-jobs", "!gone", None),
            ("RolePolicy function-watch-jobs", "!gone", None),
            ("Role function-watch-jobs", "!gone", None),
        ),
    ),
    Case(
        "the boundary is written in the role's own words",
        graph=(("Policy github-boundary", "policy", document(allow(["sts:AssumeRole"], DEPLOYS))),),
    ),
    # What a service does not ask for any more, and what it loses beside it.
    Case("a service does without its buckets and their key", system=(("services.worker.buckets", []),)),
    Case("a service does without the database", system=(("services.worker.database", False),)),
    Case("a service does without a secret", system=(("services.worker.secrets.STRIPE_SECRET_KEY", GONE),)),
    Case(
        "a service does without a variable, and loses a key",
        (
            "INTERRUPTS role service-admin may not kms:Decrypt on KMS key secrets, where * any more: what needs it fails",
        ),
        deployed_system=(("services.admin.variables", {"LOG_LEVEL": "info"}),),
        graph=(("RolePolicy service-admin", "policy", document(WITHOUT_KEY)),),
    ),
)

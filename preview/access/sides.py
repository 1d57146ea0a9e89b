"""Policies before and after a change: whose they are, and what is asked of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from preview.access.candidates import Asked, documents
from preview.change import Change, Step, Verb
from rights.conditions import UnsupportedPolicyError
from rights.evaluation import Policies, Policy, Principal, Statement, decide

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
INLINE = "aws:iam/rolePolicy:RolePolicy"
ATTACHED = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

# Policies of resources: which input is the document, and which names what it is of.
OF_RESOURCES: Mapping[str, tuple[str, str]] = {
    "aws:backup/vaultPolicy:VaultPolicy": ("policy", "backupVaultName"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("policy", "repository"),
    "aws:kms/key:Key": ("policy", ""),
    "aws:kms/replicaKey:ReplicaKey": ("policy", ""),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy", "bucket"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("policy", "secretArn"),
    "aws:sns/topicPolicy:TopicPolicy": ("policy", "arn"),
    "aws:sqs/queuePolicy:QueuePolicy": ("policy", "queueUrl"),
    ROLE: ("assumeRolePolicy", ""),
}


@dataclass
class Side:
    """All policies before, or all after.

    Args:
        inline: the policies of each role, by the role's name in AWS.
        managed: those of the program, by ARN or, for one that is new, by URN.
        attached: the ARNs that each role has.
        boundary: the ARN that limits each role.
    """

    inline: dict[str, list[Policy]] = field(default_factory=lambda: defaultdict(list))
    managed: dict[str, Policy] = field(default_factory=dict)
    attached: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    boundary: dict[str, str] = field(default_factory=dict)

    def of_role(self, role: str) -> list[Policy]:
        """What a role has of its own; AWS's policies are told by their names."""
        own = (self.managed.get(arn) for arn in self.attached[role])
        return [*self.inline[role], *(policy for policy in own if policy)]

    def limit_of(self, role: str) -> Policy | None:
        """The most that a role may."""
        return self.managed.get(self.boundary.get(role, ""))


def account_of(change: Change) -> str:
    """The account of the environment, as its roles' ARNs have it; empty where none is known."""
    for step in change.of(ROLE):
        parts = str(step.outputs.get("arn", "")).split(":")
        if len(parts) > 5 and parts[4]:
            return parts[4]
    return ""


def side_of(change: Change, index: int) -> Side:
    """All policies before a change (0), or after it (1)."""
    side = Side()
    for step in change.of(INLINE, POLICY, ATTACHED, ROLE):
        inputs = (step.before, step.after)[index]
        if not inputs:
            continue
        if step.type == ROLE:
            side.boundary[str(inputs.get("name"))] = str(inputs.get("permissionsBoundary", ""))
        elif step.type == ATTACHED:
            side.attached[str(inputs.get("role"))].add(str(inputs.get("policyArn")))
        else:
            statements = documents(inputs.get("policy"))
            if statements is None:
                # Not known yet: as before, and `unknown_policies` tells of it.
                statements = documents(step.before.get("policy")) or []
            policy = Policy(step.noun, tuple(statements))
            if step.type == INLINE:
                side.inline[str(inputs.get("role"))].append(policy)
            else:
                side.managed[str(step.outputs.get("arn") or step.urn)] = policy
    return side


def principal_of(role: Step, name: str, account: str) -> Principal:
    """A role as who asks; `name` is its name in AWS."""
    return Principal("AWS", str(role.outputs.get("arn") or f"arn:aws:iam::{account}:role/{name}"), account)


def delegating(account: str) -> Policy:
    """Keys and roles leave to the account what its own policies say; here that is what is asked."""
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Resource": "*",
    }
    return Policy("the account", (statement,))


def allowed(asked: Asked, policies: Policies, *, unsure: bool) -> bool:
    """Whether it is allowed; `unsure` where a policy has something that the evaluation does not know."""
    try:
        return decide(asked.request, policies).allowed
    except UnsupportedPolicyError:
        return unsure


def says(policies: Policies, statement: Statement) -> bool:
    """Whether a policy has this very statement."""
    every = [*policies.identity, *([policies.resource] if policies.resource else [])]
    return any(statement in policy.statements for policy in every)


def step_of(change: Change, resource_type: str, role: str) -> Step | None:
    """The changed policy of a role that a line is about."""
    for step in change.of(resource_type):
        if step.verb is not Verb.SAME and (step.after or step.before).get("role") == role:
            return step
    return None

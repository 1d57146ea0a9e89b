"""A graph's resources as far as they decide about rights: roles, policies, and what each of them is of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rights.evaluation import Decision, Policies, Policy, Principal, Request, decide

# Of AWS's own managed policies, by ARN; None for one that is not known.
ManagedPolicies = Callable[[str], Mapping[str, Any] | None]

# Which input names what a resource's policy is of, by the type of the policy.
_POLICIES_OF = {
    "aws:backup/vaultPolicy:VaultPolicy": "backupVaultName",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "repository",
    "aws:kms/key:Key": None,
    "aws:kms/replicaKey:ReplicaKey": None,
    "aws:s3/bucketPolicy:BucketPolicy": "bucket",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
    "aws:sns/topicPolicy:TopicPolicy": "arn",
    "aws:sqs/queuePolicy:QueuePolicy": "queueUrl",
}
# Policies that name what they are of by its name alone: the service, and what is before the name in the ARN.
_BY_NAME = {
    "aws:backup/vaultPolicy:VaultPolicy": ("backup", "backup-vault:"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("ecr", "repository/"),
}
_SECRET = "aws:secretsmanager/secret:Secret"


@dataclass(frozen=True)
class Declared:
    """One resource of a graph.

    Args:
        type: its token.
        name: in the program.
        id: the provider's.
        inputs: what was declared; documents are JSON texts.
        outputs: what AWS has made of it, `arn` above all.
        region: of its provider; empty outside of AWS.
    """

    type: str
    name: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    region: str

    @property
    def arn(self) -> str:
        """Its ARN; a bucket's is known from its name."""
        if self.type == "aws:s3/bucket:Bucket":
            return f"arn:aws:s3:::{self.inputs['bucket']}"
        return str(self.outputs.get("arn") or self.id)


class Graph:
    """The resources of one environment.

    Args:
        resources: in the form that they have in a state: type, urn, id, inputs, outputs, provider.
        managed: AWS's own policies.
        outside: the backup account's resources; None where nothing is copied to another account.
    """

    def __init__(
        self,
        resources: Iterable[Mapping[str, Any]],
        managed: ManagedPolicies,
        outside: Graph | None = None,
    ) -> None:
        listed = list(resources)
        self._managed = managed
        self.outside = outside
        self._regions = {
            _name(each["urn"]): str((each.get("inputs") or {}).get("region", ""))
            for each in listed
            if each["type"] == "pulumi:providers:aws"
        }
        accounts = {
            account
            for each in listed
            if each["type"] == "pulumi:providers:aws"
            for account in json.loads((each.get("inputs") or {}).get("allowedAccountIds", "[]"))
        }
        (self.account,) = accounts
        self._resources = [self._declared(each) for each in listed]

    def _declared(self, resource: Mapping[str, Any]) -> Declared:
        provider = str(resource.get("provider") or "").split("::")
        return Declared(
            resource["type"],
            _name(resource["urn"]),
            str(resource.get("id") or ""),
            resource.get("inputs") or {},
            resource.get("outputs") or {},
            self._regions.get(provider[3], "") if len(provider) > 3 else "",
        )

    def of(self, *types: str) -> list[Declared]:
        """The resources of some types."""
        return [each for each in self._resources if each.type in types]

    @property
    def of_aws(self) -> list[Declared]:
        """The resources of AWS."""
        return [each for each in self._resources if each.type.startswith("aws:")]

    @property
    def of_kubernetes(self) -> list[Declared]:
        """The objects in the cluster."""
        return [each for each in self._resources if each.type.startswith("kubernetes:")]

    @cached_property
    def _by_reference(self) -> Mapping[str, Declared]:
        """By type and ARN, id or physical name, whichever another resource refers by."""
        found: dict[str, Declared] = {}
        for each in self._resources:
            for reference in (each.arn, str(each.outputs.get("arn")), each.id, _physical(each)):
                found.setdefault(f"{each.type}/{reference}", each)
        return found

    def find(self, resource_type: str, reference: str) -> Declared | None:
        """The resource of a type that another one refers to, by ARN, id or physical name."""
        return self._by_reference.get(f"{resource_type}/{reference}")

    def named(self, resource_type: str, reference: str) -> Declared:
        """The same, where there is one."""
        found = self.find(resource_type, reference)
        assert found is not None, f"no {resource_type} is {reference}"
        return found

    def built_arn(self, service: str, resource: str, of: Declared) -> str:
        """The ARN that AWS gives to what a resource stands for, in that one's region."""
        return f"arn:aws:{service}:{of.region}:{self.account}:{resource}"

    def principal(self, role: Declared) -> Principal:
        """A role as who asks; IAM's ARNs have the path and no region."""
        path = role.inputs.get("path") or "/"
        name = f"arn:aws:iam::{self.account}:role{path}{role.inputs['name']}"
        return Principal("AWS", name, self.account)

    def service(self, name: str) -> Principal:
        """A service that acts for the account."""
        return Principal("Service", name, self.account)

    def identity_policies(self, role: Declared) -> Iterator[Policy]:
        """Everything that is attached to a role, AWS's own policies among it."""
        for policy in self.of("aws:iam/rolePolicy:RolePolicy"):
            if policy.inputs["role"] == role.inputs["name"]:
                yield Policy.of(f"role {role.name}", _document(policy.inputs["policy"]))
        for attachment in self.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
            if attachment.inputs["role"] == role.inputs["name"]:
                yield self.policy_at(attachment.inputs["policyArn"])

    @cached_property
    def own_policies(self) -> tuple[Policy, ...]:
        """The policies that the graph declares and that allow something: all but boundaries."""
        limits = {each.inputs.get("permissionsBoundary") for each in self.of("aws:iam/role:Role")}
        managed = [each for each in self.of("aws:iam/policy:Policy") if each.arn not in limits]
        of_roles = [policy for identity, _ in self._policies_of_roles.values() for policy in identity]
        inline = [policy for policy in of_roles if policy.owner.startswith("role ")]
        return (*inline, *(self.policy_at(each.arn) for each in managed))

    def label(self, pattern: str) -> str:
        """A resource of a policy, for people: its name in the program where it is one of the graph."""
        arn = pattern.rstrip("*").rstrip(":/")
        names = {each.name for each in self._resources if each.outputs.get("arn") == arn or each.arn == arn}
        return f"{min(names)}{pattern[len(arn) :]}" if names else pattern

    @cache  # noqa: B019  # statements are told apart by identity, and a graph lives as long as its answers
    def policy_at(self, arn: str) -> Policy:
        """A managed policy, of the graph or of AWS."""
        declared = self.find("aws:iam/policy:Policy", arn)
        if declared is not None:
            return Policy.of(f"policy {declared.name}", _document(declared.inputs["policy"]))
        document = self._managed(arn)
        assert document is not None, f"{arn}: AWS has no such policy, or it is not known here"
        return Policy.of(arn, document)

    @cached_property
    def _trust(self) -> Mapping[str, Policy]:
        return {
            self.principal(role).name: Policy.of(
                f"trust of role {role.name}", _document(role.inputs["assumeRolePolicy"])
            )
            for role in self.of("aws:iam/role:Role")
        }

    @cached_property
    def resource_policies(self) -> Mapping[str, Policy]:
        """The policies of resources and the trust of roles, by the ARN of what they are of."""
        found: dict[str, Policy] = dict(self._trust)
        for resource_type, reference in _POLICIES_OF.items():
            for each in self.of(resource_type):
                if not each.inputs.get("policy"):
                    continue
                kind = resource_type.rpartition(":")[2]
                policy = Policy.of(f"{kind} {each.name}", _document(each.inputs["policy"]))
                arn = each.arn if reference is None else self._owner(each, str(each.inputs[reference]))
                found |= dict.fromkeys([arn, *self._copies(arn)], policy)
        for function in self.of("aws:lambda/function:Function"):
            if statements := tuple(self._permissions(function)):
                found[function.arn] = Policy(f"Permission {function.name}", statements)
        found["logs"] = self._policy_of_logs
        return found

    def _owner(self, policy: Declared, reference: str) -> str:
        if policy.type in _BY_NAME:
            service, before = _BY_NAME[policy.type]
            return self.built_arn(service, f"{before}{reference}", policy)
        declared = self.find("aws:s3/bucket:Bucket", reference)
        return declared.arn if declared is not None else reference

    def _copies(self, arn: str) -> Iterator[str]:
        """The copies of a secret have its policy (Secrets Manager user guide, "Replicate secrets across
        Regions")."""
        secret = self.find(_SECRET, arn)
        yield from () if secret is None else copies_of(secret)

    def _permissions(self, function: Declared) -> Iterator[Mapping[str, Any]]:
        """What a function's permissions say; AWS keeps them as statements (AddPermission)."""
        for each in self.of("aws:lambda/permission:Permission"):
            if each.inputs["function"] not in (function.inputs["name"], function.arn):
                continue
            conditions = {
                "StringEquals": {"AWS:SourceAccount": each.inputs.get("sourceAccount")},
                "ArnLike": {"AWS:SourceArn": each.inputs.get("sourceArn")},
            }
            yield {
                "Effect": "Allow",
                "Principal": {"Service": each.inputs["principal"]},
                "Action": each.inputs["action"],
                "Resource": function.arn,
                "Condition": {
                    name: block for name, block in conditions.items() if None not in block.values()
                },
            }

    def boundary(self, role: Declared) -> Policy | None:
        """The most that a role can be allowed; None for no such limit."""
        arn = role.inputs.get("permissionsBoundary")
        return self.policy_at(arn) if arn else None

    @cached_property
    def _policies_of_roles(self) -> Mapping[str, tuple[tuple[Policy, ...], Policy | None]]:
        return {
            self.principal(role).name: (tuple(self.identity_policies(role)), self.boundary(role))
            for role in self.of("aws:iam/role:Role")
        }

    def decide(
        self, request: Request, identity: Iterable[Policy] = (), trust: Policy | None = None
    ) -> Decision:
        """What AWS would decide about a request, with all policies that the graph has about it.

        Args:
            request: what is asked.
            identity: policies of a role that is not in the graph.
            trust: of a role that is not in the graph, when it is what is asked for.
        """
        asks = self._of_account(request.principal.account)
        own, boundary = asks._policies_of_roles.get(request.principal.name, ((), None))
        owner = self._owner_of(request)
        of_resource = trust or owner._policy_of(request)
        across = request.principal.kind == "AWS" and asks is not owner
        return decide(request, Policies((*own, *identity), of_resource, boundary, across_accounts=across))

    def _of_account(self, account: str) -> Graph:
        return self.outside if self.outside is not None and self.outside.account == account else self

    def _owner_of(self, request: Request) -> Graph:
        """The account whose policies decide about what is asked for.

        Buckets are found by their ARNs, which are unique and name no account, and keys of the other account
        by their aliases: who asks knows no more. What is on no resource is in the account of who asks.
        """
        if self.outside is None:
            return self
        if request.keys.get("kms:ResourceAliases") is not None:
            return self.outside
        parts = request.resource.split(":", 5)
        if request.action.startswith("s3:") and len(parts) == 6:
            bucket = parts[5].partition("/")[0]
            return self.outside if self.outside.find("aws:s3/bucket:Bucket", bucket) else self
        # A zone of Route 53 names no account either, and no policy of its own lets another one in.
        return self._of_account(parts[4] if len(parts) == 6 and parts[4] else request.principal.account)

    def key_of_alias(self, alias: str) -> Declared:
        """The KMS key that an alias stands for."""
        target = self.named("aws:kms/alias:Alias", alias).inputs["targetKeyId"]
        keys = self.of("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey")
        return next(each for each in keys if each.outputs["keyId"] == target)

    @cached_property
    def _policy_of_logs(self) -> Policy:
        """CloudWatch Logs has policies of the account, about groups of any name."""
        documents = (
            _document(each.inputs["policyDocument"])
            for each in self.of("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
        )
        statements = [statement for document in documents for statement in document["Statement"]]
        return Policy("policy of the logs", tuple(statements))

    def _policy_of(self, request: Request) -> Policy | None:
        """An object of S3 has its bucket's."""
        if request.action.startswith("logs:"):
            return self._policy_of_logs
        if (aliases := request.keys.get("kms:ResourceAliases")) is not None:
            return self.resource_policies[self.key_of_alias(aliases[0]).arn]
        resource = request.resource
        bucket = resource.partition("/")[0] if resource.startswith("arn:aws:s3:::") else resource
        return self.resource_policies.get(bucket)


def copies_of(secret: Declared) -> Iterator[str]:
    """The ARNs of a secret's copies: they differ in the region alone."""
    for each in secret.inputs.get("replicas") or ():
        yield secret.arn.replace(f":{secret.region}:", f":{each['region']}:")


def _name(urn: str) -> str:
    return urn.rsplit("::", maxsplit=1)[-1]


def _physical(resource: Declared) -> str:
    named = (resource.inputs.get(each) for each in ("bucket", "identifier", "name"))
    return str(next((each for each in named if each), resource.name))


def _document(text: Any) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(text)
    return document

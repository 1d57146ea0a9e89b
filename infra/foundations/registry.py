"""The images' registry: ECR in the environment's own account, and its copy in the recovery region."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ecr

from infra.common import CommonArgsWithDataKey
from infra.configuration.images import is_own
from infra.foundations.replacement import delete_before_replace
from infra.naming import Naming

# CI tags what it deploys `<environment>-<git SHA>`. So many of these stay: the one in use is always the
# newest of them or, after going back, one of the last few.
DEPLOYED_IMAGES = 20
# Of those that were built and never deployed here.
OTHER_IMAGES = 50


@dataclass(frozen=True)
class RegistryArgs:
    """What is in the registry.

    Args:
        common: names, rules and keys of the place;
            with `protect` images stay when their repository is not declared any more.
        repositories: names as the system file has them.
        copies: the repositories in the other place that ECR copies to; none where images are not copied.
        outside: id of the account whose registry, in the same region, ECR copies to; empty for none.
        moving_tags: those that follow a branch, which may come to stand for another image; only dev has any.
    """

    common: CommonArgsWithDataKey
    repositories: Sequence[str]
    copies: Sequence[pulumi.Resource]
    outside: str
    moving_tags: Sequence[str]


def address(naming: Naming, repository: str) -> str:
    """Where an image is pulled from; known before its repository exists."""
    if not is_own(repository):
        return repository
    return f"{naming.account}.dkr.ecr.{naming.region}.amazonaws.com/{naming.system}/{repository}"


class Registry(pulumi.ComponentResource):
    """A repository for each image of the system. Keeps S3-5; DR-3 pulls from the copies.

    Tags never move to another image, every image is scanned when it arrives, and those in use are kept.
    Produces the repositories with their rules; where there are the same ones in the other place, ECR copies
    every image there within minutes; to another account likewise.
    """

    repositories: dict[str, ecr.Repository]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:registry:Registry", name, None, opts)
        self._args = args
        self.repositories = {one: self._repository(one) for one in args.repositories}
        self._replicate(args.copies)
        self.register_outputs({})

    def _repository(self, name: str) -> ecr.Repository:
        args = self._args
        encryption = ecr.RepositoryEncryptionConfigurationArgs(
            encryption_type="KMS", kms_key=args.common.data_key
        )
        made = ecr.Repository(
            name,
            name=f"{args.common.naming.system}/{name}",
            # Otherwise the registry would refuse the second image of a branch that the stack file follows.
            image_tag_mutability="IMMUTABLE_WITH_EXCLUSION" if args.moving_tags else "IMMUTABLE",
            image_tag_mutability_exclusion_filters=[
                ecr.RepositoryImageTagMutabilityExclusionFilterArgs(filter=tag, filter_type="WILDCARD")
                for tag in args.moving_tags
            ]
            or None,
            image_scanning_configuration=ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[encryption],
            force_delete=not args.common.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.common.protect),
        )
        ecr.LifecyclePolicy(
            name,
            repository=made.name,
            policy=json.dumps({"rules": _kept(args.common.naming.environment)}),
            opts=delete_before_replace(self),
        )
        return made

    def _replicate(self, copies: Sequence[pulumi.Resource]) -> None:
        destinations = self._destinations(copies)
        if not destinations:
            return
        only_ours = ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArgs(
            filter=f"{self._args.common.naming.system}/", filter_type="PREFIX_MATCH"
        )
        rule = ecr.ReplicationConfigurationReplicationConfigurationRuleArgs(
            destinations=destinations, repository_filters=[only_ours]
        )
        ecr.ReplicationConfiguration(
            "images",
            replication_configuration=ecr.ReplicationConfigurationReplicationConfigurationArgs(rules=[rule]),
            # Otherwise ECR makes the repositories there itself, with tags that move.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(copies)),
        )

    def _destinations(
        self, copies: Sequence[pulumi.Resource]
    ) -> list[ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs]:
        naming = self._args.common.naming
        places = [(naming.recovery_region, naming.account)] if copies else []
        places += [(naming.region, self._args.outside)] if self._args.outside else []
        return [
            ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs(
                region=region, registry_id=account
            )
            for region, account in places
        ]


def _kept(environment: str) -> list[dict[str, object]]:
    """Rules of ECR: an image that a rule before has looked at is not ended by one after it."""

    def rule(priority: int, description: str, count: int, **selection: object) -> dict[str, object]:
        chosen = {**selection, "countType": "imageCountMoreThan", "countNumber": count}
        return {
            "rulePriority": priority,
            "description": description,
            "selection": chosen,
            "action": {"type": "expire"},
        }

    return [
        rule(1, "Deployed", DEPLOYED_IMAGES, tagStatus="tagged", tagPrefixList=[f"{environment}-"]),
        rule(2, "All others", OTHER_IMAGES, tagStatus="any"),
    ]

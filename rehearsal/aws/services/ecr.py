"""Amazon ECR: repositories, what they keep, and where they are copied to."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting
from rehearsal.aws.services.resource_tags import resource_tags


def _encryption(context: Context) -> dict[str, Any]:
    wanted = context.inputs.get("encryptionConfigurations") or []
    configuration = (
        {
            "encryptionType": wanted[0]["encryptionType"],
            **({"kmsKey": wanted[0]["kmsKey"]} if wanted[0].get("kmsKey") else {}),
        }
        if wanted
        else {}
    )
    return {
        "repositoryName": context.inputs["name"],
        **({"encryptionConfiguration": configuration} if configuration else {}),
    }


def _registry(context: Context) -> str:
    """The id of what a registry has one of: the account's."""
    return context.account


def _with_rules(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
    """A registry always has a replication configuration; without rules it copies nothing."""
    return answer if answer["replicationConfiguration"]["rules"] else None


QUESTIONS = {"ecr": "describe_repositories"}
MAPPINGS = (
    ResourceMapping(
        token="aws:ecr/repository:Repository",
        service="ecr",
        create=Call("create_repository", _encryption),
        made="repository",
        known_when_made=True,
        id="{name}",
        import_id="{name}",
        read=Call("describe_repositories", {"repositoryNames": ["{id}"]}),
        found="repositories[0]",
        settings=(
            Setting(
                "put_image_tag_mutability",
                ("imageTagMutability", "imageTagMutabilityExclusionFilters"),
                {"repositoryName": "{id}"},
                at_creation=False,
            ),
            Setting(
                "put_image_scanning_configuration",
                ("imageScanningConfiguration",),
                {"repositoryName": "{id}"},
                at_creation=False,
            ),
        ),
        delete=Call("delete_repository", {"repositoryName": "{id}", "force": True}),
        names={"name": "repositoryName", "repositoryUrl": "repositoryUri", "arn": "repositoryArn"},
        local=("forceDelete",),
        missing=("RepositoryNotFoundException",),
        defaults={"imageTagMutability": "MUTABLE"},
        autoname="name",
        tags=resource_tags(
            "resourceArn",
            "{arn}",
            "list",
            read_call=Call(
                "list_tags_for_resource", {"resourceArn": "arn:aws:ecr:{region}:{account}:repository/{id}"}
            ),
        ),
        computed={
            "arn": "arn:aws:ecr:{region}:{account}:repository/{id}",
            "registryId": "{account}",
            "repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{id}",
        },
    ),
    ResourceMapping(
        token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        service="ecr",
        create=Call("put_lifecycle_policy", {"repositoryName": "{repository}"}),
        id="{repository}",
        import_id="{repository}",
        read=Call("get_lifecycle_policy", {"repositoryName": "{id}"}),
        delete=Call("delete_lifecycle_policy", {"repositoryName": "{id}"}),
        names={"policy": "lifecyclePolicyText", "repository": "repositoryName"},
        missing=("LifecyclePolicyNotFoundException", "RepositoryNotFoundException"),
        computed={"registryId": "{account}"},
    ),
    ResourceMapping(
        token="aws:ecr/repositoryPolicy:RepositoryPolicy",
        service="ecr",
        create=Call("set_repository_policy", {"repositoryName": "{repository}"}),
        id="{repository}",
        import_id="{repository}",
        read=Call("get_repository_policy", {"repositoryName": "{id}"}),
        update=Call("set_repository_policy", {"repositoryName": "{id}"}),
        delete=Call("delete_repository_policy", {"repositoryName": "{id}"}),
        names={"policy": "policyText", "repository": "repositoryName"},
        missing=("RepositoryPolicyNotFoundException", "RepositoryNotFoundException"),
        computed={"registryId": "{account}"},
    ),
    ResourceMapping(
        token="aws:ecr/registryPolicy:RegistryPolicy",
        service="ecr",
        create=Call("put_registry_policy"),
        id=_registry,
        read=Call("get_registry_policy"),
        update=Call("put_registry_policy"),
        delete=Call("delete_registry_policy"),
        names={"policy": "policyText"},
        missing=("RegistryPolicyNotFoundException",),
        computed={"registryId": "{account}"},
    ),
    ResourceMapping(
        token="aws:ecr/replicationConfiguration:ReplicationConfiguration",
        service="ecr",
        create=Call("put_replication_configuration"),
        id=_registry,
        read=Call("describe_registry"),
        found=_with_rules,
        update=Call("put_replication_configuration"),
        # ecr/replication_configuration.go in AWS's provider: one without rules is none.
        delete=Call("put_replication_configuration", {"replicationConfiguration": {"rules": []}}),
        computed={"registryId": "{account}"},
    ),
)

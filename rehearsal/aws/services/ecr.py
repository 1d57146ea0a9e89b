"""Amazon ECR: repositories, what they keep, and where they are copied to."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags
from rehearsal.aws.recorded import RecordedType


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
        not_returned=("encryptionConfigurations", "imageTagMutabilityExclusionFilters"),
        missing=("RepositoryNotFoundException",),
        defaults={"imageTagMutability": "MUTABLE"},
        autoname="name",
        tags=Tags(
            create="tags",
            style="list",
            add=Call("tag_resource", {"resourceArn": "{arn}", "tags": "<tags>"}),
            remove=Call("untag_resource", {"resourceArn": "{arn}", "tagKeys": "<keys>"}),
            read="tags",
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
)
RECORDED = (
    RecordedType(
        token="aws:ecr/replicationConfiguration:ReplicationConfiguration",
        id="{account}",
        why="moto copies nothing, and its registry cannot be told from one without rules",
        outputs={"registryId": "{account}"},
        model="ecr.put_replication_configuration",
    ),
)

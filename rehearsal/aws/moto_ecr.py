"""Amazon ECR's replication, of which moto keeps the configuration alone, and other accounts' repositories.

As in the ECR user guide, "Private image replication": what is pushed after the configuration is copied, once
(no copies of copies), to other regions, and to other accounts where their registry's policy allows it.
Deletions are not copied, which a rule could ask for (deleteReplication). Into an account that is not embedded
in this process nothing is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.ecr.exceptions import (
    ImageAlreadyExistsException,
    InvalidParameterException,
    RepositoryNotFoundException,
    ValidationException,
)
from moto.ecr.models import ECRBackend, ecr_backends
from moto.ecr.responses import ECRResponse

from rehearsal.aws.accounts import access_denied, allows, allows_account, embedded, root_of
from rehearsal.aws.moto_ecr_layers import Refused, check_manifest, copy_layers, digest_of, repair_layers

# In another account's repository, named by registryId: what its policy may allow (ECR user guide, "Private
# repository policy examples").
_OF_REPOSITORIES = (
    "BatchCheckLayerAvailability",
    "BatchGetImage",
    "CompleteLayerUpload",
    "DescribeImages",
    "GetDownloadUrlForLayer",
    "InitiateLayerUpload",
    "ListImages",
    "PutImage",
    "UploadLayerPart",
)
# botocore's model of ReplicationConfiguration.
_MOST_RULES = 25

_put_image = ECRBackend.put_image
_resolve_tag = ECRBackend._resolve_image_tag_mutability


def repair_ecr() -> None:
    """Replaces and adds the methods in question, once in a process."""
    if hasattr(ECRBackend.put_image, "repaired"):
        return
    answers: Any = ECRResponse
    repair_layers()
    _replicated_image.repaired = True  # type: ignore[attr-defined]
    ECRBackend.put_image = _replicated_image  # type: ignore[method-assign]
    ECRBackend._resolve_image_tag_mutability = _resolved_tag  # type: ignore[method-assign]
    ECRBackend.put_replication_configuration = _put_configuration  # type: ignore[method-assign]
    answers.describe_image_replication_status = _replication_status
    for operation in _OF_REPOSITORIES:
        method = xform_name(operation)
        setattr(answers, method, _in_its_account(getattr(answers, method), f"ecr:{operation}"))


def _in_its_account(answer: Callable[[Any], Any], action: str) -> Callable[[Any], Any]:
    """An operation on a repository that may be another account's."""

    def answered(self: Any) -> Any:
        registry = self._get_param("registryId")
        if registry and registry != self.current_account:
            _require_access(self, registry, action)
            self.current_account = registry
        return answer(self)

    answered.__name__ = answer.__name__
    return answered


def _require_access(asking: Any, registry: str, action: str) -> None:
    name, account = asking._get_param("repositoryName"), asking.current_account
    backend = ecr_backends[registry][asking.region] if registry in embedded() else None
    repository = backend.repositories.get(name) if backend is not None else None
    if repository is None:
        raise RepositoryNotFoundException(name, registry)
    if not allows_account(repository.policy, account, action, repository.arn):
        raise access_denied(account, action, repository.arn)


def _put_configuration(self: Any, replication_config: dict[str, Any]) -> dict[str, Any]:
    """moto takes one rule alone, as ECR did at first."""
    rules = replication_config["rules"]
    if len(rules) > _MOST_RULES:
        raise ValidationException(f"A replication configuration has at most {_MOST_RULES} rules")
    for rule in rules:
        for each in rule["destinations"]:
            if (each["registryId"], each["region"]) == (self.account_id, self.region_name):
                raise InvalidParameterException(
                    "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: "
                    "'Replication destination cannot be the same as the source registry'"
                )
    self.replication_config = replication_config
    return {"replicationConfiguration": replication_config}


def _resolved_tag(self: Any, repository: Any, proposed_image_tag: str | None) -> list[Any]:
    """moto compares the tag of an image without one, too, and fails."""
    return _resolve_tag(self, repository, proposed_image_tag) if proposed_image_tag else []


def _replicated_image(
    self: Any,
    repository_name: str,
    image_manifest: str,
    image_tag: str,
    image_manifest_mediatype: str | None = None,
    digest: str | None = None,
) -> Any:
    repository = self._get_repository(repository_name)
    if digest and digest != digest_of(image_manifest.encode()):
        raise Refused(
            "ImageDigestDoesNotMatchException", f"The image's digest is not the given one, '{digest}'"
        )
    check_manifest(repository, image_manifest)
    made: Any = _put_image(self, repository_name, image_manifest, image_tag, image_manifest_mediatype, digest)
    made.replication_statuses = [
        {
            "registryId": there.account_id,
            "region": there.region_name,
            **_copy(made, image_tag, repository, there),
        }
        for there in _destinations(self, repository_name)
    ]
    return made


def _destinations(backend: Any, repository_name: str) -> Iterator[Any]:
    """moto's ECR of each account and region that an image is copied to, once."""
    found = {
        (each["registryId"], each["region"]): None
        for rule in backend.replication_config["rules"]
        if _selects(rule, repository_name)
        for each in rule["destinations"]
        if each["registryId"] in {*embedded(), backend.account_id}
    }
    yield from (ecr_backends[account][region] for account, region in found)


def _selects(rule: dict[str, Any], repository_name: str) -> bool:
    """Filters are prefixes of names; a rule without one selects all (data type RepositoryFilter)."""
    filters = rule.get("repositoryFilters") or [{"filter": ""}]
    return any(repository_name.startswith(each["filter"]) for each in filters)


def _copy(made: Any, tag: Any, source: Any, there: Any) -> dict[str, str]:
    """Copies an image; what DescribeImageReplicationStatus tells of it."""
    name, own = source.name, there.account_id == source.registry_id
    if not own and not _allows(there, source, "ecr:ReplicateImage"):
        return {"status": "FAILED", "failureCode": "AccessDenied"}
    if name not in there.repositories:
        if not own and not _allows(there, source, "ecr:CreateRepository"):
            return {"status": "FAILED", "failureCode": "RepositoryNotFound"}
        there.create_repository(name, None, None, None, "MUTABLE", [])
    repository = there.repositories[name]
    copy_layers(source, repository, made.image_manifest)
    image: dict[str, Any] = {
        "repository_name": name,
        "image_manifest": made.image_manifest,
        "image_manifest_mediatype": made.image_manifest_media_type,
    }
    try:
        _put_image(there, image_tag=tag, **image)
    except ImageAlreadyExistsException:
        # "If tag immutability is enabled …": the image is copied, without the tag that is taken.
        if all(each.image_manifest != made.image_manifest for each in repository.images):
            _put_image(there, **{**image, "image_tag": None})
    return {"status": "COMPLETE"}


def _allows(there: Any, source: Any, action: str) -> bool:
    """Whether a registry's policy lets the source's account do something ("Private registry permissions")."""
    arn = f"arn:aws:ecr:{there.region_name}:{there.account_id}:repository/{source.name}"
    return allows(there.registry_policy, root_of(source.registry_id), action, arn)


def _replication_status(self: Any) -> ActionResult:
    """moto has no such operation."""
    name, wanted = self._get_param("repositoryName"), self._get_param("imageId")
    repository = self.ecr_backend._get_repository(name)
    image = repository._get_image(wanted.get("imageTag"), wanted.get("imageDigest"))
    return ActionResult(
        {
            "repositoryName": name,
            "imageId": image.image_id,
            "replicationStatuses": getattr(image, "replication_statuses", []),
        }
    )

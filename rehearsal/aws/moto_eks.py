"""Clusters, of which moto keeps only a part: their options, deletion protection and a version that rises.

EKS makes none whose role may not use the key for Kubernetes' secrets: moto does not ask.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.eks import urls
from moto.eks.exceptions import InvalidParameterException, InvalidRequestException
from moto.eks.models import Cluster, EKSBackend
from moto.eks.responses import EKSResponse
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends

from rehearsal.aws.accounts import root_of
from rights.evaluation import Policies, Policy, Principal, Request, decide

_create, _update, _delete = (
    EKSResponse.create_cluster,
    EKSResponse.update_cluster_config,
    EKSBackend.delete_cluster,
)

# Of the cluster's role (EKS user guide, "Amazon EKS cluster IAM role").
_NEEDED_OF_THE_KEY = ("kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:ListGrants")

# Members of requests, by the attribute that moto's writer finds them in.
_KEPT = {
    "accessConfig": "access_config",
    "computeConfig": "compute_config",
    "deletionProtection": "deletion_protection",
    "storageConfig": "storage_config",
    "upgradePolicy": "upgrade_policy",
    "zonalShiftConfig": "zonal_shift_config",
}


def repair_clusters() -> None:
    """Keeps them, tells them, and refuses to delete a cluster that is protected (EKS user guide, "Protect EKS
    clusters from accidental deletion").
    """
    EKSResponse.update_cluster_version = _raised_version  # type: ignore[attr-defined]
    urls.url_paths["{0}/clusters/(?P<name>[^/]+)/updates$"] = urls.response.dispatch
    Cluster.deletion_protection = False  # type: ignore[attr-defined]
    EKSResponse.create_cluster = _created  # type: ignore[method-assign]
    EKSResponse.update_cluster_config = _updated  # type: ignore[method-assign]
    EKSBackend.delete_cluster = _deleted  # type: ignore[method-assign]


def _created(self: EKSResponse) -> ActionResult:
    for each in self._get_param("encryptionConfig") or ():
        _check_key(self, each["provider"]["keyArn"])
    answer = _create(self)
    _keep(self)
    return answer


def _check_key(self: EKSResponse, key: str) -> None:
    """In EKS's words (hashicorp/terraform-provider-aws#49247)."""
    account, arn = self.current_account, self._get_param("roleArn")
    policies = Policies(identity=list(_policies(account, arn)), resource=_policy_of(key))
    if not policies.identity:
        return  # no role of this account that moto knows anything of
    asks = Principal("AWS", arn, account)
    if not all(decide(Request(asks, action, key, {}), policies).allowed for action in _NEEDED_OF_THE_KEY):
        raise InvalidParameterException(
            clusterName=self._get_param("name"),
            nodegroupName=None,
            fargateProfileName=None,
            addonName=None,
            message=f"Access denied to KMS key {key}",
        )


def _policy_of(key: str) -> Policy:
    """A key's own policy; of one that moto does not know KMS's default, by which the account decides."""
    region, account, identifier = key.split(":")[3], key.split(":")[4], key.rpartition("/")[2]
    known = kms_backends[account][region].keys.get(identifier)
    everybody = {
        "Effect": "Allow",
        "Action": "kms:*",
        "Resource": "*",
        "Principal": {"AWS": root_of(account)},
    }
    return Policy.of("key", json.loads(known.policy) if known is not None else {"Statement": everybody})


def _policies(account: str, arn: str) -> Iterator[Policy]:
    roles = iam_backends[account]["aws"].roles.values()
    for role in (each for each in roles if each.arn == arn):
        versions = [each for policy in role.managed_policies.values() for each in policy.versions]
        documents = [*role.policies.values(), *(each.document for each in versions if each.is_default)]
        yield from (Policy.of(role.name, json.loads(each)) for each in documents)


def _updated(self: EKSResponse) -> ActionResult:
    answer = _update(self)
    _keep(self)
    return answer


def _keep(self: EKSResponse) -> None:
    cluster: Any = self.eks_backend.clusters[self._get_param("name")]
    for member, attribute in _KEPT.items():
        wanted = self._get_param(member)
        if wanted is not None:
            setattr(cluster, attribute, wanted)


def _raised_version(self: EKSResponse) -> ActionResult:
    cluster = self.eks_backend.describe_cluster(self._get_param("name"))
    cluster.version = self._get_param("version")
    return ActionResult({"update": {"id": cluster.name, "status": "Successful", "type": "VersionUpdate"}})


def _deleted(self: EKSBackend, name: str) -> Cluster:
    cluster: Any = self.clusters.get(name)
    if cluster is not None and cluster.deletion_protection:
        raise InvalidRequestException(
            clusterName=name,
            nodegroupName=None,
            fargateProfileName=None,
            addonName=None,
            message=f"deletion protection is on for cluster {name}",
        )
    return _delete(self, name)

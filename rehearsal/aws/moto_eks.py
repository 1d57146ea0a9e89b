"""Clusters, of which moto keeps only a part: their options, deletion protection and a version that rises."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.eks import urls
from moto.eks.exceptions import InvalidRequestException
from moto.eks.models import Cluster, EKSBackend
from moto.eks.responses import EKSResponse

_create, _update, _delete = (
    EKSResponse.create_cluster,
    EKSResponse.update_cluster_config,
    EKSBackend.delete_cluster,
)

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
    answer = _create(self)
    _keep(self)
    return answer


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

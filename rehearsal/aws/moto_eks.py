"""A cluster's deletion protection, which moto does not know of."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.eks.exceptions import InvalidRequestException
from moto.eks.models import Cluster, EKSBackend
from moto.eks.responses import EKSResponse

_create, _update, _delete = (
    EKSResponse.create_cluster,
    EKSResponse.update_cluster_config,
    EKSBackend.delete_cluster,
)


def repair_clusters() -> None:
    """Keeps it, tells it, and refuses to delete a cluster that has it (EKS user guide, "Protect EKS clusters
    from accidental deletion").
    """
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
    wanted = self._get_param("deletionProtection")
    if wanted is not None:
        cluster: Any = self.eks_backend.clusters[self._get_param("name")]
        cluster.deletion_protection = wanted


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

"""Where moto loses or keeps what AWS does not: put right in moto's own classes.

Only what a mapping cannot work around: what is deleted must be gone (AWS lets its name be used
again), what is modified must still be there. Tried with moto 5.2; another version is left alone.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

TRIED_WITH = ("5.2.",)


def repair_moto() -> None:
    """Replaces the methods in question, once in a process."""
    if importlib.metadata.version("moto").startswith(TRIED_WITH):
        _repair_elasticache()
        _repair_rds()


def _repair_elasticache() -> None:
    from moto.core.responses import EmptyResult
    from moto.elasticache.exceptions import CacheSubnetGroupNotFound
    from moto.elasticache.models import ElastiCacheBackend
    from moto.elasticache.responses import ElastiCacheResponse

    _drop_after(ElastiCacheBackend, "delete_replication_group", "replication_groups", "replication_group_id")
    _drop_after(ElastiCacheBackend, "delete_user", "users", "user_id")

    def delete_cache_subnet_group(self: Any) -> Any:
        name = self._get_param("CacheSubnetGroupName")
        if self.elasticache_backend.cache_subnet_groups.pop(name, None) is None:
            raise CacheSubnetGroupNotFound(name)
        return EmptyResult()

    # moto has no such operation at all.
    ElastiCacheResponse.delete_cache_subnet_group = delete_cache_subnet_group  # type: ignore[attr-defined]


def _repair_rds() -> None:
    """ModifyDBSubnetGroup takes the group out of the backend and does not put it back."""
    from moto.rds.models import RDSBackend

    original = RDSBackend.modify_db_subnet_group
    if hasattr(original, "repaired"):
        return

    def modify_db_subnet_group(self: Any, subnet_name: str, *others: Any, **named: Any) -> Any:
        group = original(self, subnet_name, *others, **named)
        self.subnet_groups[subnet_name] = group
        return group

    modify_db_subnet_group.repaired = True  # type: ignore[attr-defined]
    RDSBackend.modify_db_subnet_group = modify_db_subnet_group  # type: ignore[method-assign]


def _drop_after(backend: Any, method: str, kept_in: str, name: str) -> None:
    """Deleted objects stay in moto as "deleting" for good, and their names stay taken."""
    original = getattr(backend, method)
    if hasattr(original, "repaired"):
        return

    def repaired(self: Any, **parameters: Any) -> Any:
        answer = original(self, **parameters)
        getattr(self, kept_in).pop(parameters[name], None)
        return answer

    repaired.repaired = True  # type: ignore[attr-defined]
    setattr(backend, method, repaired)

"""Answers that AWS gives about itself and moto does not: a version's support, an account's quotas."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from moto.core.responses import ActionResult
from moto.eks import urls
from moto.eks.responses import EKSResponse
from moto.rds.responses import RDSResponse
from moto.servicequotas.models import ServiceQuotasBackend

from infra.configuration.cluster_settings import CLUSTER_VERSIONS

# RDS supports a major version until the February after PostgreSQL's last release of it, five years after its
# first one (AWS Database Blog, "Upgrade strategies for … PostgreSQL 12"; PostgreSQL's "Versioning policy").
_POSTGRESQL = MappingProxyType({"17": "2030-02-28", "18": "2031-02-28"})
# What a new account has ("Amazon EC2 endpoints and quotas" in the AWS general reference): vCPUs of running
# On-Demand Standard instances, and Elastic IP addresses.
_OF_EC2 = MappingProxyType({"L-1216C47A": 5.0, "L-0263D0A3": 5.0})

_quota = ServiceQuotasBackend.get_service_quota


def repair_support() -> None:
    """Adds the operations."""
    EKSResponse.describe_cluster_versions = _cluster_versions  # type: ignore[attr-defined]
    urls.url_paths["{0}/cluster-versions$"] = urls.response.dispatch
    RDSResponse.describe_db_major_engine_versions = _major_versions  # type: ignore[attr-defined]
    ServiceQuotasBackend.get_service_quota = _of_every_service  # type: ignore[method-assign]


def _cluster_versions(self: EKSResponse) -> ActionResult:
    asked = self.querystring.get("clusterVersions") or list(CLUSTER_VERSIONS)
    known = [each for each in asked if each in CLUSTER_VERSIONS]
    versions = [
        {"clusterVersion": each, "endOfStandardSupportDate": _day(CLUSTER_VERSIONS[each])} for each in known
    ]
    return ActionResult({"clusterVersions": versions})


def _major_versions(self: RDSResponse) -> ActionResult:
    asked = self._get_param("MajorEngineVersion")
    versions = [
        {
            "Engine": "postgres",
            "MajorEngineVersion": version,
            "SupportedEngineLifecycles": [
                {
                    "LifecycleSupportName": "open-source-rds-standard-support",
                    "LifecycleSupportEndDate": _day(end),
                }
            ],
        }
        for version, end in _POSTGRESQL.items()
        if asked in (None, version)
    ]
    return ActionResult({"DBMajorEngineVersions": versions})


def _of_every_service(self: Any, service_code: str, quota_code: str) -> dict[str, Any]:
    if service_code == "ec2" and quota_code in _OF_EC2:
        return {"ServiceCode": service_code, "QuotaCode": quota_code, "Value": _OF_EC2[quota_code]}
    return _quota(self, service_code, quota_code)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

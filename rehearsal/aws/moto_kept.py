"""Descriptions that lack what moto has taken, although AWS's provider reads it in a refresh.

Each was found by having that provider read the embedded AWS (`make provider`): what a description lacks
there is a difference in every refresh.
"""

from __future__ import annotations

import inspect
import json
from typing import Any
from urllib.parse import unquote

from moto.backup.responses import BackupResponse
from moto.cloudfront.models import DefaultCacheBehaviour, Origin, ViewerCertificate
from moto.core.responses import ActionResult
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.responses.vpcs import VPCs
from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse
from moto.rds.models import DBInstance
from moto.rds.responses import RDSResponse

# EnableKeyRotation's default (KMS API reference).
_ROTATION_DAYS = 365

_behaviour, _origin, _certificate = (
    DefaultCacheBehaviour.__init__,
    Origin.__init__,
    ViewerCertificate.__init__,
)
_create_gateway = NatGatewayBackend.create_nat_gateway
_new_rule = SecurityGroupRule.__init__
_modify_rules, _modify_endpoint = SecurityGroupBackend.modify_security_group_rules, VPCs.modify_vpc_endpoint
_key = Key.__init__
_enable_rotation, _replicate_key = KmsResponse.enable_key_rotation, KmsBackend.replicate_key
_describe_group, _create_group = LogGroup.to_describe_dict, LogsResponse.create_log_group
_new_instance, _update_instance = DBInstance.__init__, DBInstance.update
_parameters = RDSResponse.describe_db_parameters


def keep_what_is_read() -> None:
    """Replaces the methods in question, once in a process."""
    DefaultCacheBehaviour.__init__ = _kept_behaviour  # type: ignore[method-assign]
    Origin.__init__ = _kept_origin  # type: ignore[method-assign]
    ViewerCertificate.__init__ = _kept_certificate  # type: ignore[method-assign]
    BackupResponse.list_tags = _tags_of_vault  # type: ignore[method-assign]
    NatGatewayBackend.create_nat_gateway = _public_gateway  # type: ignore[method-assign]
    SecurityGroupRule.__init__ = _described_rule  # type: ignore[method-assign]
    SecurityGroupRule.description = property(_description)  # type: ignore[assignment]
    SecurityGroupBackend.modify_security_group_rules = _modified_rules  # type: ignore[method-assign]
    VPCs.modify_vpc_endpoint = _modified_endpoint  # type: ignore[method-assign]
    Key.__init__ = _new_key  # type: ignore[method-assign]
    KmsBackend.replicate_key = _replica  # type: ignore[method-assign]
    KmsResponse.enable_key_rotation = _enabled_rotation  # type: ignore[method-assign]
    KmsResponse.get_key_rotation_status = _rotation  # type: ignore[method-assign]
    LogsResponse.create_log_group = _created_group  # type: ignore[method-assign]
    LogGroup.to_describe_dict = _described_group  # type: ignore[method-assign]
    LogsResponse.associate_kms_key = _associate_kms_key  # type: ignore[attr-defined]
    LogsResponse.disassociate_kms_key = _associate_kms_key  # type: ignore[attr-defined]
    DBInstance.__init__ = _instance  # type: ignore[method-assign]
    DBInstance.update = _updated_instance  # type: ignore[method-assign]
    DBInstance.endpoint = property(_endpoint)  # type: ignore[assignment]
    RDSResponse.describe_db_parameters = _parameters_of_user  # type: ignore[method-assign]


def _kept_behaviour(self: Any, config: dict[str, Any]) -> None:
    """What is forwarded, a policy of the cache says, or else the older way's own values."""
    _behaviour(self, config)
    if not config.get("ForwardedValues"):
        self.forwarded_values = None
    self.function_associations = config.get("FunctionAssociations") or {"Quantity": 0}


def _kept_origin(self: Any, origin: dict[str, Any]) -> None:
    _origin(self, origin)
    self.origin_access_control_id = origin.get("OriginAccessControlId") or ""


def _kept_certificate(self: Any, config: dict[str, Any]) -> None:
    """CloudFront's own certificate is there where no other one is."""
    _certificate(self, config)
    if config.get("ACMCertificateArn") or config.get("IAMCertificateId"):
        self.cloud_front_default_certificate = False


def _tags_of_vault(self: Any) -> str:
    """moto takes the ARN for what stands between the last two slashes, of which clients send one or two."""
    arn = unquote(self.path).rstrip("/").partition("/tags/")[2]
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})


def _public_gateway(self: Any, *others: Any, **named: Any) -> Any:
    """It is public unless it is said to be private (CreateNatGateway), and zonal with a subnet."""
    gateway = _create_gateway(self, *others, **named)
    gateway.connectivity_type = gateway.connectivity_type or "public"
    gateway.availability_mode = "zonal"  # type: ignore[attr-defined]
    return gateway


def _described_rule(self: Any, *others: Any, **named: Any) -> None:
    _new_rule(self, *others, **named)
    given = inspect.signature(_new_rule).bind(self, *others, **named).arguments
    self.of_prefix_list = (given.get("prefix_list_id") or {}).get("Description")


def _description(self: Any) -> str | None:
    """Whatever it admits: addresses, a group, a list of prefixes."""
    found = self.ip_range.get("Description") or self.source_group.get("Description") or self.of_prefix_list
    return str(found) if found else None


def _modified_rules(self: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
    """Another group, or what a rule about a group is for."""
    _modify_rules(self, group_id, rules)
    group = self.get_security_group_by_name_or_id(group_id)
    for name, wanted in rules.items():
        rule = group.get_rule(name)
        if wanted.get("ReferencedGroupId"):
            rule.source_group = {**rule.source_group, "GroupId": wanted["ReferencedGroupId"]}
            rule.source_group["Description"] = rule.ip_range.pop("Description", None)


def _modified_endpoint(self: Any) -> ActionResult:
    answer = _modify_endpoint(self)
    wanted = self._get_bool_param("PrivateDnsEnabled")
    if wanted is not None:
        (endpoint,) = self.ec2_backend.describe_vpc_endpoints([self._get_param("VpcEndpointId")])
        endpoint.private_dns_enabled = wanted
    return answer


def _new_key(self: Any, policy: str | None, key_usage: str | None, *others: Any, **named: Any) -> None:
    """A key is for encryption unless something else is said (CreateKey)."""
    _key(self, policy, key_usage or "ENCRYPT_DECRYPT", *others, **named)


def _replica(self: Any, key_id: str, replica_region: str) -> Any:
    """A replica says so of itself; it would share that with its primary."""
    replica: Any = _replicate_key(self, key_id, replica_region)
    if replica.multi_region:
        kept = replica.multi_region_configuration
        replica.multi_region_configuration = {**kept, "MultiRegionKeyType": "REPLICA"}
    return replica


def _enabled_rotation(self: Any) -> str:
    answer = _enable_rotation(self)
    key = self.kms_backend.keys[self.kms_backend.any_id_to_key_id(self._get_param("KeyId"))]
    key.rotation_period = self._get_param("RotationPeriodInDays") or _ROTATION_DAYS
    return answer


def _rotation(self: Any) -> str:
    key_id = self._get_param("KeyId")
    self._validate_cmk_id(key_id)
    key = self.kms_backend.keys[self.kms_backend.any_id_to_key_id(key_id)]
    told: dict[str, Any] = {"KeyId": key.id, "KeyRotationEnabled": key.key_rotation_status}
    if key.key_rotation_status:
        told["RotationPeriodInDays"] = getattr(key, "rotation_period", _ROTATION_DAYS)
    return json.dumps(told)


def _created_group(self: Any) -> str:
    answer = _create_group(self)
    group = self.logs_backend.groups[self._get_param("logGroupName")]
    group.log_group_class = self._get_param("logGroupClass") or "STANDARD"
    return answer


def _associate_kms_key(self: Any) -> str:
    """Of a log group, to which a key is given or from which it is taken."""
    name = self._get_param("logGroupName")
    if name not in self.logs_backend.groups:
        raise ResourceNotFoundException
    self.logs_backend.groups[name].kms_key_id = self._get_param("kmsKeyId")
    return ""


def _described_group(self: Any) -> dict[str, Any]:
    return {**_describe_group(self), "logGroupClass": getattr(self, "log_group_class", "STANDARD")}


def _instance(self: Any, *others: Any, **named: Any) -> None:
    _new_instance(self, *others, **named)
    _keep_insights(self, named)


def _updated_instance(self: Any, *others: Any, **named: Any) -> None:
    _update_instance(self, *others, **named)
    _keep_insights(self, named)


def _endpoint(self: Any) -> dict[str, Any]:
    """With the hosted zone of RDS's names (of us-west-2: no other region's is anywhere used)."""
    return {"Address": self.address, "Port": self.port, "HostedZoneId": "Z1PVIF0B656C1W"}


def _keep_insights(instance: Any, asked: dict[str, Any]) -> None:
    """Performance Insights keep seven days and use RDS's own key unless told otherwise (CreateDBInstance)."""
    if asked.get("enable_performance_insights") is None:
        return
    on = instance.performance_insights_enabled = bool(asked["enable_performance_insights"])
    days, key = (asked.get(f"performance_insights_{name}") for name in ("retention_period", "kms_key_id"))
    before = getattr(instance, "performance_insights_retention_period", None)
    instance.performance_insights_retention_period = (days or before or 7) if on else None
    instance.performance_insights_kms_key_id = (
        (key or getattr(instance, "performance_insights_kms_key_id", None)) if on else None
    )


def _parameters_of_user(self: Any) -> ActionResult:
    """moto has those parameters alone that somebody has set."""
    answered: Any = _parameters(self).result
    found = [{**each, "Source": "user"} for each in answered["Parameters"]]
    return ActionResult({"Parameters": found})

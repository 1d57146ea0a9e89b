"""Repairs of moto, in its own classes, where it loses or keeps what AWS does not.

Only what a mapping cannot work around: what is deleted must be gone (AWS lets its name be used
again), what is modified must still be there. Tried with moto 5.2; another version is left alone.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import re
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from rehearsal.aws.in_use import refuse_what_is_in_use
from rehearsal.aws.moto_rotation import repair_rotation

TRIED_WITH = ("5.2.",)


@cache
def repair_moto() -> None:
    """Replaces the methods in question, once in a process: others may have been put around them since."""
    if importlib.metadata.version("moto").startswith(TRIED_WITH):
        importlib.import_module("rehearsal.aws.moto_backup").repair_backup()
        _repair_elasticache()
        importlib.import_module("rehearsal.aws.moto_elasticache").repair_users()
        _repair_cloudwatch()
        importlib.import_module("rehearsal.aws.moto_connections").add_connections()
        _repair_ec2()
        importlib.import_module("rehearsal.aws.moto_ecr").repair_ecr()
        importlib.import_module("rehearsal.aws.moto_eks").repair_clusters()
        _repair_kms()
        importlib.import_module("rehearsal.aws.moto_kms_accounts").repair_keys_of_other_accounts()
        _repair_lambda()
        _repair_load_balancers()
        importlib.import_module("rehearsal.aws.moto_kept").keep_what_is_read()
        importlib.import_module("rehearsal.aws.moto_rds").repair_rds()
        _repair_s3()
        importlib.import_module("rehearsal.aws.moto_route53").repair_zones()
        repair_rotation()
        importlib.import_module("rehearsal.aws.moto_secret_replicas").repair_secret_replicas()
        importlib.import_module("rehearsal.aws.moto_support").repair_support()
        _repair_wafv2()


def _repair_elasticache() -> None:
    from moto.core.responses import EmptyResult
    from moto.elasticache import models
    from moto.elasticache.exceptions import CacheSubnetGroupNotFound
    from moto.elasticache.models import ElastiCacheBackend
    from moto.elasticache.responses import ElastiCacheResponse
    from moto.moto_api._internal import mock_random

    # Endpoints come from another generator than everything else of moto.
    models.random = mock_random  # type: ignore[attr-defined,assignment]
    _drop_after(ElastiCacheBackend, "delete_replication_group", "replication_groups", "replication_group_id")
    _drop_after(ElastiCacheBackend, "delete_user", "users", "user_id")

    create_snapshot = ElastiCacheBackend.create_snapshot

    def of_a_node(self: Any, snapshot_name: str, *arguments: Any, **options: Any) -> Any:
        """A node of a replication group has a snapshot of the group's data; moto knows single nodes alone."""
        node = options.get("cache_cluster_id")
        for group in self.replication_groups.values():
            if node in group.member_clusters:
                of_group = {"cache_cluster_id": None, "replication_group_id": group.replication_group_id}
                snapshot = create_snapshot(self, snapshot_name, *arguments, **{**options, **of_group})
                snapshot.cache_cluster_id = node
                return snapshot
        return create_snapshot(self, snapshot_name, *arguments, **options)

    ElastiCacheBackend.create_snapshot = of_a_node  # type: ignore[method-assign]

    def delete_cache_subnet_group(self: Any) -> Any:
        name, backend = self._get_param("CacheSubnetGroupName"), self.elasticache_backend
        group = backend.cache_subnet_groups.pop(name, None)
        if group is None:
            raise CacheSubnetGroupNotFound(name)
        backend.tagging_service.delete_all_tags_for_resource(group.arn)
        return EmptyResult()

    # moto has no such operation at all.
    ElastiCacheResponse.delete_cache_subnet_group = delete_cache_subnet_group  # type: ignore[attr-defined]


def _repair_cloudwatch() -> None:
    """The tags of what was deleted come back with the next one of its name; percentiles have no value."""
    from moto.cloudwatch.models import CloudWatchBackend, Statistics
    from moto.logs.models import LogsBackend

    def alarms(self: Any, names: list[str]) -> list[str]:
        return [self.alarms[name].alarm_arn for name in names if name in self.alarms]

    def log_group(self: Any, name: str) -> list[str]:
        return [self.groups[name].arn] if name in self.groups else []

    _forget_tags(CloudWatchBackend, "delete_alarms", alarms)
    _forget_tags(LogsBackend, "delete_log_group", log_group)

    original = Statistics.get_statistics_for_type
    if hasattr(original, "repaired"):
        return

    def get_statistics_for_type(self: Any, stat: str) -> Any:
        found = re.fullmatch(r"p(\d+(?:\.\d+)?)", stat)
        values = sorted(self.metric_single_values_list)
        if found is None or not values:
            return original(self, stat)
        # The nearest rank: of ten values p95 is the highest.
        return values[max(math.ceil(float(found[1]) / 100 * len(values)), 1) - 1]

    get_statistics_for_type.repaired = True  # type: ignore[attr-defined]
    Statistics.get_statistics_for_type = get_statistics_for_type  # type: ignore[method-assign]


def _repair_ec2() -> None:
    """A deleted NAT gateway gives its address back: the next gateway may take it."""
    from moto.ec2.models.nat_gateways import NatGatewayBackend

    refuse_what_is_in_use()

    original = NatGatewayBackend.delete_nat_gateway
    if hasattr(original, "repaired"):
        return

    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> Any:
        gateway = original(self, nat_gateway_id)
        for address in self.addresses:
            if address.eni is gateway._eni:
                self.disassociate_address(association_id=address.association_id)
        return gateway

    delete_nat_gateway.repaired = True  # type: ignore[attr-defined]
    NatGatewayBackend.delete_nat_gateway = delete_nat_gateway  # type: ignore[method-assign]


def _repair_kms() -> None:
    """Multi-region keys: identifiers do not fit into ciphertexts, and a replica has the key's aliases."""
    from moto.kms import utils
    from moto.kms.models import KmsBackend

    original = utils._deserialize_ciphertext_blob
    if hasattr(original, "repaired"):
        return
    length = len("mrk-") + utils.KEY_ID_LEN

    def deserialize(ciphertext_blob: bytes) -> Any:
        found = original(ciphertext_blob)
        return found._replace(key_id=found.key_id.rstrip("\0"))

    original_replicate = KmsBackend.replicate_key

    def replicate_key(self: Any, key_id: str, replica_region: str) -> Any:
        replica = original_replicate(self, key_id, replica_region)
        replica.aliases, replica.grants, replica.rotations = {}, {}, []
        return replica

    KmsBackend.replicate_key = replicate_key  # type: ignore[method-assign]
    deserialize.repaired = True  # type: ignore[attr-defined]
    utils.HEADER_LEN += length - utils.KEY_ID_LEN
    utils.CIPHERTEXT_HEADER_FORMAT = f">{length}s{utils.IV_LEN}s{utils.TAG_LEN}s"
    utils._deserialize_ciphertext_blob = deserialize


def _repair_lambda() -> None:
    """Some blocks of a function are taken and forgotten; a change keeps others as they were."""
    from moto.awslambda.models import LambdaBackend, LambdaFunction

    kept = ("DeadLetterConfig", "LoggingConfig", "TracingConfig", "KMSKeyArn", "EphemeralStorage")
    original, original_update = LambdaFunction.get_configuration, LambdaFunction.update_configuration
    original_code = LambdaFunction.update_function_code
    if hasattr(original, "repaired"):
        return
    original_new = LambdaFunction.__init__

    def new(self: Any, account_id: str, spec: dict[str, Any], *others: Any, **named: Any) -> None:
        self.kept = {name: spec[name] for name in kept if spec.get(name)}
        original_new(self, account_id, spec, *others, **named)

    def get_configuration(self: Any, *others: Any, **named: Any) -> dict[str, Any]:
        return {**original(self, *others, **named), **self.kept}

    def update_configuration(self: Any, changes: dict[str, Any]) -> dict[str, Any]:
        self.kept.update({name: changes[name] for name in kept if name in changes})
        original_update(self, changes)
        return get_configuration(self)

    def update_function_code(self: Any, changes: dict[str, Any]) -> dict[str, Any]:
        self.architectures = changes.get("Architectures") or self.architectures
        return original_code(self, changes)

    original_put = LambdaBackend.put_function_event_invoke_config

    def put_function_event_invoke_config(self: Any, function_name: str, config: dict[str, Any]) -> Any:
        self.get_function(function_name).event_invoke_config.clear()  # the first one would stay in force
        return original_put(self, function_name, config)

    get_configuration.repaired = True  # type: ignore[attr-defined]
    LambdaBackend.put_function_event_invoke_config = put_function_event_invoke_config  # type: ignore[method-assign]
    LambdaFunction.__init__ = new  # type: ignore[method-assign]
    LambdaFunction.get_configuration = get_configuration  # type: ignore[method-assign]
    LambdaFunction.update_configuration = update_configuration  # type: ignore[method-assign,assignment]
    LambdaFunction.update_function_code = update_function_code  # type: ignore[method-assign,assignment]


def _repair_load_balancers() -> None:
    """One whose deletion protection is on stays (DeleteLoadBalancer: OperationNotPermitted)."""
    from moto.elbv2.exceptions import ELBClientError
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend.delete_load_balancer
    if hasattr(original, "repaired"):
        return

    def delete_load_balancer(self: Any, arn: str) -> None:
        found = self.load_balancers.get(arn)
        if found is not None and found.attrs.get("deletion_protection.enabled") == "true":
            words = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ELBClientError("OperationNotPermitted", words)
        original(self, arn)

    delete_load_balancer.repaired = True  # type: ignore[attr-defined]
    ELBv2Backend.delete_load_balancer = delete_load_balancer  # type: ignore[method-assign]


def _repair_s3() -> None:
    """What moto cannot judge must not keep a bucket's owner out.

    moto enforces them without looking at conditions, so that "deny what is not TLS" denies everything
    that comes later. A statement with a condition is kept and told as it is, but not enforced.
    Whether logs may be delivered it reads off the plain text, where a list of one item and that item
    mean the same to AWS.

    Logs are not delivered at all: moto writes an object at every request, reads too, named after the
    time. A replayed journal cannot repeat that, and a bucket that was emptied before it was deleted
    would not be empty the second time. (AWS delivers after hours, if at all.)
    """
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.moto_api._internal import mock_random
    from moto.s3.models import FakeBucket, FakeMultipart, S3Backend

    if hasattr(FakeBucket.get_permission, "repaired"):
        return
    may_deliver, original_multipart = FakeBucket._log_permissions_enabled_policy, FakeMultipart.__init__

    def get_permission(self: Any, action: str, resource: str) -> Any:
        statements = [each for each in _statements(self) if not each.get("Condition")]
        if not statements:
            return PermissionResult.NEUTRAL
        return IAMPolicy(json.dumps({"Statement": statements})).is_action_permitted(action, resource)

    def log_permissions_enabled_policy(target_bucket: Any, target_prefix: str | None) -> bool:
        statements = [_single(each) for each in _statements(target_bucket)]
        named = [each for each in statements if isinstance(each.get("Principal"), dict)]
        policy = json.dumps({"Statement": named}).encode()
        plain = SimpleNamespace(
            policy=policy, name=target_bucket.name, partition=target_bucket.partition, acl=target_bucket.acl
        )
        return bool(may_deliver(plain, target_prefix))  # type: ignore[arg-type]

    def new_multipart(self: Any, *arguments: Any, **named: Any) -> None:
        original_multipart(self, *arguments, **named)
        # moto takes it from the system, and a replayed journal would have another one.
        self.id = mock_random.get_random_hex(56)

    get_permission.repaired = True  # type: ignore[attr-defined]
    FakeMultipart.__init__ = new_multipart  # type: ignore[method-assign]
    FakeBucket.get_permission = get_permission  # type: ignore[method-assign]
    S3Backend.log_incoming_request = lambda *_: None  # type: ignore[method-assign]
    importlib.import_module("rehearsal.aws.moto_replication").repair_replication()
    importlib.import_module("rehearsal.aws.moto_s3_accounts").repair_buckets_of_other_accounts()
    importlib.import_module("rehearsal.aws.moto_object_lock").repair_object_lock()
    FakeBucket._log_permissions_enabled_policy = staticmethod(  # type: ignore[method-assign]
        log_permissions_enabled_policy
    )


def _repair_wafv2() -> None:
    """An update replaces the whole list (UpdateWebACL): texts that it leaves out are gone."""
    from moto.wafv2.models import FakeWebACL

    kept = FakeWebACL.update

    def update(self: Any, *others: Any, **named: Any) -> None:
        self.custom_response_bodies = None
        kept(self, *others, **named)

    FakeWebACL.update = update  # type: ignore[method-assign]


def _statements(bucket: Any) -> list[dict[str, Any]]:
    found = json.loads(bucket.policy.decode())["Statement"] if bucket.policy else []
    return found if isinstance(found, list) else [found]


def _single(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _single(item) for key, item in value.items()}
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _drop_after(backend: Any, method: str, kept_in: str, name: str) -> None:
    """Deleted objects stay in moto as "deleting" for good: names stay taken, and tags come back."""
    original = getattr(backend, method)
    if hasattr(original, "repaired"):
        return

    def repaired(self: Any, **parameters: Any) -> Any:
        answer = original(self, **parameters)
        if getattr(self, kept_in).pop(parameters[name], None) is not None:
            self.tagging_service.delete_all_tags_for_resource(answer.arn)
        return answer

    repaired.repaired = True  # type: ignore[attr-defined]
    setattr(backend, method, repaired)


def _forget_tags(backend: Any, method: str, arns_of: Callable[[Any, Any], list[str]]) -> None:
    original = getattr(backend, method)
    if hasattr(original, "repaired"):
        return

    def repaired(self: Any, names: Any) -> Any:
        arns = arns_of(self, names)
        answer = original(self, names)
        for arn in arns:
            self.tagger.delete_all_tags_for_resource(arn)
        return answer

    repaired.repaired = True  # type: ignore[attr-defined]
    setattr(backend, method, repaired)

"""Values that AWS takes one by one, but refuses together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rehearsal.aws.postgres_parameters import STATIC
from rehearsal.aws.value_rules import overlap, password
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties

# Property and reason.
Refusals = Iterator[tuple[str, str]]

# Letters of a master password: CreateDBInstance in botocore's documentation.
_LONGEST_PASSWORD = {"mysql": 41, "mariadb": 41, "oracle-ee": 30, "oracle-se2": 30}
# Least storage in GiB by storage type: the same documentation (AllocatedStorage).
_LEAST_STORAGE = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 5}
# What each engine can write to CloudWatch Logs ("Publishing database logs" in the RDS user guide).
_LOGS = {
    "postgres": {"postgresql", "upgrade", "iam-db-auth-error"},
    "mysql": {"audit", "error", "general", "slowquery", "iam-db-auth-error"},
    "mariadb": {"audit", "error", "general", "slowquery", "iam-db-auth-error"},
}
_RESERVED_NAMES = {"admin", "rdsadmin", "rdsrepladmin"}  # "MasterUsername admin cannot be used …"

_DAY, _WEEK = 86_400, 604_800  # seconds


def combination_failures(token: str, inputs: Properties) -> list[CheckFailure]:
    """What AWS would refuse in `inputs` because of one another."""
    check = _CHECKS.get(token)
    # What is not known yet is as good as not there: no rule here refuses a missing value that an
    # unknown one could be, save where it asks for the key itself.
    known = {name: value for name, value in inputs.items() if value is not UNKNOWN and value is not None}
    found = check(known, inputs) if check is not None else iter(())
    return [CheckFailure(name, f"'{name}' {reason}") for name, reason in found]


def _database(known: Properties, given: Mapping[str, Any]) -> Refusals:
    engine = known.get("engine", "")
    yield from _windows(known, "backupWindow")
    yield from _storage(known)
    if "password" in known:
        reason = password(8, _LONGEST_PASSWORD.get(engine, 128), '/"@')(known["password"])
        if reason is not None:
            yield "password", reason
    if engine == "postgres":
        name = str(known.get("username", ""))
        if name.lower() in _RESERVED_NAMES or name.startswith("pg_"):
            yield "username", f"is {name!r}, which PostgreSQL on RDS reserves; allowed: any other"
        if len(str(known.get("dbName", ""))) > 63:
            yield "dbName", f"has {len(known['dbName'])} characters; allowed: 1 to 63"
    for log in known.get("enabledCloudwatchLogsExports", ()):
        if engine in _LOGS and log not in _LOGS[engine]:
            allowed = ", ".join(sorted(_LOGS[engine]))
            yield "enabledCloudwatchLogsExports", f"has {log!r}; allowed for {engine}: {allowed}"
    if int(known.get("monitoringInterval", 0)) > 0 and given.get("monitoringRoleArn") is None:
        # botocore: "If MonitoringInterval is set to a value other than 0, then you must supply a
        # MonitoringRoleArn value".
        yield "monitoringRoleArn", "is missing; needed when monitoringInterval is not 0"


def _parameter_group(known: Properties, given: Mapping[str, Any]) -> Refusals:
    """ModifyDBParameterGroup: "You can use the immediate value with dynamic parameters only"."""
    if not str(known.get("family", "")).startswith("postgres"):
        return
    for number, parameter in enumerate(known.get("parameters", ())):
        name = parameter.get("name")
        if name in STATIC and (parameter.get("applyMethod") or "immediate") == "immediate":
            yield (
                f"parameters[{number}].applyMethod",
                f"is immediate; allowed for {name}, which PostgreSQL takes when it starts: pending-reboot",
            )


def _storage(known: Properties) -> Refusals:
    size = known.get("allocatedStorage")
    if size is None:
        return
    kind = known.get("storageType", "gp2")
    least = _LEAST_STORAGE.get(kind, 20)
    if int(size) < least:
        yield "allocatedStorage", f"is {size}; allowed with {kind}: at least {least} (GiB)"
    most = int(known.get("maxAllocatedStorage", 0))
    # AWS: "The maximum allocated storage must be increased by at least 10 percent"; 0 turns scaling off.
    if 0 < most * 10 < int(size) * 11:
        allowed = f"0, or at least 10 % above allocatedStorage ({-(-int(size) * 11 // 10)})"
        yield "maxAllocatedStorage", f"is {most}; allowed: {allowed}"


def _windows(known: Properties, name: str) -> Refusals:
    """AWS: "The backup window and maintenance window must not overlap" (ElastiCache: "snapshot")."""
    if overlap(known.get(name), known.get("maintenanceWindow")):
        weekly = known["maintenanceWindow"]
        yield name, f"is {known[name]!r}, which overlaps maintenanceWindow {weekly!r}; allowed: apart"


def _replication_group(known: Properties, given: Mapping[str, Any]) -> Refusals:
    yield from _windows(known, "snapshotWindow")
    failover = known.get("automaticFailoverEnabled", False)
    # botocore: "If AutomaticFailoverEnabled is true, the value of this parameter must be at least 2".
    if failover is True and int(known.get("numCacheClusters", 2)) < 2:
        found = known["numCacheClusters"]
        yield "numCacheClusters", f"is {found}; allowed with automaticFailoverEnabled: 2 to 6"
    # replicationGroupValidateMultiAZAutomaticFailover in AWS's provider.
    if known.get("multiAzEnabled") is True and given.get("automaticFailoverEnabled") in (None, False):
        yield "multiAzEnabled", "is true; allowed only with automaticFailoverEnabled"
    if known.get("userGroupIds") and known.get("authToken"):
        yield "authToken", "is given; allowed only without userGroupIds"
    for name in ("userGroupIds", "authToken"):
        # AWS: "… can only be enabled when transit encryption is enabled".
        if known.get(name) and given.get("transitEncryptionEnabled") in (None, False):
            yield name, "is given; allowed only with transitEncryptionEnabled"


def _alarm(known: Properties, given: Mapping[str, Any]) -> Refusals:
    periods = int(known.get("evaluationPeriods", 1))
    # AWS: "DatapointsToAlarm must be less than or equal to EvaluationPeriods".
    points = int(known.get("datapointsToAlarm", 0))
    if points > periods:
        yield "datapointsToAlarm", f"is {points}; allowed: at most evaluationPeriods ({periods})"
    period = int(known.get("period", 0))
    longest = _DAY if period < 3600 else _WEEK  # botocore's documentation of PutMetricAlarm (Period)
    if period * periods > longest:
        yield "evaluationPeriods", f"are {periods} of {period} s; allowed: {longest} s in all"


def _cluster(known: Properties, given: Mapping[str, Any]) -> Refusals:
    """validateAutoModeCustomizeDiff in AWS's provider (eks/cluster.go): Auto Mode is all three or none."""
    places = {
        "computeConfig.enabled": _inside(known, "computeConfig", "enabled"),
        "kubernetesNetworkConfig.elasticLoadBalancing.enabled": _inside(
            known, "kubernetesNetworkConfig", "elasticLoadBalancing", "enabled"
        ),
        "storageConfig.blockStorage.enabled": _inside(known, "storageConfig", "blockStorage", "enabled"),
    }
    if UNKNOWN not in places.values() and len({value is True for value in places.values()}) > 1:
        off = next(place for place, value in places.items() if value is not True)
        yield off, f"is not true; allowed: all of {', '.join(places)}, or none"


def _inside(value: Any, *names: str) -> Any:
    """What is at a place; None where there is nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else value
    return value


def _subscription(known: Properties, given: Mapping[str, Any]) -> Refusals:
    """AWS: "Endpoint must match the specified protocol", "Invalid parameter: Email address"."""
    protocol, endpoint = str(known.get("protocol", "")), known.get("endpoint")
    forms = {
        "email": r"[^@\s]+@[^@\s]+",
        "email-json": r"[^@\s]+@[^@\s]+",
        "http": r"http://\S+",
        "https": r"https://\S+",
        "sms": r"\+?[0-9-]+",
    }
    form = forms.get(protocol, r"arn:\S+")
    if endpoint is not None and not re.fullmatch(form, str(endpoint)):
        # An address to which pages go may be a secret (it may hold a key): it is not repeated.
        yield "endpoint", f"is no endpoint for the protocol {protocol}"


def _lifecycle(known: Properties, given: Mapping[str, Any]) -> Refusals:
    """AWS: "'Days' in Transition action must be greater than or equal to 30 for storageClass …_IA"."""
    for number, rule in enumerate(known.get("rules", ())):
        expires = _days(rule.get("expiration"), "days")
        for each, move in enumerate(rule.get("transitions") or ()):
            where, days = f"rules[{number}].transitions[{each}].days", _days(move, "days")
            if days is not None and days < 30 and str(move.get("storageClass")).endswith("_IA"):
                yield where, f"is {days}; allowed for {move['storageClass']}: at least 30"
            if days is not None and expires is not None and expires <= days:
                yield where, f"is {days}; allowed: less than expiration.days ({expires})"


def _record(known: Properties, given: Mapping[str, Any]) -> Refusals:
    """Route 53's "InvalidChangeBatch" (developer guide, "Supported DNS record types")."""
    kind, values = known.get("type"), [value for value in known.get("records", ()) if isinstance(value, str)]
    if given.get("ttl") is None and not known.get("aliases"):
        yield "ttl", "is missing; needed where there are no aliases"
    if kind == "CNAME" and len(values) > 1:
        yield "records", f"has {len(values)} values; allowed for CNAME: 1"
    if kind in ("TXT", "SPF"):
        # In quotes that the provider adds at both ends: `first" "second`.
        for piece in (piece for value in values for piece in re.split(r'(?<!\\)"\s*(?<!\\)"', value)):
            if len(re.sub(r"\\(.)", r"\1", piece)) > 255:
                yield "records", f"has a text of {len(piece)} characters; allowed in a pair of quotes: 255"
            if re.search(r'(?<!\\)"', piece):
                yield "records", "has a quote within a text; allowed after a backslash"
    forms = {
        "MX": r"\d{1,5} \S+",
        "SRV": r"\d{1,5} \d{1,5} \d{1,5} \S+",
        "CAA": r'\d{1,3} [a-z]+ ".*"',
        "NS": r"[A-Za-z0-9_.-]+",
    }
    for value in values:
        if kind in forms and not re.fullmatch(forms[kind], value):
            yield "records", f"has {value!r}, which is no value of type {kind}"


def _days(block: Any, name: str) -> int | None:
    value = block.get(name) if isinstance(block, dict) else None
    return None if value is None or value is UNKNOWN else int(value)


_CHECKS: Mapping[str, Callable[[Properties, Mapping[str, Any]], Refusals]] = {
    "aws:rds/instance:Instance": _database,
    "aws:rds/parameterGroup:ParameterGroup": _parameter_group,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "aws:route53/record:Record": _record,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _lifecycle,
}

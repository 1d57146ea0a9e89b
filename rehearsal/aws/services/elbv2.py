"""Elastic Load Balancing: load balancers, target groups, listeners and their rules."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags, rewritten

_LOAD_BALANCER_ATTRIBUTES: dict[str, tuple[str, Any]] = {
    "clientKeepAlive": ("client_keep_alive.seconds", 3600),
    "desyncMitigationMode": ("routing.http.desync_mitigation_mode", "defensive"),
    "dropInvalidHeaderFields": ("routing.http.drop_invalid_header_fields.enabled", False),
    "enableDeletionProtection": ("deletion_protection.enabled", False),
    "enableHttp2": ("routing.http2.enabled", True),
    "enableTlsVersionAndCipherSuiteHeaders": (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        False,
    ),
    "enableXffClientPort": ("routing.http.xff_client_port.enabled", False),
    "enableZonalShift": ("zonal_shift.config.enabled", False),
    "idleTimeout": ("idle_timeout.timeout_seconds", 60),
    "preserveHostHeader": ("routing.http.preserve_host_header.enabled", False),
    "xffHeaderProcessingMode": ("routing.http.xff_header_processing.mode", "append"),
}
_TARGET_GROUP_ATTRIBUTES: dict[str, tuple[str, Any]] = {
    "deregistrationDelay": ("deregistration_delay.timeout_seconds", 300),
    "loadBalancingAlgorithmType": ("load_balancing.algorithm.type", "round_robin"),
    "slowStart": ("slow_start.duration_seconds", 0),
}

# Pulumi's name of a condition, AWS's field and configuration.
_CONDITIONS = {
    "hostHeader": ("host-header", "HostHeaderConfig"),
    "httpHeader": ("http-header", "HttpHeaderConfig"),
    "pathPattern": ("path-pattern", "PathPatternConfig"),
}

_TAGS = Tags(
    create="Tags",
    style="list",
    add=Call("add_tags", {"ResourceArns": ["{id}"], "Tags": "<tags>"}),
    remove=Call("remove_tags", {"ResourceArns": ["{id}"], "TagKeys": "<keys>"}),
    read="TagDescriptions[0].Tags",
    read_call=Call("describe_tags", {"ResourceArns": ["{id}"]}),
)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(text: str, default: Any) -> Any:
    """AWS has all attributes as texts."""
    if isinstance(default, bool):
        return text == "true"
    return int(text) if isinstance(default, int) else text


def _attribute(key: str, value: Any) -> dict[str, str]:
    return {"Key": key, "Value": _text(value)}


def _written(table: dict[str, tuple[str, Any]], context: Context) -> list[dict[str, str]]:
    """The attributes that the program sets, and those that it has stopped to set."""
    return [
        _attribute(key, default if context.inputs.get(name) is None else context.inputs[name])
        for name, (key, default) in table.items()
        if context.inputs.get(name) is not None or context.old.get(name) is not None
    ]


def _read(table: dict[str, tuple[str, Any]], attributes: dict[str, str]) -> dict[str, Any]:
    return {
        name: _typed(attributes[key], default) if key in attributes else default
        for name, (key, default) in table.items()
    }


def _load_balancer_attributes(context: Context) -> dict[str, Any]:
    attributes = _written(_LOAD_BALANCER_ATTRIBUTES, context)
    logs = context.inputs.get("accessLogs")
    if logs or context.old.get("accessLogs"):
        logs = logs or {}
        attributes += [
            _attribute("access_logs.s3.enabled", logs.get("enabled", False)),
            _attribute("access_logs.s3.bucket", logs.get("bucket", "")),
            _attribute("access_logs.s3.prefix", logs.get("prefix") or ""),
        ]
    return {"LoadBalancerArn": context.id, "Attributes": attributes}


def _load_balancer(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    found = answer["LoadBalancers"][0]
    described = context.call("describe_load_balancer_attributes", LoadBalancerArn=context.id)
    attributes = {item["Key"]: item["Value"] for item in described["Attributes"]}
    logs = {
        "enabled": attributes.get("access_logs.s3.enabled") == "true",
        "bucket": attributes.get("access_logs.s3.bucket", ""),
        "prefix": attributes.get("access_logs.s3.prefix", ""),
    }
    return {
        **found,
        **_read(_LOAD_BALANCER_ATTRIBUTES, attributes),
        "accessLogs": logs,
        "internal": found["Scheme"] == "internal",
        "subnets": [zone["SubnetId"] for zone in found["AvailabilityZones"]],
    }


_HEALTH_CHECK = {
    "enabled": "HealthCheckEnabled",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}


def _health(context: Context) -> dict[str, Any]:
    """Pulumi has a block where AWS has members of the target group itself."""
    check = context.inputs.get("healthCheck") or {}
    written = {
        member: int(check[name]) if member.endswith(("Seconds", "Count")) else check[name]
        for name, member in _HEALTH_CHECK.items()
        if check.get(name) is not None
    }
    return {**written, "Matcher": {"HttpCode": check["matcher"]}} if check.get("matcher") else written


def _target_group_attributes(context: Context) -> dict[str, Any]:
    attributes = _written(_TARGET_GROUP_ATTRIBUTES, context)
    stickiness = context.inputs.get("stickiness")
    if stickiness or context.old.get("stickiness"):
        stickiness = stickiness or {"enabled": False, "type": "lb_cookie"}
        attributes += [
            _attribute("stickiness.enabled", stickiness.get("enabled", True)),
            _attribute("stickiness.type", stickiness["type"]),
            _attribute("stickiness.lb_cookie.duration_seconds", stickiness.get("cookieDuration") or 86400),
        ]
    return {"TargetGroupArn": context.id, "Attributes": attributes}


def _target_group(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    found = answer["TargetGroups"][0]
    described = context.call("describe_target_group_attributes", TargetGroupArn=context.id)
    attributes = {item["Key"]: item["Value"] for item in described["Attributes"]}
    check = {name: found[member] for name, member in _HEALTH_CHECK.items() if found.get(member) is not None}
    if "Matcher" in found:
        check["matcher"] = found["Matcher"]["HttpCode"]
    stickiness = {
        "enabled": attributes.get("stickiness.enabled") == "true",
        "type": attributes.get("stickiness.type", "lb_cookie"),
        "cookieDuration": int(attributes.get("stickiness.lb_cookie.duration_seconds", 86400)),
    }
    return {
        **found,
        **_read(_TARGET_GROUP_ATTRIBUTES, attributes),
        "healthCheck": check,
        "stickiness": stickiness,
    }


def _listener_extras(context: Context) -> dict[str, Any]:
    certificate = context.inputs.get("certificateArn")
    return {"Certificates": [{"CertificateArn": certificate}]} if certificate else {}


def _changed_listener(context: Context) -> dict[str, Any]:
    return {"ListenerArn": context.id, **_listener_extras(context)}


def _actions_found(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {{"FixedResponseConfig": "fixedResponse"}.get(name, name): value for name, value in action.items()}
        for action in actions
    ]


def _listener(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    found = dict(answer["Listeners"][0])
    certificates = found.pop("Certificates", None)
    if certificates:
        found["certificateArn"] = certificates[0]["CertificateArn"]
    return {**found, "DefaultActions": _actions_found(found["DefaultActions"])}


def _conditions(context: Context) -> dict[str, Any]:
    written = []
    for condition in context.inputs["conditions"]:
        for name, (field, member) in _CONDITIONS.items():
            if condition.get(name):
                block = {"Values": condition[name]["values"]}
                if name == "httpHeader":
                    block["HttpHeaderName"] = condition[name]["httpHeaderName"]
                written.append({"Field": field, member: block})
    return {"Conditions": written}


def _changed_rule(context: Context) -> dict[str, Any]:
    return {"RuleArn": context.id, **_conditions(context)}


def _rule(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    found = answer["Rules"][0]
    conditions = [
        {name: condition[member]}
        for condition in found["Conditions"]
        for name, (_field, member) in _CONDITIONS.items()
        if condition.get(member)
    ]
    return {
        **found,
        "Priority": int(found["Priority"]),
        "Conditions": conditions,
        "Actions": _actions_found(found["Actions"]),
        # It is no member of a rule; its ARN tells.
        "listenerArn": found["RuleArn"].replace(":listener-rule/", ":listener/").rpartition("/")[0],
    }


def _priority(context: Context) -> dict[str, Any]:
    return {"RulePriorities": [{"RuleArn": context.id, "Priority": int(context.inputs["priority"])}]}


def _suffix(kind: str) -> Any:
    """The part of the ARN that is the dimension of CloudWatch's metrics."""
    return lambda context: kind + str(context.outputs["arn"]).split(f":{kind or 'loadbalancer/'}", 1)[1]


QUESTIONS = {"elbv2": "describe_load_balancers"}
MAPPINGS = (
    ResourceMapping(
        token="aws:lb/loadBalancer:LoadBalancer",
        service="elbv2",
        create=Call(
            "create_load_balancer",
            lambda context: {"Scheme": "internal" if context.inputs.get("internal") else "internet-facing"},
        ),
        made="LoadBalancers[0]",
        id="{LoadBalancerArn}",
        read=Call("describe_load_balancers", {"LoadBalancerArns": ["{id}"]}),
        found=_load_balancer,
        settings=(
            rewritten(
                "modify_load_balancer_attributes",
                ("accessLogs", *_LOAD_BALANCER_ATTRIBUTES),
                _load_balancer_attributes,
            ),
            Setting(
                "set_security_groups", ("securityGroups",), {"LoadBalancerArn": "{id}"}, at_creation=False
            ),
            Setting("set_subnets", ("subnets",), {"LoadBalancerArn": "{id}"}, at_creation=False),
        ),
        delete=Call("delete_load_balancer", {"LoadBalancerArn": "{id}"}),
        names={"loadBalancerType": "Type", "zoneId": "CanonicalHostedZoneId", "dnsName": "DNSName"},
        read_names={"name": "LoadBalancerName"},
        defaults={
            **{name: default for name, (_, default) in _LOAD_BALANCER_ATTRIBUTES.items()},
            "internal": False,
            "ipAddressType": "ipv4",
            "loadBalancerType": "application",
        },
        computed={"arnSuffix": _suffix("")},
        autoname="name",
        tags=_TAGS,
    ),
    ResourceMapping(
        token="aws:lb/targetGroup:TargetGroup",
        service="elbv2",
        create=Call("create_target_group", _health),
        made="TargetGroups[0]",
        id="{TargetGroupArn}",
        read=Call("describe_target_groups", {"TargetGroupArns": ["{id}"]}),
        found=_target_group,
        update=Call(
            "modify_target_group",
            lambda context: {"TargetGroupArn": context.id, **_health(context)},
            takes=False,
        ),
        settings=(
            rewritten(
                "modify_target_group_attributes",
                ("stickiness", *_TARGET_GROUP_ATTRIBUTES),
                _target_group_attributes,
            ),
        ),
        delete=Call("delete_target_group", {"TargetGroupArn": "{id}"}),
        # Load balancers come by the listeners, after the target group.
        read_names={"name": "TargetGroupName", "loadBalancerArns": "-"},
        defaults={name: default for name, (_, default) in _TARGET_GROUP_ATTRIBUTES.items()},
        computed={"arnSuffix": _suffix("targetgroup/")},
        autoname="name",
        tags=_TAGS,
    ),
    ResourceMapping(
        token="aws:lb/listener:Listener",
        service="elbv2",
        create=Call("create_listener", _listener_extras),
        made="Listeners[0]",
        id="{ListenerArn}",
        read=Call("describe_listeners", {"ListenerArns": ["{id}"]}),
        found=_listener,
        update=Call("modify_listener", _changed_listener),
        delete=Call("delete_listener", {"ListenerArn": "{id}"}),
        names={"defaultActions.fixedResponse": "FixedResponseConfig", "certificateArn": "certificateArn"},
        # A list in AWS's answers, one text in Pulumi; load balancers of this kind have none.
        read_names={"alpnPolicy": "-"},
        tags=_TAGS,
    ),
    ResourceMapping(
        token="aws:lb/listenerRule:ListenerRule",
        service="elbv2",
        create=Call("create_rule", _conditions),
        made="Rules[0]",
        id="{RuleArn}",
        read=Call("describe_rules", {"RuleArns": ["{id}"]}),
        found=_rule,
        update=Call("modify_rule", _changed_rule),
        settings=(Setting("set_rule_priorities", ("priority",), _priority, takes=False, at_creation=False),),
        delete=Call("delete_rule", {"RuleArn": "{id}"}),
        names={
            "actions.fixedResponse": "FixedResponseConfig",
            "conditions": "-",
            "arn": "RuleArn",
        },
        read_names={"conditions": "Conditions", "arn": "RuleArn"},
        tags=_TAGS,
    ),
)

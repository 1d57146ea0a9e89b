"""Amazon Route 53: health checks."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.route53_tags import route53_tags

# AWS's members are in the health check's configuration; their names are not quite Pulumi's.
_CONFIG = {
    "ipAddress": "IPAddress",
    "port": "Port",
    "type": "Type",
    "resourcePath": "ResourcePath",
    "fqdn": "FullyQualifiedDomainName",
    "searchString": "SearchString",
    "requestInterval": "RequestInterval",
    "failureThreshold": "FailureThreshold",
    "measureLatency": "MeasureLatency",
    "invertHealthcheck": "Inverted",
    "disabled": "Disabled",
    "enableSni": "EnableSNI",
    "childHealthchecks": "ChildHealthChecks",
    "childHealthThreshold": "HealthThreshold",
    "regions": "Regions",
}
# What UpdateHealthCheck has no member for: a change of it is another health check.
_FOR_GOOD = ("type", "requestInterval", "measureLatency")


def _config(context: Context, without: tuple[str, ...] = ()) -> dict[str, Any]:
    given = {
        _CONFIG[name]: value
        for name, value in context.inputs.items()
        if name in _CONFIG and name not in without and value is not None
    }
    return {name: int(value) if isinstance(value, float) else value for name, value in given.items()}


def _creation(context: Context) -> dict[str, Any]:
    # AWS's provider makes one up; two health checks with the same one would be one.
    reference = context.inputs.get("referenceName") or "-".join(
        str(context.inputs.get(name, "")) for name in ("fqdn", "ipAddress", "resourcePath", "port")
    )
    return {"CallerReference": reference[:64], "HealthCheckConfig": _config(context)}


def _found(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    check = answer["HealthCheck"]
    config = {name: check["HealthCheckConfig"].get(member) for name, member in _CONFIG.items()}
    return {
        "Id": check["Id"],
        **{_CONFIG[name]: value for name, value in config.items() if value is not None},
    }


MAPPINGS = (
    ResourceMapping(
        token="aws:route53/healthCheck:HealthCheck",
        service="route53",
        create=Call("create_health_check", _creation, takes=False),
        made="HealthCheck",
        id="{Id}",
        read=Call("get_health_check", {"HealthCheckId": "{id}"}),
        found=_found,
        missing=("NoSuchHealthCheck",),
        update=Call(
            "update_health_check",
            lambda context: {"HealthCheckId": context.id, **_config(context, _FOR_GOOD)},
            takes=False,
        ),
        update_with_all=True,
        delete=Call("delete_health_check", {"HealthCheckId": "{id}"}),
        names=_CONFIG,
        local=("referenceName", "triggers"),
        defaults={"disabled": False},
        computed={"arn": "arn:aws:route53:::healthcheck/{id}"},
        tags=route53_tags("healthcheck"),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()

"""Amazon CloudFront: distributions, and access to private buckets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType

# CloudFront's hosted zone, the same for every distribution (Route 53 API reference, AliasTarget).
HOSTED_ZONE = "Z2FDTNDATAQYW2"

_BEHAVIOR = {
    "cachePolicyId": "CachePolicyId",
    "compress": "Compress",
    "originRequestPolicyId": "OriginRequestPolicyId",
    "pathPattern": "PathPattern",
    "responseHeadersPolicyId": "ResponseHeadersPolicyId",
    "targetOriginId": "TargetOriginId",
    "viewerProtocolPolicy": "ViewerProtocolPolicy",
}
_ORIGIN = {
    "connectionAttempts": "ConnectionAttempts",
    "connectionTimeout": "ConnectionTimeout",
    "domainName": "DomainName",
    "originAccessControlId": "OriginAccessControlId",
    "originId": "Id",
    "originPath": "OriginPath",
}
_CUSTOM_ORIGIN = {
    "httpPort": "HTTPPort",
    "httpsPort": "HTTPSPort",
    "originKeepaliveTimeout": "OriginKeepaliveTimeout",
    "originProtocolPolicy": "OriginProtocolPolicy",
    "originReadTimeout": "OriginReadTimeout",
}
_CERTIFICATE = {
    "acmCertificateArn": "ACMCertificateArn",
    "cloudfrontDefaultCertificate": "CloudFrontDefaultCertificate",
    "minimumProtocolVersion": "MinimumProtocolVersion",
    "sslSupportMethod": "SSLSupportMethod",
}
_CONFIG = {
    "comment": "Comment",
    "defaultRootObject": "DefaultRootObject",
    "enabled": "Enabled",
    "httpVersion": "HttpVersion",
    "isIpv6Enabled": "IsIPV6Enabled",
    "priceClass": "PriceClass",
    "webAclId": "WebACLId",
}


def _sent(names: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    return {member: given[name] for name, member in names.items() if given.get(name) not in (None, "")}


def _told(names: Mapping[str, str], found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[member] for name, member in names.items() if found.get(member) not in (None, "")}


def _counted(items: Iterable[Any]) -> dict[str, Any]:
    """CloudFront's lists say how long they are."""
    listed = list(items)
    return {"Quantity": len(listed), "Items": listed} if listed else {"Quantity": 0}


def _items(counted: Mapping[str, Any] | None) -> list[Any]:
    return list((counted or {}).get("Items") or [])


def _behavior(given: Mapping[str, Any]) -> dict[str, Any]:
    functions = [
        {"EventType": one["eventType"], "FunctionARN": one["functionArn"]}
        for one in given.get("functionAssociations") or []
    ]
    return {
        **_sent(_BEHAVIOR, given),
        "AllowedMethods": {
            **_counted(given["allowedMethods"]),
            "CachedMethods": _counted(given["cachedMethods"]),
        },
        "FunctionAssociations": _counted(functions),
    }


def _behavior_found(found: Mapping[str, Any]) -> dict[str, Any]:
    methods = found.get("AllowedMethods") or {}
    functions = [
        {"eventType": one["EventType"], "functionArn": one["FunctionARN"]}
        for one in _items(found.get("FunctionAssociations"))
    ]
    return {
        **_told(_BEHAVIOR, found),
        "allowedMethods": _items(methods),
        "cachedMethods": _items(methods.get("CachedMethods")),
        **({"functionAssociations": functions} if functions else {}),
    }


def _origin(given: Mapping[str, Any]) -> dict[str, Any]:
    headers = [
        {"HeaderName": one["name"], "HeaderValue": one["value"]} for one in given.get("customHeaders") or []
    ]
    origin = {**_sent(_ORIGIN, given), "CustomHeaders": _counted(headers)}
    custom = given.get("customOriginConfig")
    if custom:
        protocols = _counted(custom["originSslProtocols"])
        origin["CustomOriginConfig"] = {**_sent(_CUSTOM_ORIGIN, custom), "OriginSslProtocols": protocols}
    elif given.get("originAccessControlId"):
        # AWS wants the older way to be named, and empty.
        origin["S3OriginConfig"] = {"OriginAccessIdentity": ""}
    return origin


def _origin_found(found: Mapping[str, Any]) -> dict[str, Any]:
    origin = _told(_ORIGIN, found)
    headers = _items(found.get("CustomHeaders"))
    if headers:
        origin["customHeaders"] = [
            {"name": one["HeaderName"], "value": one["HeaderValue"]} for one in headers
        ]
    custom = found.get("CustomOriginConfig")
    if custom:
        protocols = _items(custom.get("OriginSslProtocols"))
        origin["customOriginConfig"] = {**_told(_CUSTOM_ORIGIN, custom), "originSslProtocols": protocols}
    return origin


def _config(context: Context) -> dict[str, Any]:
    inputs = context.inputs
    restriction = inputs["restrictions"]["geoRestriction"]
    config = {
        **_sent(_CONFIG, inputs),
        "Comment": inputs.get("comment") or "",
        "Aliases": _counted(inputs.get("aliases") or []),
        "CacheBehaviors": _counted(_behavior(one) for one in inputs.get("orderedCacheBehaviors") or []),
        "DefaultCacheBehavior": _behavior(inputs["defaultCacheBehavior"]),
        "Origins": _counted(_origin(one) for one in inputs["origins"]),
        "Restrictions": {
            "GeoRestriction": {
                "RestrictionType": restriction["restrictionType"],
                **_counted(restriction.get("locations") or []),
            }
        },
        "ViewerCertificate": _sent(_CERTIFICATE, inputs["viewerCertificate"]),
    }
    reference = context.outputs.get("callerReference")
    if reference is None:
        # AWS takes a second creation with the same reference for a repetition of the first.
        reference = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:32]
    return {**config, "CallerReference": reference}


def _distribution(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    found = answer["Distribution"]
    config = found["DistributionConfig"]
    restriction = config["Restrictions"]["GeoRestriction"]
    return {
        **found,
        **_told(_CONFIG, config),
        "aliases": _items(config.get("Aliases")),
        "callerReference": config["CallerReference"],
        "defaultCacheBehavior": _behavior_found(config["DefaultCacheBehavior"]),
        "orderedCacheBehaviors": [_behavior_found(one) for one in _items(config.get("CacheBehaviors"))],
        "origins": [_origin_found(one) for one in _items(config["Origins"])],
        "restrictions": {
            "geoRestriction": {
                "restrictionType": restriction["RestrictionType"],
                "locations": _items(restriction),
            }
        },
        "viewerCertificate": _told(_CERTIFICATE, config["ViewerCertificate"]),
    }


def _version(operation: str) -> Any:
    """A change names the version that it changes."""
    return lambda context: {"Id": context.id, "IfMatch": context.call(operation, Id=context.id)["ETag"]}


def _changed(context: Context) -> dict[str, Any]:
    version: dict[str, Any] = _version("get_distribution_config")(context)
    return {**version, "DistributionConfig": _config(context)}


def _changed_access(context: Context) -> dict[str, Any]:
    version: dict[str, Any] = _version("get_origin_access_control")(context)
    return version


_ARN = "arn:aws:cloudfront::{account}:distribution/{id}"
_ACCESS = ("name", "description", "originAccessControlOriginType", "signingBehavior", "signingProtocol")
_MEMBER = "OriginAccessControlConfig"

QUESTIONS = {"cloudfront": "list_distributions"}
MAPPINGS = (
    ResourceMapping(
        token="aws:cloudfront/distribution:Distribution",
        service="cloudfront",
        create=Call(
            "create_distribution",
            lambda context: {"DistributionConfig": _config(context)},
            takes=False,
        ),
        id="{Id}",
        made="Distribution",
        read=Call("get_distribution", {"Id": "{id}"}),
        found=_distribution,
        update=Call("update_distribution", _changed, takes=False),
        delete=Call("delete_distribution", _version("get_distribution_config"), takes=False),
        missing=("NoSuchDistribution",),
        names={"arn": "ARN", "domainName": "DomainName"},
        # A deployed one is what the provider waits for; versions change with every update.
        read_names={"status": "-", "etag": "-", "lastModifiedTime": "-"},
        local=("retainOnDelete", "waitForDeployment"),
        defaults={"hostedZoneId": HOSTED_ZONE, "status": "Deployed", "waitForDeployment": True},
        tags=Tags(
            create=None,
            style="list",
            add=Call("tag_resource", {"Resource": _ARN, "Tags": {"Items": "<tags>"}}),
            remove=Call("untag_resource", {"Resource": _ARN, "TagKeys": {"Items": "<keys>"}}),
            read="Tags.Items",
            read_call=Call("list_tags_for_resource", {"Resource": _ARN}),
        ),
    ),
    ResourceMapping(
        token="aws:cloudfront/originAccessControl:OriginAccessControl",
        service="cloudfront",
        create=Call("create_origin_access_control"),
        made="OriginAccessControl",
        known_when_made=True,
        id="{Id}",
        read=Call("get_origin_access_control", {"Id": "{id}"}),
        found="OriginAccessControl.{Id: Id, OriginAccessControlConfig: OriginAccessControlConfig}",
        update=Call("update_origin_access_control", _changed_access),
        update_with_all=True,
        delete=Call("delete_origin_access_control", _version("get_origin_access_control")),
        missing=("NoSuchOriginAccessControl",),
        names={name: f"{_MEMBER}.{name[0].upper()}{name[1:]}" for name in _ACCESS},
        computed={"arn": "arn:aws:cloudfront::{account}:origin-access-control/{id}"},
        autoname="name",
    ),
)

RECORDED = (
    RecordedType(
        token="aws:cloudfront/cachePolicy:CachePolicy",
        id="{hash}",
        why="moto has no CreateCachePolicy",
        model="cloudfront.create_cache_policy",
        outputs={"arn": "arn:aws:cloudfront::{account}:cache-policy/{id}"},
        autoname="name",
    ),
    RecordedType(
        token="aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        id="{hash}",
        why="moto has no CreateResponseHeadersPolicy",
        model="cloudfront.create_response_headers_policy",
        outputs={"arn": "arn:aws:cloudfront::{account}:response-headers-policy/{id}"},
        autoname="name",
    ),
    RecordedType(
        token="aws:cloudfront/function:Function",
        id="{name}",
        why="moto has no PublishFunction",
        model="cloudfront.create_function",
        names={"comment": "FunctionConfig.Comment", "runtime": "FunctionConfig.Runtime"},
        outputs={"arn": "arn:aws:cloudfront::{account}:function/{name}"},
        autoname="name",
        defaults={"publish": True, "status": "UNASSOCIATED"},
    ),
)

"""The permissions that a client's requests to the embedded AWS would take, by their names in policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel

from rehearsal.aws.moto_s3_accounts import bucket_permission
from rehearsal.aws.operations import service_model
from rehearsal.aws.requests import Request

# boto3's names of services by those in signatures; others are the same.
_CALLED = {
    "access-analyzer": "accessanalyzer",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
}
# Policies' prefixes by those in signatures; others are the same (Service Authorization Reference).
_PREFIXES = {"monitoring": "cloudwatch"}
# No permission is needed for it (STS API reference).
_FREE = ("sts:GetCallerIdentity",)
_VARIABLE = re.compile(r"\\{\w+(\\\+)?\\}")


def permission_of(request: Request) -> str:
    """What a policy must allow for a request; empty where nothing, or where it is no request of AWS's."""
    scope = request.variables.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2]
    signed = scope.partition(",")[0].split("/")
    if len(signed) != 5:
        return ""
    service, method = signed[3], request.variables["REQUEST_METHOD"]
    query = request.variables.get("QUERY_STRING", "")
    if service == "s3":
        return bucket_permission(method, query)
    operation = request.operation or _operation(service, method, request.variables["PATH_INFO"], query)
    action = f"{_PREFIXES.get(service, service)}:{operation}"
    return action if operation and action not in _FREE else ""


def _operation(service: str, method: str, path: str, query: str) -> str:
    """The operation of a REST protocol, by its method and path: the one that says most of the path."""
    given = parse_qs(query, keep_blank_values=True)
    found = [
        (len(pattern.pattern), name)
        for name, verb, pattern, wanted in _routes(_CALLED.get(service, service))
        if verb == method and pattern.fullmatch(path) and wanted <= given.keys()
    ]
    return max(found)[1] if found else ""


@cache
def _routes(service: str) -> tuple[tuple[str, str, re.Pattern[str], frozenset[str]], ...]:
    try:
        model = service_model(service)
    except UnknownServiceError:
        return ()
    return tuple(_routes_of(model))


def _routes_of(model: ServiceModel) -> Iterator[tuple[str, str, re.Pattern[str], frozenset[str]]]:
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http.get("requestUri", "/").partition("?")
        pattern = _VARIABLE.sub(lambda part: ".+" if part[1] else "[^/]+", re.escape(path))
        yield name, http["method"], re.compile(f"{pattern}/?"), frozenset(parse_qs(query, True))

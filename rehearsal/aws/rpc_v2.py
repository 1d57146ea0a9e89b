"""Smithy's RPC v2 with CBOR, in which newer SDKs (Go's, so Terraform's too) speak to CloudWatch.

moto knows CloudWatch's older protocols alone. A request is written anew in the one with JSON, and its answer
as CBOR, by botocore's own readers and writers. Source: Smithy's specification, "Smithy RPC v2 CBOR protocol".
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.model import DenormalizedStructureBuilder, OperationModel, Shape
from botocore.parsers import JSONParser, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

from rehearsal.aws.operations import service_model
from rehearsal.aws.requests import Answer, Request

_PATH = re.compile(r"/service/(?P<target>\w+)/operation/(?P<operation>\w+)")
# By the name that the path has: services that moto answers, and not in this protocol.
_SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}
_HEADER = ("smithy-protocol", "rpc-v2-cbor")


def speaking_cbor(answer: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """What answers other protocols, for requests of this one as well."""

    def answered(request: Request) -> Answer:
        match = _PATH.fullmatch(request.variables.get("PATH_INFO", ""))
        if match is None or match["target"] not in _SERVICES:
            return answer(request)
        model = service_model(_SERVICES[match["target"]]).operation_model(match["operation"])
        return _in_cbor(model, answer(_in_json(request, match["target"], match["operation"])))

    return answered


def _in_json(request: Request, target: str, operation: str) -> Request:
    zipped = request.variables.get("HTTP_CONTENT_ENCODING") == "gzip"
    body = gzip.decompress(request.body) if zipped else request.body
    values = RpcV2CBORParser()._initial_body_parse(body) if body else {}
    variables = {name: value for name, value in request.variables.items() if name != "HTTP_CONTENT_ENCODING"}
    variables |= {
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "REQUEST_URI": "/",
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "HTTP_X_AMZ_TARGET": f"{target}.{operation}",
    }
    return Request(variables, json.dumps(values, default=_moment).encode())


def _moment(value: Any) -> float:
    assert isinstance(value, datetime), f"{type(value).__name__} is no value of this protocol"
    return value.timestamp()


def _in_cbor(model: OperationModel, answer: Answer) -> Answer:
    shape: Shape = model.output_shape or _nothing()
    values: Mapping[str, Any]
    if answer.succeeded:
        values = JSONParser()._handle_json_body(answer.body or b"{}", shape)
    else:
        shape, found = _error(), json.loads(answer.body or b"{}")
        values = {
            "__type": str(found.get("__type", "InternalFailure")),
            "message": str(found.get("message", found.get("Message", ""))),
        }
    body = bytearray()
    RpcV2CBORSerializer()._serialize_data_item(body, values, shape)
    kept = [each for each in answer.headers if each[0].lower() not in ("content-type", "content-length")]
    own = [("Content-Type", "application/cbor"), ("Content-Length", str(len(body))), _HEADER]
    return Answer(answer.status, [*kept, *own], bytes(body))


@cache
def _error() -> Shape:
    texts = {"__type": {"type": "string"}, "message": {"type": "string"}}
    return DenormalizedStructureBuilder().with_members(texts).build_model()


@cache
def _nothing() -> Shape:
    return DenormalizedStructureBuilder().with_members({}).build_model()

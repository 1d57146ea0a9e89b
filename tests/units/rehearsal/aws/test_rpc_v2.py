"""Clients that speak RPC v2 with CBOR to CloudWatch, as Go's SDK does, are answered in it."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

from rehearsal.aws.operations import service_model
from rehearsal.aws.requests import Answer, Request, Requests
from rehearsal.aws.rpc_v2 import speaking_cbor
from tests.support.aws_round_trip import ACCOUNT, REGION, WatchedCloud

SCOPE = f"Credential=a/20261201/{REGION}/monitoring/aws4_request, SignedHeaders=host, Signature=0"
ALARM = {
    "AlarmName": "errors",
    "Namespace": "App",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0.5,
    "ComparisonOperator": "GreaterThanThreshold",
}


def _asked(operation: str, parameters: Mapping[str, Any], *, zipped: bool = False) -> tuple[Answer, Any]:
    model = service_model("cloudwatch").operation_model(operation)
    sent = RpcV2CBORSerializer().serialize_to_request(parameters, model)
    variables = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/service/GraniteServiceVersion20100801/operation/{operation}",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "4566",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:4566",
        "CONTENT_TYPE": "application/cbor",
        "HTTP_SMITHY_PROTOCOL": "rpc-v2-cbor",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {SCOPE}",
    }
    if zipped:
        variables["HTTP_CONTENT_ENCODING"] = "gzip"
    body = gzip.compress(sent["body"]) if zipped else bytes(sent["body"])
    answer = speaking_cbor(Requests(ACCOUNT).send)(Request(variables, body))
    raw = {"body": answer.body, "headers": dict(answer.headers), "status_code": int(answer.status[:3])}
    return answer, RpcV2CBORParser().parse(raw, model.output_shape)


@pytest.fixture(scope="module", autouse=True)
def _started(cloud: WatchedCloud) -> WatchedCloud:
    return cloud


@pytest.mark.parametrize("zipped", [False, True])
def test_what_is_put_is_described(zipped: bool) -> None:
    answer, _ = _asked("PutMetricAlarm", ALARM, zipped=zipped)
    assert answer.succeeded
    answer, found = _asked("DescribeAlarms", {"AlarmNames": ["errors"]})
    assert ("smithy-protocol", "rpc-v2-cbor") in answer.headers
    [alarm] = found["MetricAlarms"]
    assert {name: alarm[name] for name in ALARM} == ALARM


def test_moments_are_moments() -> None:
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    _asked(
        "PutMetricData",
        {"Namespace": "App", "MetricData": [{"MetricName": "Errors", "Timestamp": now, "Value": 3}]},
    )
    query = {
        "Namespace": "App",
        "MetricName": "Errors",
        "StartTime": datetime(2026, 12, 1, tzinfo=UTC),
        "EndTime": datetime(2026, 12, 2, tzinfo=UTC),
        "Period": 86_400,
        "Statistics": ["Sum"],
    }
    [point] = _asked("GetMetricStatistics", query)[1]["Datapoints"]
    assert (point["Sum"], point["Timestamp"].year) == (3.0, 2026)


def test_an_error_is_one_that_the_client_can_read() -> None:
    answer, found = _asked("GetDashboard", {"DashboardName": "none"})
    assert not answer.succeeded
    assert (found["Error"]["Code"], found["Error"]["Message"]) == (
        "ResourceNotFound",
        "Dashboard does not exist",
    )


def test_other_requests_pass_as_they_are() -> None:
    plain = Request({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, b"as it is")
    passed: list[Request] = []
    answer = Answer("200 OK", [], b"")

    def pass_on(request: Request) -> Answer:
        passed.append(request)
        return answer

    assert speaking_cbor(pass_on)(plain) is answer
    assert passed == [plain]

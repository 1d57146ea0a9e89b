"""`make serve` answers clients of AWS on this machine, and gives nothing to a web page in a browser."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from rehearsal.serve.endpoint import PortInUse, check_port
from tests.support.servers import embedded_aws

ACCOUNT, REGION = "111122223333", "us-west-2"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock_aws(), embedded_aws(ACCOUNT) as address:
        yield address


def client(service: str, url: str) -> Any:
    keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    return boto3.client(service, region_name=REGION, endpoint_url=url, **keys)


def asked(url: str, path: str = "/", method: str = "GET", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url + path, method=method, headers=named)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_clients_of_this_machine_are_answered(url: str) -> None:
    assert client("sts", url).get_caller_identity()["Account"] == ACCOUNT
    assert asked(url) == 200
    assert asked(url, Host=f"localhost:{urlsplit(url).port}") == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://page.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Host": "page.example"},  # a name of the page's own that leads to 127.0.0.1
        {"Host": "page.example:4566"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1.page.example"},
        {"Host": "motoapi.amazonaws.com"},
        {"Host": "127.0.0.1:port"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_web_pages_and_other_names_are_refused(url: str, headers: dict[str, str], method: str) -> None:
    assert asked(url, method=method, **headers) == 403


@pytest.mark.parametrize(
    "path", ["reset", "", "data.json", "recorder/start-recording", "config", "seed?a=1", "proxy/passthrough"]
)
@pytest.mark.parametrize("prefix", ["/moto-api/", "//moto-api/", "/%6doto-api/"])
def test_motos_own_interface_is_closed(url: str, path: str, prefix: str) -> None:
    assert asked(url, prefix + path, "POST") == 403


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sts", "decode_authorization_message", {"EncodedMessage": "m"}),  # XML, called as a form
        ("apigateway", "get_rest_apis", {}),  # for which moto would need other packages
        ("secretsmanager", "validate_resource_policy", {"ResourcePolicy": "{}"}),  # JSON
        ("eks", "list_addons", {"clusterName": "main"}),  # JSON, by its path
        ("cloudfront", "list_vpc_origins", {}),  # XML, by its path
        ("lambda", "invoke", {"FunctionName": "api"}),  # which moto would only pretend
    ],
)
def test_what_moto_lacks_is_said_in_the_form_of_aws(
    url: str, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(client(service, url), operation)(**parameters)
    error = refused.value.response["Error"]
    assert error["Code"] == "NotImplemented"
    assert error["Message"].isprintable()


def test_an_object_that_is_not_there_is_no_operation_that_is_missing(url: str) -> None:
    storage = client("s3", url)
    with pytest.raises(ClientError, match="404"):
        storage.head_bucket(Bucket="no-such-bucket")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        storage.list_objects_v2(Bucket="no-such-bucket")


def test_a_topic_calls_no_other_port(url: str) -> None:
    called = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def wait() -> None:
            listener.settimeout(0.5)
            try:
                listener.accept()[0].close()
                called.set()
            except TimeoutError:
                pass

        thread = threading.Thread(target=wait)
        thread.start()
        topics = client("sns", url)
        topic = topics.create_topic(Name="pages")["TopicArn"]
        port = listener.getsockname()[1]
        topics.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{port}/")
        assert topics.publish(TopicArn=topic, Message="m")["MessageId"]
        thread.join()
    assert not called.is_set()


@pytest.mark.parametrize("port", [-1, 0, 80, 65536, 10**12])
def test_a_port_out_of_range_is_told(port: int) -> None:
    with pytest.raises(PortInUse, match="allowed: 1024 to 65535"):
        check_port(port)

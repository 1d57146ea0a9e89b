"""AWS for the functions (moto), and the servers that they rotate passwords of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from rehearsal.aws.moto_fixes import repair_moto
from tests.support.recorded_calls import Calls, recorded
from tests.support.servers import Server, postgresql, redis

REGION = "us-west-2"


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """What the code calls of AWS; nothing that the table of rights does not have."""
    with recorded(monkeypatch) as made:
        yield made


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account, for one test."""
    from moto import mock_aws

    repair_moto()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def secrets_manager(aws: None) -> Any:
    """boto3's client."""
    return boto3.client("secretsmanager")


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    """A PostgreSQL server for all tests."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    """A Redis server for all tests."""
    with redis() as server:
        yield server

"""Environments' accounts as embedded AWS, answering on loopback ports."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.core.base_backend import BackendDict

from operations.checkout import declared
from operations.holdings import entries
from tests.support.recorded_calls import Calls, recorded
from tests.support.servers import embedded_aws

if TYPE_CHECKING:
    from operations.recovery.run import Run
    from rehearsal.aws.cloud import Cloud
    from tests.support.account_parts import Wire
    from tests.support.emptied_account import World


@dataclass(frozen=True)
class Account:
    """One environment's account.

    Args:
        environment: its name.
        url: where its AWS answers.
        client: boto3's of Secrets Manager there.
    """

    environment: str
    url: str
    client: Any

    def deploy(self, **values: str) -> None:
        """Makes every declared entry, with `values` (underscores for hyphens) or another text."""
        configuration = declared(self.environment)
        for entry in entries(configuration):
            value = values.get(entry.name.replace("-", "_"), f"value-of-{entry.name}")
            name = configuration.naming.secret(entry.name)
            made = self.client.create_secret(Name=name)
            if value:
                self.client.put_secret_value(SecretId=made["ARN"], SecretString=value)

    def other(self, service: str, region: str | None = None) -> Any:
        """boto3's client of another service."""
        return _client(service, self.url, region or declared(self.environment).settings.region)

    def value(self, name: str) -> str:
        """What an entry has."""
        full = declared(self.environment).naming.secret(name)
        return str(self.client.get_secret_value(SecretId=full)["SecretString"])


@pytest.fixture(scope="session")
def started() -> Iterator[Callable[[str], Account]]:
    """Starts the AWS of an environment, once for all tests."""
    with contextlib.ExitStack() as stack:

        @cache
        def start(environment: str) -> Account:
            settings = declared(environment).settings
            url = stack.enter_context(embedded_aws(settings.account))
            return Account(environment, url, _client("secretsmanager", url, settings.region))

        yield start


@pytest.fixture
def account(started: Callable[[str], Account]) -> Callable[[str], Account]:
    """The AWS of an environment, empty at first: tests of other modules may have used the same account."""

    def empty(environment: str) -> Account:
        number = declared(environment).settings.account
        used = list(BackendDict._instances)  # type: ignore[misc]  # as moto's own reset takes them
        for backends in used:
            for owner, _, backend in list(backends.iter_backends()):
                if owner == number:
                    backend.reset()
        return started(environment)

    return empty


@cache
def _client(service: str, url: str, region: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="embedded",
        aws_secret_access_key="embedded",
    )


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own AWS configuration."""
    _forget_credentials(monkeypatch)


def _forget_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """What the code calls of AWS; nothing that the table of rights does not have."""
    with recorded(monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def two_clouds() -> Iterator[tuple[Cloud, Cloud, Wire]]:
    """A new account and the backup account, and clients of both."""
    from rehearsal.aws.cloud import Cloud
    from tests.support.account_parts import KEPT, NEW, Wire

    with (
        Cloud(NEW) as new,
        Cloud(KEPT) as kept,
        embedded_aws(NEW, new.answer) as of_new,
        embedded_aws(KEPT, kept.answer) as of_kept,
    ):
        yield new, kept, Wire({NEW: of_new, KEPT: of_kept})


@pytest.fixture
def emptied_account(
    two_clouds: tuple[Cloud, Cloud, Wire], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """An account that was emptied, before anything was copied out of it; asked instead of a cluster."""
    return _emptied(two_clouds, tmp_path, monkeypatch)


def _emptied(clouds: tuple[Cloud, Cloud, Wire], folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    from operations.recovery.services import Services
    from tests.support.emptied_account import World

    new, kept, wire = clouds
    wire.forget()
    one = World(new, kept, wire, folder)
    monkeypatch.setattr(Services, "of", lambda *_: one.pods)
    monkeypatch.setattr("operations.recovery.account.Preparation", lambda *_: one.database)
    return one


@pytest.fixture
def world(emptied_account: World) -> World:
    """The same with the copies of a night."""
    emptied_account.keep_night()
    return emptied_account


@pytest.fixture(scope="module")
def rebuilt(
    two_clouds: tuple[Cloud, Cloud, Wire], tmp_path_factory: pytest.TempPathFactory
) -> tuple[World, Run]:
    """What the command leaves that nothing has stopped: to look at, and at nothing else."""
    with pytest.MonkeyPatch.context() as monkeypatch, recorded(monkeypatch):
        _forget_credentials(monkeypatch)
        one = _emptied(two_clouds, tmp_path_factory.mktemp("rebuilt"), monkeypatch)
        one.keep_night()
        return one, one.command()

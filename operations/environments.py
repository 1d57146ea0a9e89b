"""The account that holds an environment, and the way to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from infra.configuration import Configuration
from infra.configuration.environments import Environment
from infra.naming import Naming
from operations.console import OperationError, OperationFailed


@dataclass(frozen=True)
class Place:
    """Where an environment's AWS is.

    Args:
        profile: of the AWS configuration files; None takes the credentials that are there.
        endpoint_url: of an embedded AWS (`make serve`); None for AWS itself.
    """

    profile: str | None = None
    endpoint_url: str | None = None


def places(profiles: Sequence[str], endpoints: Sequence[str]) -> Callable[[str], Place]:
    """Where each environment is, of options like `prod=PROFILE` and `prod=URL`.

    Raises:
        OperationError: one has another form.
    """
    both = []
    for option, texts in (("--profile", profiles), ("--endpoint-url", endpoints)):
        found = dict(text.partition("=")[::2] for text in texts)
        wrong = [name for name in found if name not in list(Environment) or not found[name]]
        if wrong:
            raise OperationError(f"{option} {wrong[0]}: found something else than ENVIRONMENT=VALUE.")
        both.append(found)
    return lambda environment: Place(both[0].get(environment), both[1].get(environment))


@dataclass(frozen=True)
class Connection:
    """An environment's account, after it was seen that it is this one."""

    session: boto3.Session
    endpoint_url: str | None
    _clients: dict[tuple[str, str | None], Any] = field(default_factory=dict, repr=False, compare=False)
    # Clients may be used in several threads at once, and a session may not (boto3, "Multithreading").
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def client(self, service: str, region: str | None = None) -> Any:
        """boto3's client of a service, in the environment's region or another one: always the same one."""
        with self._making:
            if (service, region) not in self._clients:
                made = self.session.client(service, region_name=region, endpoint_url=self.endpoint_url)
                self._clients[service, region] = made
            return self._clients[service, region]


def connect(configuration: Configuration, place: Place) -> Connection:
    """A connection to the environment's account.

    Raises:
        OperationFailed: there are no credentials, or they are another account's.
    """
    settings = configuration.settings
    embedded = f"or ask what `make serve ENV={settings.environment}` runs: ENDPOINT=http://127.0.0.1:4566."
    return _connected(settings.account, settings.region, place, str(settings.environment), embedded)


def connect_outside(
    outside: Naming, place: Place, advice: str = "--backup-profile says whose."
) -> Connection:
    """A connection to the backup account of an environment.

    Args:
        outside: names, of that account.
        place: where it is.
        advice: what is said besides where there are no credentials.

    Raises:
        OperationFailed: there are no credentials, or they are another account's.
    """
    whose = f"the backup account of {outside.environment}"
    return _connected(outside.account, outside.region, place, whose, advice)


def _connected(account: str, region: str, place: Place, whose: str, otherwise: str) -> Connection:
    try:
        session = boto3.Session(profile_name=place.profile, region_name=region, **_credentials(place))
        connection = Connection(session, place.endpoint_url)
        found = connection.client("sts").get_caller_identity()["Account"]
    except ValueError:
        raise OperationError(
            f"--endpoint-url: found {place.endpoint_url!r}; allowed: the address of an embedded AWS, "
            "as http://127.0.0.1:4566."
        ) from None
    except (NoConnection, HTTPClientError) as error:
        # Nobody has asked for credentials yet: others would not help.
        advice = (
            "Is `make serve` running, and is that the address that it says?"
            if place.endpoint_url
            else f"See whether this machine reaches AWS (network, VPN, proxy), and whether {region} is up."
        )
        raise OperationFailed(f"AWS cannot be asked: {str(error).rstrip('.')}. {advice}") from None
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(
            f"AWS cannot be asked: {str(error).rstrip('.')}. "
            f"Take credentials of account {account}, for example with AWS_PROFILE; {otherwise}"
        ) from None
    if found != account:
        raise OperationFailed(
            f"found credentials of account {found}; {whose} is account {account}. "
            "Take its credentials, for example with AWS_PROFILE."
        )
    return connection


def _credentials(place: Place) -> dict[str, str]:
    """The embedded AWS takes any; AWS's own are never sent to it by mistake."""
    host = urlsplit(place.endpoint_url or "").hostname
    if host in ("127.0.0.1", "localhost") and "AWS_ACCESS_KEY_ID" not in os.environ and not place.profile:
        return {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    return {}

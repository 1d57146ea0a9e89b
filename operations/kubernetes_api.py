"""The Kubernetes API of an environment's cluster, asked as the identity that the credentials are."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.watch_jobs.cluster import token
from infra.configuration import Configuration
from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery.services import EMBEDDED_PATH

_TIMEOUT_SECONDS = 30


class NotThereError(Exception):
    """The API knows no such object."""


class KubernetesApi:
    """The API of one cluster.

    Args:
        endpoint: its address.
        authority: its certificate authority, as PEM; empty for an embedded one, which has none.
        cluster: its name, for the token.
        session: boto3's, of whoever asks.
        region: where it is.
    """

    def __init__(self, endpoint: str, authority: str, cluster: str, session: Any, region: str) -> None:
        self._endpoint, self._cluster, self._session, self._region = endpoint, cluster, session, region
        self._context = ssl.create_default_context(cadata=authority) if authority else None

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is at a path.

        Raises:
            NotThereError: nothing is.
            OperationFailed: the API refused, or cannot be reached.
        """
        with self._answer("GET", path, query=query) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Makes an object, and answers it as the cluster has it."""
        with self._answer("POST", path, content) as answer:
            made: dict[str, Any] = json.load(answer)
            return made

    def lines(self, path: str, **query: str) -> Iterator[str]:
        """The lines at a path, as they come."""
        with self._answer("GET", path, query=query, timeout=None) as answer:
            for line in answer:
                yield line.decode("utf-8", "replace").rstrip("\n")

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        content: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        timeout: float | None = _TIMEOUT_SECONDS,
    ) -> Iterator[Any]:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        request = urllib.request.Request(  # noqa: S310  # the endpoint is https: EKS knows no other
            f"{self._endpoint}{path}{asked}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Authorization": f"Bearer {token(self._cluster, self._region, self._session)}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=self._context) as answer:  # noqa: S310
                yield answer
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise NotThereError(path) from None
            raise OperationFailed(f"{self._cluster}: {_message(error)} ({method} {path}).") from None
        except OSError as error:
            raise OperationFailed(
                f"{self._cluster}: the Kubernetes API at {self._endpoint} cannot be reached: {error}. It "
                "answers the networks of `cluster.apiAccess` in the stack file alone."
            ) from None


def _message(error: urllib.error.HTTPError) -> str:
    """Kubernetes' own words, where there are any."""
    try:
        return str(json.load(error)["message"]).rstrip(".")
    except (ValueError, KeyError, TypeError):
        return f"HTTP {error.code} {error.reason}"


def cluster_of(configuration: Configuration, connection: Connection) -> KubernetesApi:
    """The API of the environment's cluster.

    Raises:
        OperationFailed: there is no cluster, or AWS refused.
    """
    name, region = configuration.naming.prefix, configuration.settings.region
    try:
        found = connection.client("eks").describe_cluster(name=name)["cluster"]
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(
            f"{name}: {str(error).rstrip('.')}. Is the environment deployed, and are these its credentials?"
        ) from None
    endpoint, authority = found["endpoint"], base64.b64decode(found["certificateAuthority"]["data"])
    if connection.endpoint_url is not None and b"BEGIN CERTIFICATE" not in authority:
        # An embedded cluster is asked under the address of the embedded AWS, and has no certificate.
        endpoint, authority = connection.endpoint_url.rstrip("/") + EMBEDDED_PATH + name, b""
    return KubernetesApi(endpoint, authority.decode(), name, connection.session, region)

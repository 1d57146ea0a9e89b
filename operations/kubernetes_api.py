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

from functions.shared.kubernetes import token
from operations.console import OperationFailed
from operations.environments import Connection

# Of an embedded AWS (`make serve`), which has no other address for a cluster.
EMBEDDED_PATH = "/groundwork-kubernetes/"
_TIMEOUT_SECONDS = 30


class NotThereError(OperationFailed):
    """The API knows no such object."""


class KubernetesApi:
    """The API of one cluster; EKS is asked where it is when it is asked for the first time.

    Args:
        connection: to the account, in the cluster's region.
        cluster: its name.
    """

    def __init__(self, connection: Connection, cluster: str) -> None:
        self._connection, self._cluster = connection, cluster
        self._endpoint = ""
        self._opener: urllib.request.OpenerDirector | None = None

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is at a path.

        Raises:
            NotThereError: nothing is.
            OperationFailed: the API refused, or cannot be reached; or there is no such cluster.
        """
        return self._object("GET", path, query=query)

    def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Makes an object, and answers it as the cluster has it."""
        return self._object("POST", path, content)

    def merge(self, path: str, change: Mapping[str, Any]) -> dict[str, Any]:
        """Changes an object (JSON merge patch), and answers it as it is then."""
        return self._object("PATCH", path, change)

    def lines(self, path: str, **query: str) -> Iterator[str]:
        """The lines at a path, as they come."""
        with self._answer("GET", path, query=query, timeout=None) as answer:
            for line in answer:
                yield line.decode("utf-8", "replace").rstrip("\n")

    def _object(
        self,
        method: str,
        path: str,
        content: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        with self._answer(method, path, content, query=query) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

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
        opener, session = self._connected(), self._connection.session
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(  # noqa: S310  # the endpoint is https: EKS knows no other
            f"{self._endpoint}{path}{asked}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Authorization": f"Bearer {token(self._cluster, session.region_name, session)}",
                "Accept": "application/json" if timeout else "*/*",
                "Content-Type": kind,
            },
        )
        try:
            with opener.open(request, timeout=timeout) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            with error:
                said = f"{self._cluster}: {_message(error)} ({method} {path})."
            raise (NotThereError if error.code == 404 else OperationFailed)(said) from None
        except OSError as error:
            raise OperationFailed(
                f"{self._cluster}: the Kubernetes API at {self._endpoint} cannot be reached: {error}. It "
                "answers the networks of `cluster.apiAccess` in the stack file alone."
            ) from None

    def _connected(self) -> urllib.request.OpenerDirector:
        if self._opener is not None:
            return self._opener
        try:
            found = self._connection.client("eks").describe_cluster(name=self._cluster)["cluster"]
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(
                f"{self._cluster}: {str(error).rstrip('.')}. Is the environment deployed, and are these its "
                "credentials?"
            ) from None
        self._endpoint, authority = found["endpoint"], base64.b64decode(found["certificateAuthority"]["data"])
        handlers: list[urllib.request.BaseHandler] = []
        if self._connection.endpoint_url is not None and b"BEGIN CERTIFICATE" not in authority:
            # An embedded cluster is asked under the address of the embedded AWS, and has no certificate.
            address, region = self._connection.endpoint_url.rstrip("/"), self._connection.session.region_name
            self._endpoint = f"{address}{EMBEDDED_PATH}{region}/{self._cluster}"
            handlers.append(urllib.request.ProxyHandler({}))
        else:
            context = ssl.create_default_context(cadata=authority.decode())
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)
        return self._opener


def _message(error: urllib.error.HTTPError) -> str:
    """Kubernetes' own words, where there are any."""
    try:
        return str(json.load(error)["message"]).rstrip(".")
    except (ValueError, KeyError, TypeError):
        return f"HTTP {error.code} {error.reason}"

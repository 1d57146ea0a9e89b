"""The Kubernetes API of an environment's cluster, asked as the identity that the credentials are."""

from __future__ import annotations

import base64
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.shared import kubernetes
from operations.console import OperationFailed
from operations.environments import Connection

# Of an embedded AWS (`make serve`), which has no other address for a cluster.
EMBEDDED_PATH = "/groundwork-kubernetes/"
_TIMEOUT_SECONDS = 30


class NotThereError(OperationFailed):
    """The API knows no such object."""


class KubernetesApi:
    """The API of one cluster; EKS is asked where it is when it is asked for the first time.

    Each call raises an OperationFailed when the API refuses it or cannot be reached, or when there is no such
    cluster; a NotThereError when there is no such object.

    Args:
        connection: to the account, in the cluster's region.
        cluster: its name.
    """

    def __init__(self, connection: Connection, cluster: str) -> None:
        self._connection, self._cluster = connection, cluster
        self._found: kubernetes.KubernetesApi | None = None

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is at a path."""
        with self._asked() as api:
            return api.get(path, **query)

    def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Makes an object, and answers it as the cluster has it."""
        with self._asked() as api:
            return api.post(path, content)

    def merge(self, path: str, change: Mapping[str, Any]) -> dict[str, Any]:
        """Changes an object (JSON merge patch), and answers it as it is then."""
        with self._asked() as api:
            return api.merge(path, change)

    def lines(self, path: str, **query: str) -> Iterator[str]:
        """The lines at a path, as they come."""
        with self._asked() as api:
            yield from api.lines(path, **query)

    @contextmanager
    def _asked(self) -> Iterator[kubernetes.KubernetesApi]:
        """The API, whose errors are said as commands say them."""
        if self._found is None:
            self._found = self._connected()
        try:
            yield self._found
        except kubernetes.KubernetesError as error:
            kind = NotThereError if isinstance(error, kubernetes.NotThere) else OperationFailed
            raise kind(f"{self._cluster}: {error}.") from None
        except OSError as error:
            raise OperationFailed(
                f"{self._cluster}: the Kubernetes API at {self._found.endpoint} cannot be reached: {error}. "
                "It answers the networks of `cluster.apiAccess` in the stack file alone."
            ) from None

    def _connected(self) -> kubernetes.KubernetesApi:
        try:
            found = self._connection.client("eks").describe_cluster(name=self._cluster)["cluster"]
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(
                f"{self._cluster}: {str(error).rstrip('.')}. Is the environment deployed, and are these its "
                "credentials?"
            ) from None
        session, authority = self._connection.session, found["certificateAuthority"]["data"]
        embedded = self._connection.endpoint_url
        if embedded is not None and b"BEGIN CERTIFICATE" not in base64.b64decode(authority):
            # An embedded cluster is asked under the address of the embedded AWS, and has no certificate.
            endpoint = f"{embedded.rstrip('/')}{EMBEDDED_PATH}{session.region_name}/{self._cluster}"
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        else:
            endpoint, opener = found["endpoint"], kubernetes.trusting(authority)
        bearer = partial(kubernetes.token, self._cluster, session.region_name, session)
        return kubernetes.KubernetesApi(endpoint, opener, bearer, _TIMEOUT_SECONDS)

"""AWS CodeConnections, which moto does not know: connections to GitHub are made, seen and removed.

A connection begins as PENDING, and its handshake with GitHub is a person's, in the console (Developer Tools
user guide, "Update a pending connection"): no API completes it, so nobody does here either, but a test.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

PENDING = "PENDING"
_HOST = re.compile(r"https?://codeconnections\.(.+)\.amazonaws\.com")
_NAME = "codeconnections"


class _NotFound(ServiceException):
    code = "ResourceNotFoundException"


@dataclass
class Connection:
    """One connection; `status` is PENDING, AVAILABLE or ERROR."""

    name: str
    arn: str
    provider: str
    account: str
    tags: list[dict[str, str]]
    status: str = field(default=PENDING)

    def as_answer(self) -> dict[str, str]:
        """As GetConnection and ListConnections have it."""
        return {
            "ConnectionName": self.name,
            "ConnectionArn": self.arn,
            "ProviderType": self.provider,
            "OwnerAccountId": self.account,
            "ConnectionStatus": self.status,
        }


class ConnectionsBackend(BaseBackend):
    """The connections of one account in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.connections: dict[str, Connection] = {}

    @property
    def _url_module(self) -> Any:
        return sys.modules[__name__]

    def create(self, name: str, provider: str, tags: list[dict[str, str]]) -> Connection:
        """A new one; several may have one name."""
        from moto.moto_api._internal import mock_random

        identifier = mock_random.uuid4()
        arn = f"arn:aws:{_NAME}:{self.region_name}:{self.account_id}:connection/{identifier}"
        made = Connection(name, arn, provider, self.account_id, tags)
        self.connections[arn] = made
        return made

    def named(self, arn: str) -> Connection:
        """The one with an ARN."""
        if arn not in self.connections:
            raise _NotFound(f"Resource not found for ConnectionArn: {arn}")
        return self.connections[arn]


class ConnectionsResponse(BaseResponse):
    """Its operations (CodeConnections API reference)."""

    def __init__(self) -> None:
        super().__init__(service_name=_NAME)

    @property
    def _backend(self) -> ConnectionsBackend:
        found: ConnectionsBackend = codeconnections_backends[self.current_account][self.region]
        return found

    def create_connection(self) -> ActionResult:
        """CreateConnection."""
        given = self._get_param("ConnectionName"), self._get_param("ProviderType")
        made = self._backend.create(*given, self._get_param("Tags") or [])
        return ActionResult({"ConnectionArn": made.arn, "Tags": made.tags})

    def get_connection(self) -> ActionResult:
        """GetConnection."""
        return ActionResult({"Connection": self._backend.named(self._get_param("ConnectionArn")).as_answer()})

    def list_connections(self) -> ActionResult:
        """ListConnections, all on one page."""
        wanted = self._get_param("ProviderTypeFilter")
        found = [
            each.as_answer() for each in self._backend.connections.values() if wanted in (None, each.provider)
        ]
        return ActionResult({"Connections": found})

    def delete_connection(self) -> ActionResult:
        """DeleteConnection."""
        del self._backend.connections[self._backend.named(self._get_param("ConnectionArn")).arn]
        return EmptyResult()


# botocore lists the service's regions under its name of before.
codeconnections_backends = BackendDict(ConnectionsBackend, "codestar-connections")
# What moto looks for in the module of a service.
url_bases = [_HOST.pattern]
url_paths = {
    "{0}/$": ConnectionsResponse.dispatch,
    "{0}/service/[^/]+/operation/(?P<operation>[^/]+)$": ConnectionsResponse.dispatch,
}


def add_connections() -> None:
    """Has moto know the service, once in a process."""
    from moto import backend_index

    if f"moto.{_NAME}" not in sys.modules:
        sys.modules[f"moto.{_NAME}"] = sys.modules[__name__]
        backend_index.backend_url_patterns.append((_NAME, _HOST))

"""The rehearsal that AWS's provider is held against: its AWS as others ask it, its refresh, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.provider import AwsProvider, Settings
from rehearsal.aws.requests import Answer, Request
from rehearsal.datastores.processes import free_port
from rehearsal.providers.provider import Properties, Resource
from rehearsal.serve.endpoint import answers, serving
from rehearsal.serve.local_clients import LocalClients
from rehearsal.session import Session
from rehearsal.terraform.calls import permission_of
from rehearsal.terraform.graph import Deployed
from rehearsal.terraform.reading import Refresh
from rehearsal.terraform.values import Check

# S3 Control's ListTagsForResource. Where AWS does not let it, the provider asks S3 itself for a bucket's tags
# (internal/service/s3/tags.go), as it did always; moto has the two apart.
_TAGS = "/v20180820/tags/"
_REFUSED = (
    b"<ErrorResponse><Error><Code>MethodNotAllowed</Code><Message>ask S3</Message></Error></ErrorResponse>"
)


@dataclass(frozen=True)
class Served:
    """An AWS that answers.

    Args:
        address: where.
        permissions: that the requests so far would take, by who looks at them forgotten again.
    """

    address: str
    permissions: set[str] = field(default_factory=set)


@contextmanager
def served(session: Session) -> Iterator[Served]:
    """The session's AWS on a port of this machine, until the end of the block."""
    session.bring_cloud_back()
    port = free_port()
    answer, permissions = answers(session, session.root, port), set[str]()

    def noted(request: Request) -> Answer:
        permissions.add(permission_of(request))
        return answer(request)

    clients = LocalClients(noted, port)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(_TAGS):
            return clients(environ, start_response)
        start_response("405 Method Not Allowed", [("Content-Length", str(len(_REFUSED)))])
        return [_REFUSED]

    # By its name: S3 Control puts the account before it.
    with serving(port, application) as address:
        yield Served(address, permissions)


def refresh_of(cloud: Cloud) -> Refresh:
    """The rehearsal's refresh of resources in a cloud."""

    def refresh(resource: Deployed, inputs: Properties) -> Properties | None:
        found = _provider(cloud, resource).read(_asked(resource), {**inputs}, {**resource.outputs})
        return None if found is None else found.inputs

    return refresh


def check_of(cloud: Cloud) -> Check:
    """The rehearsal's check of resources."""

    def check(resource: Deployed, inputs: Properties) -> list[str]:
        _, failures = _provider(cloud, resource).check(_asked(resource), None, {**inputs})
        return [failure.reason for failure in failures]

    return check


def _provider(cloud: Cloud, resource: Deployed) -> AwsProvider:
    return AwsProvider(cloud, Settings(resource.region, {}, (), ()))


def _asked(resource: Deployed) -> Resource:
    urn = f"urn:pulumi:asked::groundwork::{resource.token}::{resource.name}"
    return Resource(urn, resource.token, resource.name, resource.id)

"""Regions that are switched off: who asks anything of one gets no answer, and it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from botocore.exceptions import EndpointConnectionError

from infra.configuration.regions import GLOBAL_SERVICES


@dataclass(frozen=True)
class Attempt:
    """Something that was asked of a region that does not answer.

    Args:
        service: botocore's name of it, or `kubernetes`.
        operation: boto3's name of it; empty where it is not known.
        region: that was asked.
    """

    service: str
    operation: str
    region: str


@dataclass
class Reach:
    """Which regions do not answer, and who has asked them since.

    Args:
        unreachable: those that do not; may be changed at any time.
        attempts: in the order in which they were made; a rehearsal fails when there is any.
    """

    unreachable: set[str] = field(default_factory=set)
    attempts: list[Attempt] = field(default_factory=list)

    def check(self, service: str, region: str, operation: str, endpoint: str = "") -> None:
        """Raises EndpointConnectionError where a service is asked in a region that does not answer."""
        if region in self.unreachable and service not in GLOBAL_SERVICES:
            self.attempts.append(Attempt(service, operation, region))
            raise EndpointConnectionError(endpoint_url=endpoint or _endpoint(service, region))

    def lost_cluster(self, server: str) -> str | None:
        """Why the API server of a cluster does not answer; None while it does.

        Args:
            server: its address (`https://….us-west-2.eks.amazonaws.com`).
        """
        for region in self._regions_of(server):
            self.attempts.append(Attempt("kubernetes", "", region))
            return f"dial tcp {server}: i/o timeout"
        return None

    def _regions_of(self, server: str) -> Iterator[str]:
        return (region for region in sorted(self.unreachable) if f".{region}." in server)


def _endpoint(service: str, region: str) -> str:
    return f"https://{service}.{region}.amazonaws.com/"

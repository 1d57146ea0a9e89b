"""Availability as users see it, asked from outside: Route 53's health checkers around the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from infra.naming import Naming

# Route 53's two choices are 10 and 30; every one of its checkers asks that often.
REQUEST_INTERVAL_SECONDS = 30
# The alarm counts failures: a threshold here as well would add up.
FAILURE_THRESHOLD = 1


@dataclass(frozen=True)
class Endpoint:
    """Where a service says whether it is ready: a host, and a path on it."""

    host: str
    path: str


@dataclass(frozen=True)
class AvailabilityArgs:
    """What is asked.

    Args:
        endpoints: where each service says whether it is ready, by the service's name.
    """

    naming: Naming
    endpoints: Mapping[str, Endpoint]


class Availability(pulumi.ComponentResource):
    """A health check for each service that the internet reaches. Keeps ALM-3."""

    health_checks: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: AvailabilityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:availability:Availability", name, None, opts)
        self.health_checks = {
            service: route53.HealthCheck(
                service,
                type="HTTPS",
                fqdn=endpoint.host,
                port=443,
                resource_path=endpoint.path,
                enable_sni=True,
                request_interval=REQUEST_INTERVAL_SECONDS,
                failure_threshold=FAILURE_THRESHOLD,
                tags={"Name": args.naming.named(service)},
                opts=pulumi.ResourceOptions(parent=self),
            ).id
            for service, endpoint in args.endpoints.items()
        }
        self.register_outputs({})

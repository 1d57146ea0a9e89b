"""Sites: the hosts that the internet finds, and the services of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.configuration.platform_names import DOMAIN_SITE
from infra.configuration.service import Service

# CloudFront adds it to every request; without it the load balancer answers 403.
ORIGIN_HEADER = "X-Origin-Verify"
# How long browsers ask for a host by TLS alone.
HSTS_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Site:
    """One host.

    Args:
        name: in the program.
        host: fully qualified.
        services: those that have a route on it.
        frontend: whether what no service has a path for comes from the bucket of static files.
    """

    name: str
    host: str
    services: Sequence[Service]
    frontend: bool


def full_host(label: str, domain: str) -> str:
    """`api` as `api.dev.example.com`; empty stands for the domain itself."""
    return f"{label}.{domain}" if label else domain


def sites(services: Mapping[str, Service], frontend_label: str | None, domain: str) -> list[Site]:
    """All sites of an environment, in the order of the system file.

    Args:
        services: of the system file.
        frontend_label: the host of the static files; None where there are none.
        domain: of the environment.
    """
    labels = [service.route.host for service in services.values() if service.route]
    labels += [] if frontend_label is None else [frontend_label]
    return [
        Site(
            label or DOMAIN_SITE,
            full_host(label, domain),
            [service for service in services.values() if service.route and service.route.host == label],
            label == frontend_label,
        )
        for label in dict.fromkeys(labels)
    ]

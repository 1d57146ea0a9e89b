"""Whether the internet reaches what is asked of a service from outside: the load balancer's own choice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from infra.configuration.service import Service
from infra.configuration.validation import Reader


def literal_part(pattern: str) -> str:
    """What a path pattern has before its first wildcard: the longer, the sooner it is asked."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def answering(services: Mapping[str, Service], host: str, path: str) -> str | None:
    """The service that a request comes to; None when it comes to none.

    Args:
        services: of the system file, in its order.
        host: in front of the domain.
        path: without wildcards.
    """
    matching = [
        (-len(literal_part(pattern)), number, name)
        for number, (name, service) in enumerate(services.items())
        if service.route and service.route.host == host
        for pattern in service.route.paths
        if _matches(pattern, path)
    ]
    return min(matching)[2] if matching else None


def _matches(pattern: str, path: str) -> bool:
    wildcards = {"*": ".*", "?": "."}
    return bool(re.fullmatch("".join(wildcards.get(letter) or re.escape(letter) for letter in pattern), path))


def check_reachable(root: Reader, services: Mapping[str, Service]) -> None:
    """What the health checks ask from outside (contract ALM-3), and WebSockets, come to their service."""
    section = root.section("services")
    for name, service in services.items():
        if service.route is None:
            continue
        asked = {"health.ready": service.health.ready}
        if service.websockets:
            asked["websockets.path"] = service.websockets.path
        for key, path in asked.items():
            other = answering(services, service.route.host, path)
            if path and other != name:
                section.problem(
                    f"{name}.{key}",
                    path,
                    "a path that leads to this service from outside"
                    + (f": on this host {other} answers it" if other else ""),
                    f"Add it to services.{name}.route.paths" + (", or take another one." if other else "."),
                )

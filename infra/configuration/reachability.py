"""Paths that the load balancer answers from outside, to see whether a service's health check is reached."""

from __future__ import annotations

import re
from collections.abc import Mapping

from infra.configuration.service import Service
from infra.configuration.service_keys import LEADS
from infra.configuration.validation import Reader


def specificity(pattern: str) -> tuple[int, bool]:
    """Of path patterns, the one with the greater is asked first.

    It has more before its first wildcard, or does not only end with one: `/api/me` before `/api/me*`.
    """
    literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
    return len(literal), pattern != f"{literal}*"


def answering(services: Mapping[str, Service], host: str, path: str) -> set[str]:
    """The services that a request may come to: one, but where equally specific patterns say so, or none.

    Args:
        services: of the system file.
        host: in front of the domain.
        path: without wildcards.
    """
    matching = [
        (specificity(pattern), name)
        for name, service in services.items()
        if service.route and service.route.host == host
        for pattern in service.route.paths
        if _matches(pattern, path)
    ]
    return {name for place, name in matching if place == max(matching)[0]}


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
            answers = answering(services, service.route.host, path)
            if path and answers != {name}:
                other = min(answers - {name}, default=None)
                section.problem(
                    f"{name}.{key}",
                    path,
                    LEADS + (f": on this host {other} answers it" if other else ""),
                    f"Add it to services.{name}.route.paths" + (", or take another one." if other else "."),
                )

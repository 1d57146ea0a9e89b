"""Name servers of a hosted zone, which are its own: moto gives all zones of all accounts the same four."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.route53.models import DelegationSet

# AWS has four times 512 servers, 64 groups of names in each top-level domain (Route 53 developer guide,
# "Getting the name servers for a public hosted zone", has one of each as its example).
_DOMAINS = ("com", "net", "org", "co.uk")
_SERVERS, _GROUPS = 512, 64

_made = DelegationSet.__init__


def repair_zones() -> None:
    """Replaces the method in question."""
    DelegationSet.__init__ = _with_servers_of_its_own  # type: ignore[method-assign]


def _with_servers_of_its_own(
    self: DelegationSet, caller_reference: str, name_servers: list[str] | None, *others: Any, **named: Any
) -> None:
    _made(self, caller_reference, name_servers, *others, **named)
    if not name_servers:
        self.name_servers = servers_of(self.id)


def servers_of(delegation_set: str) -> list[str]:
    """Four name servers, one of each top-level domain; always the same of an id."""
    digest = hashlib.sha256(delegation_set.encode()).digest()
    numbers = [int.from_bytes(digest[2 * place : 2 * place + 2]) for place in range(len(_DOMAINS))]
    return [
        f"ns-{place * _SERVERS + number % _SERVERS}.awsdns-{number // _SERVERS % _GROUPS:02}.{domain}"
        for place, (number, domain) in enumerate(zip(numbers, _DOMAINS, strict=True))
    ]

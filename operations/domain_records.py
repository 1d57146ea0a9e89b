"""Records that a domain would lose by pointing to the environment's zone, because nobody declared them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from infra.configuration import Configuration
from infra.configuration.dns_settings import full_name, platform_hosts
from infra.configuration.environments import Environment
from infra.configuration.platform_names import HOSTS
from operations.name_servers import Source, Values, normal

# Names that nobody lists, but that mail and its proofs stand at. A name server does not tell what it has:
# what is at none of these, nor declared, nor asked for with --name, is seen in a zone file alone.
ASKED: Mapping[str, Sequence[str]] = {
    "": ("A", "AAAA", "CAA", "MX", "TXT"),
    **dict.fromkeys(
        (
            "www",
            "mail",
            "smtp",
            "imap",
            "autodiscover",
            "autoconfig",
            "mta-sts",
            "status",
            "docs",
            "blog",
            "shop",
        ),
        ("A", "AAAA", "CNAME"),
    ),
    **dict.fromkeys(("_dmarc", "_mta-sts", "_smtp._tls", "_github-challenge", "_acme-challenge"), ("TXT",)),
    # What Google, Microsoft, Amazon, Mailchimp, SendGrid and others call their keys.
    **{
        f"{selector}._domainkey": ("TXT", "CNAME")
        for selector in (
            "default",
            "google",
            "selector1",
            "selector2",
            "k1",
            "k2",
            "s1",
            "s2",
            "mail",
            "dkim",
        )
    },
    **dict.fromkeys(("_autodiscover._tcp", "_sip._tls", "_sipfederationtls._tcp"), ("SRV",)),
    **{str(environment): ("NS", "A", "AAAA") for environment in Environment},
}
# The zone's own.
_NOT_COMPARED = ("SOA", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM")


class State(StrEnum):
    """What becomes of an answer when the domain points to the environment's zone."""

    CUT = "cut"
    CHANGED = "changed"
    KEPT = "kept"
    PLATFORM = "the platform's"
    NEW = "new"


@dataclass(frozen=True)
class Line:
    """One name and type: what is answered today, and what the environment declares."""

    name: str
    type: str
    today: Sequence[str]
    declared: Sequence[str]
    state: State

    @property
    def is_lost(self) -> bool:
        """Whether somebody would miss it."""
        return self.state in (State.CUT, State.CHANGED)


def compare(configuration: Configuration, source: Source, more: Sequence[str] = ()) -> list[Line]:
    """What is answered today beside what is declared, what would be lost first.

    Args:
        configuration: the environment.
        source: who answers today.
        more: names to ask for, in front of the domain.
    """
    domain = configuration.domain
    declared = _declared(configuration)
    hosts = platform_hosts(configuration.system.hosts, HOSTS)
    found = source.records(_questions(configuration, more))
    lines = []
    for name, kind in sorted(found.keys() | declared.keys()):
        label = name.removesuffix(domain).rstrip(".")
        if kind in _NOT_COMPARED or not (name == domain or name.endswith(f".{domain}")):
            continue
        if (not label and kind == "NS") or _is_below(label, configuration.settings.dns.delegations):
            continue
        today, ours = found.get((name, kind), frozenset()), declared.get((name, kind), frozenset())
        lines.append(Line(name, kind, sorted(today), sorted(ours), _state(label, kind, today, ours, hosts)))
    order = list(State)
    return sorted(lines, key=lambda line: (order.index(line.state), line.name, line.type))


def _state(label: str, kind: str, today: Values, ours: Values, hosts: Mapping[str, str]) -> State:
    if not today:
        return State.NEW
    if today == ours:
        return State.KEPT
    if ours:
        return State.CHANGED
    own = (label in hosts and kind in ("A", "AAAA", "CNAME")) or (not label and kind == "CAA")
    return State.PLATFORM if own else State.CUT


def _declared(configuration: Configuration) -> dict[tuple[str, str], Values]:
    return {
        (full_name(record.name, configuration.domain), record.type): frozenset(
            value if record.type == "TXT" else normal(value) for value in record.values
        )
        for record in configuration.settings.dns.all_records
    }


def _questions(configuration: Configuration, more: Sequence[str]) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}

    def ask(label: str, kinds: Sequence[str]) -> None:
        known = asked.setdefault(full_name(label, configuration.domain), [])
        known += [kind for kind in kinds if kind not in known]

    for label, kinds in ASKED.items():
        ask(label, kinds)
    for label in (*configuration.system.hosts, *more):
        ask(label, ("A", "AAAA", "CNAME", "MX", "TXT"))
    for record in configuration.settings.dns.all_records:
        ask(record.name, (record.type,))
    return asked


def _is_below(label: str, delegations: Mapping[str, object]) -> bool:
    """Whether another zone answers for a name; the delegation itself is this one's."""
    return any(label.endswith(f".{delegated}") for delegated in delegations)

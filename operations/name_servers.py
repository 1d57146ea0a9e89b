"""Answers about a domain: of its name servers today, or of a file of the zone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import dns.zone

from commands.errors import CommandError, CommandFailed
from commands.files import check_file

PORT = 53
TIMEOUT_SECONDS = 3.0

# Values of one name and type, without dots at their ends and in lower case but for texts.
Values = frozenset[str]


class Source(Protocol):
    """Where a zone's records are looked up."""

    description: str

    def records(self, names: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], Values]:
        """The records of a zone, by full name and type.

        Args:
            names: the types that are asked for, by full name; a file tells everything.
        """


@dataclass(frozen=True)
class Address:
    """Where a name server listens."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        return self.host if self.port == PORT else f"{self.host}:{self.port}"


def address(text: str) -> Address:
    """An address of `HOST` or `HOST:PORT`, as an option has it.

    Raises:
        CommandError: it is none.
    """
    host, _, port = text.partition(":") if text.count(":") == 1 else (text, "", "")
    if not _is_ip(host) or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise CommandError(
            f"found {text!r}; allowed: an address of a name server, as 192.0.2.1 or 192.0.2.1:53."
        )
    return Address(host, int(port or PORT))


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


class NameServers:
    """The servers that answer for a domain, asked one by one and each for itself."""

    def __init__(self, domain: str, servers: Sequence[Address], resolver: Address | None = None) -> None:
        """Servers of a domain.

        Args:
            domain: whose records are asked for.
            servers: whom to ask; without any they are found through the resolver.
            resolver: whom to ask for the servers; this machine's own without it.
        """
        self._domain = domain
        self._servers = list(servers) or _servers_of(domain, resolver)
        self.description = f"the name servers {', '.join(map(str, self._servers))}"

    def records(self, names: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], Values]:
        found: dict[tuple[str, str], Values] = {}
        # What a name that nobody has thought of answers comes from a wildcard.
        wildcard = f"*.{self._domain}"
        nobody = f"{secrets.token_hex(8)}.{self._domain}"
        anything = {
            kind: values
            for kind in ("A", "AAAA", "CNAME", "MX", "TXT")
            for kind, values in self._ask(nobody, kind)
        }
        found |= {(wildcard, kind): values for kind, values in anything.items()}
        for name, kinds in names.items():
            for kind in kinds:
                answers = self._ask(name, kind)
                found |= {(name, each): values for each, values in answers if anything.get(each) != values}
        return found

    def _ask(self, name: str, kind: str) -> list[tuple[str, Values]]:
        question = dns.message.make_query(name, kind)
        question.flags &= ~dns.flags.RD
        reasons = []
        for server in self._servers:
            try:
                answer, _ = dns.query.udp_with_fallback(
                    question, server.host, timeout=TIMEOUT_SECONDS, port=server.port
                )
            except (OSError, dns.exception.DNSException) as error:
                reasons.append(f"{server}: {str(error).rstrip('.') or type(error).__name__}")
                continue
            if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return _of(name, [*answer.answer, *(answer.authority if kind == "NS" else [])])
            reasons.append(f"{server}: {dns.rcode.to_text(answer.rcode())}")
        raise CommandFailed(f"No name server answered for {name} {kind}: {'; '.join(reasons)}.")


class ZoneFile:
    """A file of the zone, as most providers of DNS export one: the only way to see every record."""

    def __init__(self, domain: str, path: str) -> None:
        """A zone file.

        Raises:
            CommandError: it cannot be read, or is no zone of the domain.
        """
        self.description = path
        check_file(Path(path))
        try:
            text = Path(path).read_text(encoding="utf-8")
            self._zone = dns.zone.from_text(text, origin=domain, relativize=False, check_origin=False)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {getattr(error, 'strerror', error)}.") from None
        except dns.exception.DNSException as error:
            # dnspython calls the text by a name of its own: <string>:2 is its second line.
            found = str(error).replace("<string>:", "line ")
            allowed = f"a zone file of {domain}, as its provider exports it"
            raise CommandError(f"{path}: found {found}; allowed: {allowed}.") from None

    def records(self, names: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], Values]:
        found: dict[tuple[str, str], Values] = {}
        for name, dataset in self._zone.iterate_rdatasets():
            kind = dns.rdatatype.to_text(dataset.rdtype)
            found[_text(name), kind] = frozenset(_value(item) for item in dataset)
        return found


def _servers_of(domain: str, address: Address | None) -> list[Address]:
    resolver = dns.resolver.Resolver(configure=address is None)
    resolver.lifetime = 3 * TIMEOUT_SECONDS
    if address is not None:
        resolver.nameservers, resolver.port = [address.host], address.port
    try:
        zone = dns.resolver.zone_for_name(domain, resolver=resolver)
        servers = sorted(str(each.target) for each in resolver.resolve(zone, "NS"))
        found = [Address(str(item)) for server in servers for item in resolver.resolve(server, "A")]
    except dns.exception.DNSException as error:
        raise CommandFailed(
            f"The name servers of {domain} cannot be found: {error}. "
            "Name them (--server 192.0.2.1), or take a file of the zone (--zone-file)."
        ) from None
    return found


def _of(name: str, sets: Iterable[dns.rrset.RRset]) -> list[tuple[str, Values]]:
    return [
        (dns.rdatatype.to_text(each.rdtype), frozenset(_value(item) for item in each))
        for each in sets
        if _text(each.name) == name.lower() and each.rdtype != dns.rdatatype.SOA
    ]


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _value(item: object) -> str:
    strings = getattr(item, "strings", None)
    if strings is not None:  # a text, however it was divided
        return b"".join(strings).decode("ascii", errors="backslashreplace")
    return normal(str(item))


def normal(value: str) -> str:
    """A value as it is compared: DNS knows no case in names, and a dot at the end says the same."""
    return value.lower().removesuffix(".") if value != "0 ." else value

"""Records of the environment's domain that are not the platform's own: mail, proofs of ownership, zones.

The zone answers for the whole domain as soon as the parent points to it. What the name servers of before have
answered and is not declared is gone from then on; `python -m operations check-dns` compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from types import MappingProxyType

from infra.configuration.keys import Names, Section
from infra.configuration.kinds import Choice, Mapped, Number, Text, Texts, choices
from infra.configuration.platform_names import ORIGIN_LABEL
from infra.configuration.validation import Problems, Reader

# Seconds that a name's answer may be kept by others, where the file says nothing.
TTL_SECONDS = 300
TTL_MINIMUM, TTL_MAXIMUM = 60, 604_800

# RFC 1035: a text consists of strings of 255 bytes. Route 53 takes 4,000 in all (developer guide, "Quotas").
STRING_LENGTH = 255
TEXT_LENGTH_MAXIMUM = 4_000
VALUES_MAXIMUM = 100
NAME_LENGTH_MAXIMUM = 253
# RFC 1034, 4.1; Route 53 gives four.
SERVERS_MINIMUM = 2

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\.?"
_ALIAS = rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?\.?"
_NUMBER = r"(0|[1-9]\d{0,4})"


@dataclass(frozen=True)
class Record:
    """One set of records.

    Args:
        name: in front of the environment's domain; empty for the domain itself.
        type: DNS's.
        values: as a zone file has them, but for texts: those are without quotes and of any length.
        ttl: seconds that an answer may be kept.
    """

    name: str
    type: str
    values: tuple[str, ...]
    ttl: int


@dataclass(frozen=True)
class DnsSettings:
    """What the zone answers beside the platform's own records.

    `delegations` has the name servers of zones below the domain that somebody else answers for.
    """

    records: tuple[Record, ...]
    delegations: Mapping[str, tuple[str, ...]]

    @property
    def all_records(self) -> tuple[Record, ...]:
        """The records with those that delegate."""
        servers = [Record(name, "NS", servers, TTL_SECONDS) for name, servers in self.delegations.items()]
        return (*self.records, *servers)


@dataclass(frozen=True)
class _Type:
    """What one type of record takes: whether a value is right, and in words and as an example what is."""

    fits: Callable[[str], bool]
    allowed: str
    example: str


def _matching(pattern: str) -> Callable[[str], bool]:
    return lambda value: bool(re.fullmatch(pattern, value))


def _address(kind: type[IPv4Address] | type[IPv6Address]) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        try:
            kind(value)
        except (AddressValueError, ValueError):
            return False
        return True

    return fits


def _numbers(count: int, host: str = _HOST) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        *numbers, target = value.split(" ")
        return (
            len(numbers) == count
            and all(re.fullmatch(_NUMBER, number) and int(number) <= 65535 for number in numbers)
            and bool(re.fullmatch(host, target))
        )

    return fits


def _text(value: str) -> bool:
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return bool(re.fullmatch(rf"[ -~]{{1,{TEXT_LENGTH_MAXIMUM}}}", value)) and not quoted


TYPES: Mapping[str, _Type] = MappingProxyType(
    {
        "A": _Type(_address(IPv4Address), "an IPv4 address", "192.0.2.1"),
        "AAAA": _Type(_address(IPv6Address), "an IPv6 address", "2001:db8::1"),
        "CAA": _Type(
            _matching(r'(0|128) (issue|issuewild|iodef) "[ -!#-~]{0,200}"'),
            "flags, tag and a value in quotes",
            '0 issue "letsencrypt.org"',
        ),
        "CNAME": _Type(_matching(_ALIAS), "the name of another host", "shop.example.net"),
        # RFC 7505: "0 ." says that the domain takes no mail.
        "MX": _Type(
            _numbers(1, rf"{_HOST}|\."), "a number and the name of a host; no address", "10 mail.example.net"
        ),
        "SRV": _Type(
            _numbers(3, rf"{_HOST}|\."),
            "priority, weight, port and the name of a host",
            "10 5 443 sip.example.net",
        ),
        "TXT": _Type(
            _text,
            f"letters of ASCII, at most {TEXT_LENGTH_MAXIMUM}, without quotes around: they are added, and"
            " long texts divided",
            "v=spf1 include:_spf.example.net -all",
        ),
    }
)

# Of these a receiver wants one; with two it takes none (RFC 7208, 4.5; RFC 7489, 6.6.3).
_ONE_TEXT = MappingProxyType({"v=spf1": "SPF", "v=dmarc1": "DMARC"})


NAME = Text(
    "name",
    meaning="what stands in front of the environment's domain",
    pattern=rf"|(\*\.)?{_LABEL}(\.{_LABEL})*|\*",
    words="what stands in front of the domain, in lower case; empty for the domain itself",
    default="",
    example="_dmarc",
)
TYPE = Choice("type", meaning="DNS's type", choices=choices(TYPES), example="TXT")
VALUES = Texts(
    "values",
    meaning="as a zone file has them, but texts without quotes and of any length (SPF, DKIM)",
    pattern=r"(?s).*",
    words=f"as its type has it: {'; '.join(f'{name}: {each.allowed}' for name, each in TYPES.items())}",
    most=VALUES_MAXIMUM,
    example=["v=DMARC1; p=reject"],
)
TTL = Number(
    "ttl",
    meaning="how long an answer may be kept by others",
    minimum=TTL_MINIMUM,
    maximum=TTL_MAXIMUM,
    unit="seconds",
    default=TTL_SECONDS,
    example=3600,
)
RECORDS = Section("records", optional=True, listed=True, parts=(NAME, TYPE, VALUES, TTL))
DELEGATIONS = Mapped(
    "delegations",
    meaning="the name servers of a zone below, as its own stack tells them: `pulumi stack output nameServers"
    " --stack dev`",
    names=Names(rf"{_LABEL}(\.{_LABEL})*", "a name without the domain"),
    item=Texts(
        "",
        meaning="",
        pattern=_HOST,
        words="the name of a name server",
        least=SERVERS_MINIMUM,
        noun="name servers",
        example=["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"],
    ),
    default_words="none",
    example={"dev": ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]},
)
DNS = Section(
    "dns",
    title="The domain",
    optional=True,
    intro="""Each environment has a zone of its own, prod's at the system's `domain`. From the moment
in which the parent points to it, the zone answers for everything below: mail, proofs of ownership and
other environments too. What is not declared is cut. There is one entry for each name and type, one SPF
and one DMARC.

Refused are addresses at the platform's own hosts, `CAA` at the domain itself, anything beside a `CNAME`,
and names below a delegation. `make dns ENV=prod` asks the name servers of today and shows what would be
cut (exit code 1); a name server tells only what it is asked for, a file of the zone (`ZONE=file`) has
everything.""",
    parts=(RECORDS, DELEGATIONS),
)


def read_dns(root: Reader) -> DnsSettings:
    """The section `dns`."""
    return read_zone(DNS.read(root))


def read_zone(reader: Reader) -> DnsSettings:
    """Records and delegations of a zone, and nothing else, of the section that has them."""
    records = tuple(_record(each) for each in reader.items(RECORDS.name))
    delegations = {
        name: tuple(server.rstrip(".") for server in servers)
        for name, servers in DELEGATIONS.read(reader).items()
    }
    reader.finish()
    return DnsSettings(records, MappingProxyType(delegations))


def _record(reader: Reader) -> Record:
    name, kind = NAME.read(reader), TYPE.read(reader)
    wanted = TYPES[kind]
    values = VALUES.but(words=wanted.allowed, example=[wanted.example]).read(reader)
    record = Record(name, kind, values, TTL.read(reader))
    if reader.value(TYPE.name) in list(TYPES):  # of no type nothing is known of its values
        for value in values:
            if not wanted.fits(value):
                reader.problem(VALUES.name, value, wanted.allowed, f"For example {wanted.example}.")
        for reason in _mistakes(name, kind, values):
            reader.problem(VALUES.name, list(values), reason)
    reader.finish()
    return record


def _mistakes(name: str, kind: str, values: Sequence[str]) -> Iterator[str]:
    if kind == "CNAME" and len(values) > 1:
        yield "one name: a CNAME has no other"
    if kind == "SRV" and not re.match(r"_[a-z0-9-]+\._(tcp|udp|tls)(\.|$)", name):
        yield "a service at a name like _sip._tcp"
    if kind == "TXT":
        for begins, what in _ONE_TEXT.items():
            if sum(value.lower().startswith(begins) for value in values) > 1:
                yield f"one text for {what}: receivers take none of two"


def check_dns(
    problems: Problems,
    file: str,
    settings: DnsSettings,
    domain: str,
    hosts: Mapping[str, str],
    section: str = DNS.name,
) -> None:
    """What only shows beside the domain and what the platform has in its zone.

    Args:
        problems: is told of everything that is wrong.
        file: the stack file.
        settings: the section.
        domain: of the zone.
        hosts: whose each name of the platform is, by what stands in front of the domain; none elsewhere.
        section: where it stands.
    """
    taken: dict[tuple[str, str], int] = {}
    for number, record in enumerate(settings.records):
        key = f"{section}.records[{number}]"
        if problems.concern(file, key):
            continue
        for reason, advice in _conflicts(settings, record, domain, hosts, section):
            problems.add(file, key, f"{record.type} at {full_name(record.name, domain)}", reason, advice)
        first = taken.setdefault((record.name, record.type), number)
        if first != number:
            problems.add(
                file, key, record.type, "one entry for each name and type", f"Add the values to [{first}]."
            )
    for name in settings.delegations:
        for host, whose in hosts.items():
            if host == name or host.endswith(f".{name}"):
                problems.add(file, f"{section}.delegations.{name}", name, f"a name without {whose} in it")
        if len(full_name(name, domain)) > NAME_LENGTH_MAXIMUM:
            problems.add(
                file, f"{section}.delegations.{name}", name, f"at most {NAME_LENGTH_MAXIMUM} letters in all"
            )


def _conflicts(
    settings: DnsSettings, record: Record, domain: str, hosts: Mapping[str, str], section: str
) -> Iterator[tuple[str, str]]:
    name, kind = record.name, record.type
    if len(full_name(name, domain)) > NAME_LENGTH_MAXIMUM:
        yield f"at most {NAME_LENGTH_MAXIMUM} letters in all", ""
    if name == domain or name.endswith(f".{domain}"):
        yield "a name without the domain", f"Write {name.removesuffix(domain).rstrip('.') or chr(34) * 2}."
    if name in hosts and kind in ("A", "AAAA", "CNAME"):
        yield f"another name: this one is {hosts[name]}", ""
    # Another zone than the platform's has them as it likes.
    if not name and (kind == "CNAME" or (kind == "CAA" and hosts)):
        whose = "the platform has these itself" if kind == "CAA" else "DNS allows none beside the zone's own"
        yield f"another type at the domain itself: {whose}", ""
    if kind == "CNAME" and any(each.name == name and each.type != kind for each in settings.records):
        yield "a name that has no other record: DNS allows none beside a CNAME", ""
    for delegated in settings.delegations:
        if name == delegated or name.endswith(f".{delegated}"):
            yield f"a name outside of {section}.delegations.{delegated}", "Declare it in that zone."


def platform_hosts(hosts: Sequence[str], reserved: Mapping[str, str]) -> dict[str, str]:
    """Whose each name of the platform's is, by what stands in front of the domain.

    Args:
        hosts: where the internet reaches services and frontend.
        reserved: names that the platform keeps for itself (`platform_names.HOSTS`).
    """
    return {**dict.fromkeys(hosts, "a service's or the frontend's"), ORIGIN_LABEL: reserved[ORIGIN_LABEL]}


def full_name(name: str, domain: str) -> str:
    """A name with the domain."""
    return f"{name}.{domain}" if name else domain


def strings(text: str) -> list[str]:
    """A text in pieces of the length that DNS takes."""
    return [text[start : start + STRING_LENGTH] for start in range(0, len(text), STRING_LENGTH)]

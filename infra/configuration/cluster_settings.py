"""Settings of an environment's cluster: the version of Kubernetes, and who reaches its API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import IPv4Network
from types import MappingProxyType

from infra.configuration import patterns
from infra.configuration.add_ons import Fit, of_fit, offered, question
from infra.configuration.keys import Section
from infra.configuration.kinds import Choice, Texts, choices
from infra.configuration.validation import Reader

# EKS versions with standard support left, with its last day (EKS user guide, "Amazon EKS Kubernetes release
# calendar"; `aws eks describe-cluster-versions`).
CLUSTER_VERSIONS = MappingProxyType({"1.34": "2026-12-02", "1.35": "2027-03-27", "1.36": "2027-08-02"})

# From so many days before it on, everybody who looks is told.
NOTICE_DAYS = 60
# US dollars of a cluster and hour in extended and in standard support (Amazon EKS pricing).
EXTENDED_PRICE, STANDARD_PRICE = "0.60", "0.10"

# "Public endpoint access CIDR ranges per cluster" in the EKS user guide's service quotas.
API_ACCESS_MAXIMUM = 40

# EKS: a range of the public endpoint "can't include reserved addresses" (user guide, "Cluster API server
# endpoint"). These are IANA's special-purpose ranges, but for those of documentation, which stand in
# examples.
NOT_ON_THE_INTERNET = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)

_WHOLE = "a network without bits beyond its length"
_NARROW = "networks of /8 or smaller"
_PUBLIC = "networks of the internet: nobody comes to the public endpoint from a private one"

VERSION = Choice(
    "version",
    meaning="of Kubernetes, one with standard support left",
    choices=choices(CLUSTER_VERSIONS),
    example="1.35",
    changing="the control plane first, Auto Mode's nodes follow by themselves; one minor version further at a"
    " time; back by EKS's rollback alone, within 7 days",
)
API_ACCESS = Texts(
    "apiAccess",
    meaning="from where people and CI reach the cluster's API; from inside the network it is reached anyway",
    pattern=patterns.CIDR,
    words="a network that people and CI connect from",
    most=API_ACCESS_MAXIMUM,
    rules=(_WHOLE, _NARROW, _PUBLIC),
    example=["203.0.113.0/24"],
)
CLUSTER = Section("cluster", title="Cluster", parts=(VERSION, API_ACCESS))


@dataclass(frozen=True)
class ClusterSettings:
    """The Kubernetes version, from which addresses its API may be reached, and whether support ends soon."""

    version: str
    api_access: tuple[str, ...]
    notice: str = ""


def support_notice(version: str, today: date) -> str:
    """What is to be done about a version whose standard support ends soon, or has ended; else empty.

    The clusters have the upgrade policy STANDARD: EKS raises them by itself, and extended support is never
    paid for (EKS user guide, "Manage EKS extended support").
    """
    end = date.fromisoformat(CLUSTER_VERSIONS[version]) if version in CLUSTER_VERSIONS else date.max
    if today < end - timedelta(NOTICE_DAYS):
        return ""
    later = [each for each, day in CLUSTER_VERSIONS.items() if date.fromisoformat(day) > end]
    wanted = " or ".join(f"{each} (until {CLUSTER_VERSIONS[each]})" for each in later)
    verb = "ended" if end <= today else "ends"
    return (
        f"EKS's standard support of Kubernetes {version} {verb} on {end}. EKS then raises clusters by itself "
        f"(extended support, {EXTENDED_PRICE} US$ an hour for one instead of {STANDARD_PRICE}, is never paid "
        "for), and a deployment would ask for a lower version than they have. Set cluster.version to "
        f"{wanted}."
    )


def read_cluster(root: Reader, today: date) -> ClusterSettings:
    """The section `cluster`."""
    section = CLUSTER.read(root)
    version = VERSION.read(section)
    settings = ClusterSettings(version, API_ACCESS.read(section), support_notice(version, today))
    _check_add_ons(section, settings.version)
    for text in settings.api_access:
        _check_access(section, text)
    section.finish()
    return settings


def _check_add_ons(section: Reader, kubernetes: str) -> None:
    for add_on, version in of_fit(kubernetes, Fit.REFUSED):
        others = " or ".join(offered(add_on, kubernetes))
        allowed = f"a version of Kubernetes that AWS takes {add_on} {version} for"
        advice = (
            f"Put {others} into infra/configuration/add_ons.py; `{question(add_on, kubernetes)}` has all."
        )
        section.problem(VERSION.name, kubernetes, allowed, advice)


def _check_access(section: Reader, text: str) -> None:
    try:
        network = IPv4Network(text)
    except ValueError:
        section.problem(API_ACCESS.name, text, _WHOLE)
        return
    if network.prefixlen < 8:
        section.problem(API_ACCESS.name, text, _NARROW, "The API is not open to the world (K8S-1).")
    elif any(network.overlaps(each) for each in NOT_ON_THE_INTERNET):
        advice = (
            "Write the address that the internet sees. From inside the network the API is reached anyway."
        )
        section.problem(API_ACCESS.name, text, _PUBLIC, advice)

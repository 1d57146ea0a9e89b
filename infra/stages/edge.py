"""The way from the internet to the pods."""

from __future__ import annotations

from dataclasses import dataclass, replace

from infra import wiring
from infra.data.storage import Storage
from infra.edge.certificates import Certificates
from infra.edge.distributions import Distributions
from infra.edge.dns import Dns
from infra.edge.firewall import Firewall
from infra.edge.frontend import Frontend
from infra.edge.load_balancer import LoadBalancer
from infra.naming import RegionRole
from infra.stages.foundations import Foundations


@dataclass(frozen=True)
class Edge:
    """What the internet meets first."""

    dns: Dns
    certificates: Certificates
    load_balancer: LoadBalancer
    distributions: Distributions


def declare_edge(base: Foundations, storage: Storage) -> Edge:
    """Declares what requests pass: a domain, CloudFront with its firewall, the load balancer."""
    configuration, common = base.configuration, base.common
    home, worldwide = base.regions[RegionRole.HOME], base.regions[RegionRole.GLOBAL]
    dns = Dns("dns", wiring.dns(configuration), worldwide.opts)
    certified = wiring.certificates(configuration, dns, worldwide.provider)
    certificates = Certificates("certificates", certified, home.opts)
    balanced = wiring.load_balancer(
        configuration, common, base.network, base.pod_group, storage, dns, certificates
    )
    load_balancer = LoadBalancer("load-balancer", balanced, home.opts)
    firewall = Firewall("firewall", wiring.firewall(configuration, common), worldwide.opts)
    distributed = wiring.distributions(configuration, storage, dns, certificates, firewall, load_balancer)
    distributions = Distributions("distributions", distributed, worldwide.opts)
    _frontend(base, storage, distributions)
    return Edge(dns, certificates, load_balancer, distributions)


def _frontend(base: Foundations, storage: Storage, distributions: Distributions) -> None:
    """The static site, and its copy in the other place; neither for a system without."""
    copy, copies = None, base.copies
    if copies is not None:
        there = wiring.frontend(copies.common, copies.storage, distributions)
        opts = base.regions[RegionRole.RECOVERY].opts
        copy = Frontend("frontend", there, opts).bucket if there else None
    if here := wiring.frontend(base.common, storage, distributions):
        Frontend("frontend", replace(here, copy=copy, outside=copies is not None), base.home)

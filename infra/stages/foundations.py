"""Foundations of all else: keys, network, cluster, and what waits in the other place for copies."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import wiring
from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.data.storage import Storage
from infra.foundations.keys import Keys
from infra.foundations.network import Network
from infra.foundations.registry import Registry
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.pod_group import PodGroup
from infra.monitoring.logs import Logs
from infra.monitoring.notifications import Notifications
from infra.naming import Place, RegionRole
from infra.providers import Regions
from infra.recovery.vault import RestoreVault, Vault


@dataclass(frozen=True)
class Foundations:
    """What every later stage is given.

    Args:
        configuration: of the environment.
        regions: with their providers.
        keys: of encryption, at home.
        common: what components at home have in common.
        copies: what waits in the other place for copies; None outside of prod.
        notifications: the topics that alarms tell.
        network: at home.
        cluster: at home.
        pod_group: the security group of pods.
    """

    configuration: Configuration
    regions: Regions
    keys: Keys
    common: CommonArgsWithKeys
    copies: wiring.Copies | None
    notifications: Notifications
    network: Network
    cluster: Cluster
    pod_group: PodGroup

    @property
    def home(self) -> pulumi.ResourceOptions:
        """Of what is where the environment runs."""
        return self.regions[RegionRole.HOME].opts

    @property
    def worldwide(self) -> pulumi.ResourceOptions:
        """Of what AWS keeps for all regions in one."""
        return self.regions[RegionRole.GLOBAL].opts


def declare_foundations(configuration: Configuration, regions: Regions) -> Foundations:
    """Declares the keys, the network with its logs, the cluster, and the registry of images."""
    home = regions[RegionRole.HOME].opts
    keys, common, copies = _keys_and_copies(configuration, regions)
    notifications = Notifications("notifications", wiring.notifications(configuration, common, keys), home)
    network = Network("network", wiring.network(configuration, common), home)
    Logs("logs", wiring.logs(configuration, common), home)
    cluster = Cluster("cluster", wiring.cluster(configuration, common, keys, network), home)
    pod_group = PodGroup("pod-group", wiring.pod_group(configuration.naming, network, cluster), home)
    Registry("registry", wiring.registry(configuration, common, copies), home)
    return Foundations(
        configuration, regions, keys, common, copies, notifications, network, cluster, pod_group
    )


def _keys_and_copies(
    configuration: Configuration, regions: Regions
) -> tuple[Keys, CommonArgsWithKeys, wiring.Copies | None]:
    """The encryption keys, what components here have in common, and what waits elsewhere for copies.

    Home's keys come first, wherever the environment runs: one of them has a replica in the other place.
    """
    naming = configuration.naming
    places = {RegionRole.HOME: wiring.common(configuration, naming)}
    if configuration.settings.copies:
        places[RegionRole.RECOVERY] = wiring.common(configuration, naming.in_recovery_region)
    original: Keys | None = None
    made: dict[RegionRole, Keys] = {}
    for role, place in sorted(places.items(), key=lambda one: one[1].naming.place is Place.RECOVERY):
        args = wiring.keys(place, serving=role is RegionRole.HOME, original=original)
        original = made[role] = Keys("keys", args, regions[role].opts)
    common = {role: wiring.with_keys(places[role], keys) for role, keys in made.items()}
    copies = None
    if RegionRole.RECOVERY in made:
        opts = regions[RegionRole.RECOVERY].opts
        copies = _copies(configuration, common[RegionRole.RECOVERY], made[RegionRole.RECOVERY], opts)
    return made[RegionRole.HOME], common[RegionRole.HOME], copies


def _copies(
    configuration: Configuration, common: CommonArgsWithKeys, keys: Keys, there: pulumi.ResourceOptions
) -> wiring.Copies:
    """What waits in the other place for copies; in prod alone."""
    return wiring.Copies(
        common=common,
        keys=keys,
        storage=Storage("storage", wiring.storage_copies(configuration, common), there),
        registry=Registry("registry", wiring.registry(configuration, common), there),
        vault=vaults(configuration, common, there),
    )


def vaults(configuration: Configuration, common: CommonArgsWithKeys, opts: pulumi.ResourceOptions) -> Vault:
    """Where snapshots of a place are; at home also where those of the backup account come back to."""
    comes_back = wiring.restore_vault(common)
    if comes_back is not None:
        RestoreVault("restore-vault", comes_back, opts)
    return Vault("vault", wiring.vault(configuration, common), opts)

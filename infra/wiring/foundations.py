"""Arguments of the components in `infra/foundations`."""

from __future__ import annotations

from infra.common import CommonArgs, CommonArgsWithDataKey, CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.images import is_digest, is_own, release_name
from infra.foundations.keys import Keys, KeysArgs
from infra.foundations.network import NetworkArgs, Tier
from infra.foundations.registry import RegistryArgs
from infra.foundations.release import ReleaseArgs
from infra.naming import Naming, Place
from infra.wiring.data import Copies


def common(configuration: Configuration, naming: Naming) -> CommonArgs:
    """For what is in the place that is called by these names; before its keys exist."""
    standard = configuration.settings.standard
    return CommonArgs(naming, standard.protects_data, standard.log_retention)


def with_keys(common: CommonArgs, keys: Keys) -> CommonArgsWithKeys:
    """For what encrypts with the keys of its place."""
    return CommonArgsWithKeys(
        common.naming,
        common.protect,
        common.log_retention,
        data_key=keys.data,
        log_key=keys.logs,
        secrets_key=keys.secrets,
    )


def keys(common: CommonArgs, *, serving: bool, original: Keys | None) -> KeysArgs:
    """For the encryption keys of one place.

    The key for copies of secrets is home's own. In the other place a replica of it stands, also when home is
    lost: it stays what it is then, whatever is said here of its original.
    """
    naming, copies = common.naming, None
    if naming.place is Place.RECOVERY:
        unknown = naming.arn("kms", "key/lost", naming.recovery_region)
        copies = unknown if original is None else original.secret_copies
    return KeysArgs(common, serving=serving, original=copies)


def network(configuration: Configuration, common: CommonArgsWithKeys) -> NetworkArgs:
    """For the network."""
    settings, standard = configuration.settings, configuration.settings.standard
    return NetworkArgs(
        common=common,
        cidr=settings.network.cidr,
        tiers=list(Tier),
        zones=settings.network.availability_zones,
        nat_gateways=len(settings.network.availability_zones) if standard.nat_per_zone else 1,
        endpoint_zones=standard.endpoint_zones,
    )


def registry(
    configuration: Configuration, common: CommonArgsWithDataKey, copies: Copies | None = None
) -> RegistryArgs:
    """For the images of one place: a repository for each one that is not somebody else's."""
    serving = common.naming == configuration.naming
    system = configuration.system
    named = [service.repository for service in system.services.values()]
    named += [service.repository for service in system.retired.values() if service.repository]
    return RegistryArgs(
        common=common,
        repositories=sorted({repository for repository in named if is_own(repository)}),
        copies=list(copies.registry.repositories.values()) if copies else [],
        # What waits for copies copies nothing on.
        outside=configuration.naming.backup_account if serving and common.naming.in_backup_account else "",
        moving_tags=sorted({version for version in configuration.images.values() if not is_digest(version)}),
    )


def release(configuration: Configuration) -> ReleaseArgs | None:
    """For what is migrated to; None for a system without migration."""
    declared = configuration.system.migration
    if declared is None:
        return None
    return ReleaseArgs(release_name(configuration.taken_back or configuration.images[declared.service]))

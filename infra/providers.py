"""The providers, each named explicitly: nothing lands in an account or region by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi_aws._inputs import ProviderDefaultTagsArgs
from pulumi_aws.provider import Provider

from infra.configuration import Configuration
from infra.configuration.first_day import first_day
from infra.configuration.settings import Settings
from infra.configuration.system import System
from infra.foundations.first_day import unchanged_since
from infra.naming import Naming, Place, RegionRole
from infra.places import Home, Recovery


@dataclass(frozen=True)
class Region:
    """One region of AWS: its provider, and the options with which a component is declared in it.

    What belongs to a place has it as its parent; what belongs to no region has none.
    """

    provider: Provider
    opts: pulumi.ResourceOptions


Regions = Mapping[RegionRole, Region]

# In the engine's state the providers are called like this: other names would be other providers.
_NAMES = {Place.HOME: "aws", Place.RECOVERY: "aws-recovery"}
_GLOBAL = "aws-global"
_PLACES: Mapping[Place, type[Home] | type[Recovery]] = {Place.HOME: Home, Place.RECOVERY: Recovery}


def declare_regions(configuration: Configuration) -> Regions:
    """The providers of AWS, a region each, and that of passwords for what is in a place.

    Nothing is declared without one of them, and they wait until it is known that nothing of what is fixed
    was changed. A region that is lost has none: a provider asks AWS who it is before anything else.
    """
    settings = configuration.settings
    waiting = pulumi.ResourceOptions(depends_on=unchanged_since(first_day(configuration)))
    regions = dict(configuration.naming.regions)
    if settings.serving.other_lost:
        del regions[RegionRole.RECOVERY]
    places = {RegionRole.HOME: settings.serving.place, RegionRole.RECOVERY: settings.serving.place.other}
    providers = {
        role: _aws(
            _NAMES[places[role]] if role in places else _GLOBAL,
            settings,
            configuration.system,
            region,
            waiting,
        )
        for role, region in regions.items()
    }
    passwords = random.Provider("random", opts=waiting)
    return {
        role: Region(
            provider,
            pulumi.ResourceOptions(
                parent=_place(places[role]) if _has_place(role, settings) else None,
                providers=[provider, *([passwords] if role in places else [])],
            ),
        )
        for role, provider in providers.items()
    }


def _has_place(role: RegionRole, settings: Settings) -> bool:
    return role is RegionRole.HOME or (role is RegionRole.RECOVERY and settings.copies)


def _place(place: Place) -> pulumi.Resource:
    return _PLACES[place](place.value)


def _aws(
    name: str, settings: Settings, system: System, region: str, opts: pulumi.ResourceOptions
) -> Provider:
    """For one account alone, with the tags that every resource carries."""
    return Provider(
        name,
        region=region,
        allowed_account_ids=[settings.account],
        default_tags=default_tags(system, settings.environment.value),
        opts=opts,
    )


def default_tags(system: System, environment: str) -> ProviderDefaultTagsArgs:
    """The tags of everything that is declared, in whichever account."""
    return ProviderDefaultTagsArgs(tags=system.tags(environment))


def in_cluster(regions: Regions, kubeconfig: pulumi.Input[str], naming: Naming) -> pulumi.ResourceOptions:
    """The options with which what runs in the cluster is declared: its objects, and their roles in AWS.

    The cluster's identifier is known before the cluster is, so that another address or certificate of the
    same cluster replaces nothing. A cluster that cannot be reached is an error: with `delete_unreachable` one
    call that failed, with a refresh, would forget every object that still runs there. Who recovers from the
    loss of a cluster sets PULUMI_K8S_DELETE_UNREACHABLE for that deployment alone.
    """
    home = regions[RegionRole.HOME]
    cluster = kubernetes.Provider(
        "kubernetes",
        kubeconfig=kubeconfig,
        cluster_identifier=naming.arn("eks", f"cluster/{naming.prefix}"),
        opts=pulumi.ResourceOptions(parent=home.opts.parent),
    )
    return pulumi.ResourceOptions(parent=home.opts.parent, providers=[home.provider, cluster])

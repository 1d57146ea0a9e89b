"""The providers, each named explicitly: nothing lands in an account or region by default."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi_aws._inputs import ProviderDefaultTagsArgs
from pulumi_aws.provider import Provider

from infra.config import Settings
from infra.naming import Naming
from infra.system import System


def aws_provider(name: str, settings: Settings, system: System, region: str) -> Provider:
    """AWS in one region, for one account alone, with the tags that every resource carries."""
    return Provider(
        name,
        region=region,
        allowed_account_ids=[settings.account],
        default_tags=ProviderDefaultTagsArgs(
            tags={
                "cost-centre": system.cost_centre,
                "data-class": system.data_class,
                "environment": settings.environment.value,
                "owner": system.owner,
                "system": system.name,
            }
        ),
    )


def random_provider() -> random.Provider:
    """Passwords."""
    return random.Provider("random")


def kubernetes_provider(kubeconfig: pulumi.Input[str], naming: Naming) -> kubernetes.Provider:
    """The cluster.

    Its identifier is known before the cluster is, so that another address or certificate of the same
    cluster replaces nothing; and a cluster that is gone does not keep its objects in the state.
    """
    return kubernetes.Provider(
        "kubernetes",
        kubeconfig=kubeconfig,
        cluster_identifier=naming.arn("eks", f"cluster/{naming.prefix}"),
        delete_unreachable=True,
    )

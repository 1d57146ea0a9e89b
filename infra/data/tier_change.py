"""A database of another size: it comes in the maintenance window, and the alarms would be there before it."""

from __future__ import annotations

from types import MappingProxyType

import pulumi

from infra.configuration.tiers import DATABASE_TIERS, DatabaseTier

_TIERS = MappingProxyType({tier.instance_class: name for name, tier in DATABASE_TIERS.items()})


def tier_change_is_watched(previous: DatabaseTier) -> pulumi.ResourceHookBinding:
    """A hook of the engine that lets the instance become another one while alarms count with both alone.

    Thresholds follow from the tier, and RDS has no metrics in percent of an instance's memory or connections.
    The hook sees what is deployed and what would be, in previews too (Pulumi, "Resource hooks").

    Args:
        previous: the tier that alarms count with beside the new one.
    """

    def check(change: pulumi.ResourceHookArgs) -> None:
        before, after = (
            str((inputs or {}).get("instanceClass", "")) for inputs in (change.old_inputs, change.new_inputs)
        )
        if before == after or before not in _TIERS or before == previous.instance_class:
            return
        raise pulumi.RunError(
            f"groundwork:database.tier: the database is {_TIERS[before]} until Sunday, 04:00 UTC. Set "
            f"groundwork:database.previousTier: {_TIERS[before]} with it, so that alarms hold for both sizes "
            "until then, and remove it afterwards."
        )

    options = pulumi.ResourceHookOptions(on_dry_run=True)
    return pulumi.ResourceHookBinding(
        before_update=[pulumi.ResourceHook("tier-change-is-watched", check, options)]
    )

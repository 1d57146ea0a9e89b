"""A database of another size: it comes in the maintenance window, and the alarms would be there before it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pulumi

from infra.configuration.tiers import DATABASE_TIERS, DatabaseTier

_TIERS = MappingProxyType({tier.instance_class: name for name, tier in DATABASE_TIERS.items()})


class TierChange:
    """An instance on its way from one size to another, which RDS has it take on Sunday.

    Thresholds follow from the tier, and RDS has no metrics in percent of an instance's memory or connections.
    So alarms count with both sizes until then, and the stack file names both.

    Args:
        tier: the size that the stack file asks for.
        previous: the one that alarms count with beside it; the same where nothing waits.
        file: the stack file's name.
    """

    def __init__(self, tier: DatabaseTier, previous: DatabaseTier, file: str) -> None:
        self._tier, self._previous, self._file = tier, previous, file
        self._under_way = False

    def watched(self) -> pulumi.ResourceHookBinding:
        """A hook of the engine that lets the instance become another one while alarms count with both alone.

        It sees what is deployed and what would be, in previews too (Pulumi, "Resource hooks").
        """
        options = pulumi.ResourceHookOptions(on_dry_run=True)
        hook = pulumi.ResourceHook("tier-change-is-watched", self._check, options)
        return pulumi.ResourceHookBinding(before_update=[hook])

    def tell_when_over(self, instance_class: pulumi.Output[str]) -> None:
        """Says in a preview or deployment that the stack file need not name both any more.

        Args:
            instance_class: the instance's own. RDS tells the old one until the window
                (`PendingModifiedValues` has the other), and the provider keeps what RDS tells.
        """
        if self._previous != self._tier:
            instance_class.apply(self._tell)

    def _check(self, change: pulumi.ResourceHookArgs) -> None:
        before, after = _class_of(change.old_inputs), _class_of(change.new_inputs)
        # A preview would take the class that is asked for as that of the instance.
        self._under_way = _class_of(change.old_outputs) != after
        if before == after or before not in _TIERS or before == self._previous.instance_class:
            return
        raise pulumi.RunError(
            f"groundwork:database.tier: the database is {_TIERS[before]} until Sunday, 04:00 UTC. Set "
            f"groundwork:database.previousTier: {_TIERS[before]} with it, so that alarms hold for both sizes "
            "until then, and remove it afterwards."
        )

    def _tell(self, instance_class: str) -> None:
        if instance_class == self._tier.instance_class and not self._under_way:
            pulumi.log.warn(
                f"{self._file}: groundwork:database.previousTier can be removed: the database is "
                f"{_TIERS[instance_class]} by now, and alarms need not hold for the other size any more."
            )


def _class_of(values: object) -> str:
    return str(values.get("instanceClass", "")) if isinstance(values, Mapping) else ""

"""The environment's own memory of its first day, in the engine's state: what never changes afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra.configuration.first_day import FirstDay, Value
from infra.configuration.validation import ConfigurationError

_NAME = "first-day"


def unchanged_since(first_day: FirstDay) -> pulumi.Output[Sequence[pulumi.Resource]]:
    """What everything else waits for: it fails when the files say something else than on the first day.

    A stash keeps the value that it was made with, in the state (Pulumi, "Stash"). So a preview, too, knows
    what is deployed, without a call to AWS, and is refused with all that was changed, before anything is
    declared.
    """
    stash = pulumi.Stash(_NAME, input=dict(first_day.values))

    def checked(deployed: Mapping[str, Value], urn: str) -> Sequence[pulumi.Resource]:
        if changes := first_day.changes(deployed, _remedy(first_day.environment, urn)):
            # Shown as it is: the mistakes are in the files, not in the program.
            raise pulumi.RunError(str(ConfigurationError(changes)))
        return [stash]

    return pulumi.Output.all(stash.output, stash.urn).apply(lambda known: checked(*known))


def _remedy(environment: str, urn: str) -> str:
    return (
        "Take the change back. The way to another one: restore into an environment that is made anew "
        f"(`pulumi destroy`; of a rehearsal `make reset ENV={environment}`). If nothing was made with the "
        f"old one yet: `pulumi up --replace '{urn}'`."
    )

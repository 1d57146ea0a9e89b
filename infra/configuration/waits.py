"""Parts of the platform that stand in the other region although nobody works there, beside the data."""

from __future__ import annotations

from enum import StrEnum

from infra.configuration.environments import Environment
from infra.configuration.keys import Varies
from infra.configuration.kinds import choices, some_of
from infra.configuration.serving import only_with_copies
from infra.configuration.validation import Reader


class Waits(StrEnum):
    """A part that may wait for the day on which everything runs in the other region.

    AWS takes longest to make these. What one costs and saves is in `costs/waits.py`. Network, keys, replica
    and copies are no such parts: the data depends on them.
    """

    CLUSTER = "cluster"
    REDIS = "redis"

    @property
    def what(self) -> str:
        """What stands there, for people."""
        return {
            Waits.CLUSTER: "the cluster's control plane, without nodes",
            Waits.REDIS: "both Redis, empty and with one node each",
        }[self]


WAITS = some_of(
    "waits",
    Waits,
    meaning="what stands in the other region beside the data, so that a recovery need not make it; price and"
    " minutes are [below](#what-waits-in-the-other-region)",
    default=choices(Waits),
    nothing=Varies(only_with_copies),
    changing="a part that is taken out is protected, and has to be released first (docs/recovery.md)",
    example=choices(Waits),
)


def read_waits(root: Reader, environment: Environment) -> frozenset[Waits]:
    """The key `waits`; nothing where there are no copies, which it would wait with."""
    named = WAITS.of(environment).read(root)
    return frozenset(each for each in Waits if each in named and environment.standard.recovery_copies)

"""Names of what stays when the resource that it was made for is gone: snapshots, Jobs."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_random as random

_BYTES = 3


def unlike_any_before(
    name: str, parent: pulumi.Resource, keepers: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str]:
    """Six characters to end a name with, so that what has an older one is not in the way.

    Args:
        name: of the resource in the program.
        parent: the component that it belongs to.
        keepers: when one of them changes the characters do, also when it changes back to what it was.
    """
    return random.RandomId(
        name, byte_length=_BYTES, keepers=dict(keepers), opts=pulumi.ResourceOptions(parent=parent)
    ).hex

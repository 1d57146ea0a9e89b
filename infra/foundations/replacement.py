"""Options for a resource that exists only once, like a vault's lock: the old one is deleted first."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi


def delete_before_replace(
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] = (),
    *,
    protect: bool | None = None,
) -> pulumi.ResourceOptions:
    """Options for what AWS knows by its parent's name, or by one that we give, and replaces for a change.

    The engine makes the new one first. Where making it writes over the old one, removing that afterwards
    would remove both, and nobody would be told; where it does not, AWS refuses the second one.
    """
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(depends_on),
        protect=protect,
        delete_before_replace=True,
    )

"""Places: what an environment has in one region of AWS, together.

The same components stand in each place under the same names. What keeps them apart is the place's own type,
which is part of the identity (URN) of everything in it; so a place that is lost can be told from the other
one in the engine's state, whole.
"""

from __future__ import annotations

import pulumi


class Home(pulumi.ComponentResource):
    """The place that the environment runs in."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:place:Home", name, None, opts)
        self.register_outputs({})


class Recovery(pulumi.ComponentResource):
    """The place that it is built in again when the other one is lost: what has to wait there for that day."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:place:Recovery", name, None, opts)
        self.register_outputs({})

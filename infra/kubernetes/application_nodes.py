"""The nodes that the application's pods run on, and no others."""

from __future__ import annotations

import pulumi

from infra.kubernetes.node_pool import NodesArgs, declare_nodes
from infra.kubernetes.pods import APPLICATION_NODES, APPLICATION_ONLY


class ApplicationNodes(pulumi.ComponentResource):
    """A NodeClass and a NodePool of EKS Auto Mode for the application alone. Keeps NET-2.

    The pool is what EKS's own `general-purpose` is, but for the class and the taint.
    """

    pool: pulumi.Resource

    def __init__(self, name: str, args: NodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:kubernetes:ApplicationNodes", name, None, opts)
        self.pool = declare_nodes("", APPLICATION_NODES, APPLICATION_ONLY, args, self)
        self.register_outputs({})

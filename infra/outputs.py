"""Outputs of the stack: typed, and without secrets in the clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import pulumi


@dataclass(frozen=True)
class Outputs:
    """The stack's outputs.

    Args:
        region: the primary region.
        cluster_name: of EKS.
        cluster_endpoint: the API's address.
        kubeconfig: how to reach it; a secret, since it shows where the API is.
        namespace: of the services.
        database_endpoint: host and port.
        deploy_role: the role that GitHub's runners take first.
        buckets: their physical names by the catalogue's.
        name_servers: of the domain; the parent domain points to them.
        distributions: identifiers of CloudFront's distributions, by host.
        secrets: ARNs of the entries in Secrets Manager by name; never values.
        topics: ARNs of the notification topics by severity.
    """

    region: str
    cluster_name: pulumi.Output[str]
    cluster_endpoint: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    namespace: str
    database_endpoint: pulumi.Output[str]
    deploy_role: pulumi.Output[str]
    buckets: Mapping[str, str]
    name_servers: pulumi.Output[Sequence[str]]
    distributions: Mapping[str, pulumi.Output[str]]
    secrets: Mapping[str, pulumi.Output[str]]
    topics: Mapping[str, pulumi.Output[str]]

    def export(self) -> None:
        """Hands every field to the engine, under its name in Pulumi's spelling."""
        for field in fields(self):
            head, *rest = field.name.split("_")
            value = getattr(self, field.name)
            if field.name == "kubeconfig":
                value = pulumi.Output.secret(value)
            elif isinstance(value, Mapping):
                value = dict(value)
            pulumi.export(head + "".join(word.capitalize() for word in rest), value)

"""EKS's add-ons: what they bring into a cluster that other parts meet, and which versions it takes."""

from __future__ import annotations

from types import MappingProxyType

from infra.configuration.add_ons import OBSERVABILITY, REFUSAL, SECRETS_STORE, Fit, fit_of, offered, question
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties

# The namespace that an add-on makes for its pods (the user guide of its service, and of the second the tests
# of aws/secrets-store-csi-driver-provider-aws).
NAMESPACES = MappingProxyType({OBSERVABILITY: "amazon-cloudwatch", SECRETS_STORE: "aws-secrets-manager"})

_CLUSTER = "aws:eks/cluster:Cluster"
_ADD_ON = "aws:eks/addon:Addon"


class AddOnVersions:
    """The clusters that a program declares, by name, and whether EKS takes their add-ons' versions.

    A program declares a cluster before what is in it, in previews too. May be called from any thread.
    """

    def __init__(self) -> None:
        self._kubernetes: dict[str, str] = {}

    def failures(self, token: str, inputs: Properties) -> list[CheckFailure]:
        """What EKS would refuse of an add-on for its version; of a cluster its own is remembered."""
        if token == _CLUSTER:
            self._kubernetes[str(inputs.get("name"))] = str(inputs.get("version") or "")
        version = inputs.get("addonVersion")
        if token != _ADD_ON or not version or version is UNKNOWN:
            return []
        add_on, kubernetes = (
            str(inputs.get("addonName")),
            self._kubernetes.get(str(inputs.get("clusterName")), ""),
        )
        if fit_of(add_on, str(version), kubernetes) is not Fit.REFUSED:
            return []
        allowed = ", ".join(offered(add_on, kubernetes))
        reason = f"'addonVersion' is {version}: {REFUSAL} (Kubernetes {kubernetes}); allowed: {allowed}"
        return [
            CheckFailure("addonVersion", f"{reason}, and what else `{question(add_on, kubernetes)}` lists")
        ]

"""Things that an account of AWS has once, and may have before the platform comes to it."""

from __future__ import annotations

from enum import StrEnum

from infra.configuration.kinds import some_of
from infra.configuration.validation import Reader


class Singleton(StrEnum):
    """Of an account or its cluster; a second one is refused (each service's quotas)."""

    GITHUB_PROVIDER = "github-provider"  # IAM: one identity provider for a URL
    THREAT_DETECTOR = "threat-detector"  # GuardDuty: one detector in a region
    ACCESS_ANALYZER = "access-analyzer"  # one free analyzer of external access in a region
    NETWORK_POLICY_SWITCH = "network-policy-switch"  # the ConfigMap amazon-vpc-cni of the cluster
    # EKS writes its logs whether or not their group is there, and makes it then: after a cluster of this name
    # was deleted, its last lines did. Its service-linked role may (EKS user guide, "Using roles for Amazon
    # EKS clusters").
    CONTROL_PLANE_LOGS = "control-plane-logs"

    @property
    def refusal(self) -> str:
        """What AWS's or Kubernetes' words about a second one have in them."""
        return {
            Singleton.GITHUB_PROVIDER: "EntityAlreadyExists",
            Singleton.THREAT_DETECTOR: "detector already exists",
            Singleton.ACCESS_ANALYZER: "ServiceQuotaExceeded",
            Singleton.NETWORK_POLICY_SWITCH: "already exists",
            Singleton.CONTROL_PLANE_LOGS: "ResourceAlreadyExistsException",
        }[self]


EXISTING = some_of(
    "existing",
    Singleton,
    meaning="what the account has once and had before: it is used and left alone; `control-plane-logs`, which"
    " EKS makes itself, is taken over. Without it AWS refuses the second one: "
    + ", ".join(f"`{each}` with `{each.refusal}`" for each in Singleton),
    default=(),
    example=[Singleton.GITHUB_PROVIDER.value],
)


def read_singletons(root: Reader) -> frozenset[Singleton]:
    """The list `existing`: what the account has already, which is used and left alone."""
    return frozenset(Singleton(name) for name in EXISTING.read(root) if name in list(Singleton))

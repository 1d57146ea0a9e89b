"""The versions of EKS's add-ons, and which of them AWS is known to take for which Kubernetes.

AWS has no page that lists them: its user guide sends everybody to the API ("Verify Amazon EKS add-on version
compatibility with a cluster": `aws eks describe-addon-versions`), and that needs an account. So what others
have seen stands here, with its source. What nobody has told is not known, and is said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

SECRETS_STORE = "aws-secrets-store-csi-driver-provider"
METRICS_SERVER = "metrics-server"
OBSERVABILITY = "amazon-cloudwatch-observability"
# The namespace that an add-on makes for its pods; the others' are in kube-system (CloudWatch user guide,
# "Install the CloudWatch agent with the Amazon CloudWatch Observability EKS add-on";
# aws/secrets-store-csi-driver-provider-aws, tests/integration.bats.template).
ADD_ON_NAMESPACES: Mapping[str, str] = MappingProxyType(
    {OBSERVABILITY: "amazon-cloudwatch", SECRETS_STORE: "aws-secrets-manager"}
)

# What the cluster gets. All versions of Kubernetes that a stack file may name take them, so that an update of
# the cluster waits for none.
ADD_ON_VERSIONS: Mapping[str, str] = MappingProxyType(
    {
        SECRETS_STORE: "v3.1.3-eksbuild.1",
        METRICS_SERVER: "v0.9.0-eksbuild.7",
        OBSERVABILITY: "v6.4.0-eksbuild.1",
    }
)

# CreateAddon's and UpdateAddon's own (InvalidParameterException).
REFUSAL = "Addon version specified is not supported"


_VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)-eksbuild\.(\d+)")


@dataclass(frozen=True)
class Seen:
    """A version that clusters of these versions of Kubernetes had, or that the API offered for them."""

    add_on: str
    version: str
    kubernetes: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Listing:
    """All that `describe-addon-versions` offered for one version of Kubernetes on a day, the newest first."""

    add_on: str
    kubernetes: str
    versions: tuple[str, ...]
    source: str


# The day on which all of it was read. Repositories are GitHub's.
LOOKED_UP = "2026-11-29"

SEEN = (
    Seen(
        SECRETS_STORE,
        "v3.1.3-eksbuild.1",
        ("1.34", "1.35"),
        "TebogoMoremi/EKS-Transaction-service, README: there through an update in September 2026, which "
        "EKS's upgrade insights had let pass",
    ),
    Seen(
        SECRETS_STORE,
        "v3.1.3-eksbuild.1",
        ("1.36",),
        'Terraform of a platform for "greeter", on 2026-09-22, pinned to what was published for 1.36',
    ),
    Seen(
        METRICS_SERVER,
        "v0.8.1-eksbuild.6",
        ("1.34", "1.35"),
        "wandb/terraform-aws-wandb, modules/app_eks/add-ons.tf: each verified by describe-addon-versions",
    ),
    Seen(
        METRICS_SERVER,
        "v0.9.0-eksbuild.7",
        ("1.34",),
        "Terraform of a learner's lab on 1.34, which names describe-addon-versions as its source",
    ),
    Seen(
        METRICS_SERVER,
        "v0.9.0-eksbuild.7",
        ("1.35",),
        "log of a platform called eks-platform: the API's default in ap-south-1 on 2026-08-30",
    ),
    Seen(
        METRICS_SERVER,
        "v0.9.0-eksbuild.7",
        ("1.36",),
        "aws-solutions-library-samples/global-capacity-orchestrator-on-aws, gco/stacks/constants.py and "
        "cdk.json: AWS's own sample, in Auto Mode",
    ),
    Seen(
        METRICS_SERVER,
        "v0.9.0-eksbuild.11",
        ("1.35", "1.36"),
        "khaipd18/online-boutique-gitops-pipeline on 1.35; listed for 1.36 in eu-central-1 on 2026-10-06",
    ),
    Seen(
        OBSERVABILITY,
        "v6.4.0-eksbuild.1",
        ("1.34", "1.35"),
        "settings of a CDK cluster called cdk-eks-cluster: the newest of each version of Kubernetes",
    ),
)

LISTINGS = (
    Listing(
        OBSERVABILITY,
        "1.36",
        ("v6.6.0-eksbuild.1", "v6.5.0-eksbuild.1", "v6.4.0-eksbuild.1"),
        "a workshop's page on EKS 1.36: the API's whole answer in ap-southeast-1 on 2026-09-18",
    ),
)


class Fit(StrEnum):
    """What is known of an add-on's version and a version of Kubernetes."""

    FITS = "fits"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def fit_of(add_on: str, version: str, kubernetes: str) -> Fit:
    """Whether EKS takes an add-on's version for a version of Kubernetes, as far as it is known."""
    if version in offered(add_on, kubernetes):
        return Fit.FITS
    listed = _listing(add_on, kubernetes)
    number = _number(version)
    # What is newer than all of a listing may have come after it.
    if listed is None or number is None or number > max(filter(None, map(_number, listed.versions))):
        return Fit.UNKNOWN
    return Fit.REFUSED


def offered(add_on: str, kubernetes: str) -> tuple[str, ...]:
    """The versions of an add-on that are known to fit, the newest first."""
    seen = {each.version for each in SEEN if each.add_on == add_on and kubernetes in each.kubernetes}
    listed = _listing(add_on, kubernetes)
    versions = seen.union(listed.versions if listed else ())
    return tuple(sorted(versions, key=lambda version: _number(version) or (), reverse=True))


def of_fit(kubernetes: str, fit: Fit) -> Iterator[tuple[str, str]]:
    """The platform's add-ons, with their versions, of which this is known."""
    for add_on, version in ADD_ON_VERSIONS.items():
        if fit_of(add_on, version, kubernetes) is fit:
            yield add_on, version


def question(add_on: str, kubernetes: str) -> str:
    """What to ask AWS about an add-on."""
    return f"aws eks describe-addon-versions --addon-name {add_on} --kubernetes-version {kubernetes}"


def _listing(add_on: str, kubernetes: str) -> Listing | None:
    return next((one for one in LISTINGS if (one.add_on, one.kubernetes) == (add_on, kubernetes)), None)


def _number(version: str) -> tuple[int, ...] | None:
    """A version to compare with others: `v6.4.0-eksbuild.1` as 6, 4, 0, 1; None of something else."""
    match = _VERSION.fullmatch(version)
    return tuple(map(int, match.groups())) if match else None

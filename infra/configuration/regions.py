"""The regions of AWS's public cloud, and what has to be known of one before anything is in it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from infra.configuration import patterns
from infra.configuration.keys import Fixed
from infra.configuration.kinds import Text
from infra.configuration.validation import Reader, did_you_mean


@dataclass(frozen=True)
class AwsRegion:
    """One region.

    Args:
        zones: the last letters of its Availability Zones. An account does not always have all of them.
        cloudfront: AWS's managed prefix list of the addresses that CloudFront calls from
            (com.amazonaws.global.cloudfront.origin-facing), which has an id of its own in each region.
            None where nobody has looked it up yet.
        opt_in: an account has to switch it on first ("AWS Regions" in the Account Management guide).
    """

    zones: str
    cloudfront: str | None = None
    opt_in: bool = False


# botocore's endpoints name the regions (a test compares), EC2's DescribeAvailabilityZones the zones. The
# prefix lists are the table that AWS's own workshop templates carry; the CloudFront developer guide,
# "Locations and IP address ranges of CloudFront edge servers", says where each is found.
REGIONS = MappingProxyType(
    {
        "af-south-1": AwsRegion("abc", opt_in=True),
        "ap-east-1": AwsRegion("abc", opt_in=True),
        "ap-east-2": AwsRegion("abc", opt_in=True),
        "ap-northeast-1": AwsRegion("acd", "pl-58a04531"),
        "ap-northeast-2": AwsRegion("abcd", "pl-22a6434b"),
        "ap-northeast-3": AwsRegion("abc"),
        "ap-south-1": AwsRegion("abc", "pl-9aa247f3"),
        "ap-south-2": AwsRegion("abc", opt_in=True),
        "ap-southeast-1": AwsRegion("abc", "pl-31a34658"),
        "ap-southeast-2": AwsRegion("abc", "pl-b8a742d1"),
        "ap-southeast-3": AwsRegion("abc", opt_in=True),
        "ap-southeast-4": AwsRegion("abc", opt_in=True),
        "ap-southeast-5": AwsRegion("abc", opt_in=True),
        "ap-southeast-6": AwsRegion("abc", opt_in=True),
        "ap-southeast-7": AwsRegion("abc", opt_in=True),
        "ca-central-1": AwsRegion("abd", "pl-38a64351"),
        "ca-west-1": AwsRegion("abc", opt_in=True),
        "eu-central-1": AwsRegion("abc", "pl-a3a144ca"),
        "eu-central-2": AwsRegion("abc", opt_in=True),
        "eu-north-1": AwsRegion("abc", "pl-fab65393"),
        "eu-south-1": AwsRegion("abc", opt_in=True),
        "eu-south-2": AwsRegion("abc", opt_in=True),
        "eu-west-1": AwsRegion("abc", "pl-4fa04526"),
        "eu-west-2": AwsRegion("abc", "pl-93a247fa"),
        "eu-west-3": AwsRegion("abc", "pl-75b1541c"),
        "il-central-1": AwsRegion("abc", opt_in=True),
        "me-central-1": AwsRegion("abc", opt_in=True),
        "me-south-1": AwsRegion("abc", opt_in=True),
        "mx-central-1": AwsRegion("abc", opt_in=True),
        "sa-east-1": AwsRegion("abc", "pl-5da64334"),
        "us-east-1": AwsRegion("abcdef", "pl-3b927c52"),
        "us-east-2": AwsRegion("abc", "pl-b6a144df"),
        "us-west-1": AwsRegion("abc", "pl-4ea04527"),
        "us-west-2": AwsRegion("abcd", "pl-82a045eb"),
    }
)

# Their endpoints are of no region (AWS General Reference, "Service endpoints"). That they are changed through
# us-east-1 alone is another matter: nothing here runs in that region.
GLOBAL_SERVICES = frozenset(["budgets", "cloudfront", "iam", "organizations", "route53"])

# Those that everything can be in: a load balancer that CloudFront alone reaches needs the prefix list.
USABLE = tuple(name for name, region in REGIONS.items() if region.cloudfront)

# China, GovCloud, the European sovereign and the isolated clouds ("AWS partitions"): their ARNs and addresses
# are others than those that the program writes (`arn:aws:…`, `amazonaws.com`).
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


_WITH_CLOUDFRONT = f"a region whose prefix list of CloudFront's addresses is known: {', '.join(USABLE)}"


def region_key(
    name: str, meaning: str, *, example: str, fixed: Fixed, rules: tuple[str, ...] = (_WITH_CLOUDFRONT,)
) -> Text:
    """The declaration of a key that names a region."""
    return Text(
        name,
        meaning=meaning,
        pattern=patterns.REGION,
        words="the name of a region",
        rules=rules,
        fixed=fixed,
        example=example,
    )


def read_region(root: Reader, key: Text) -> str:
    """The region under a key; empty, with the reason noted, when nothing can be there."""
    name, region = key.name, key.read(root)
    known = REGIONS.get(region)
    if not region or (known and known.cloudfront):
        return region
    if known:
        first = (
            "Switch the region on in the account (`aws account enable-region`), then add"
            if known.opt_in
            else "Add"
        )
        root.problem(
            name,
            region,
            _WITH_CLOUDFRONT,
            f"Without it the load balancer would be open to everybody. {first} it to"
            f" infra/configuration/regions.py: `aws ec2 describe-managed-prefix-lists --region {region}"
            " --filters Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing`"
            " shows its id.",
        )
    elif region.startswith(_OTHER_PARTITIONS):
        root.problem(name, region, "a region of AWS's public cloud (partition `aws`)", "Its ARNs are others.")
    else:
        root.problem(name, region, f"one of {', '.join(USABLE)}", did_you_mean(region, USABLE))
    return ""


def check_zones(section: Reader, name: str, zones: tuple[str, ...], region: str) -> None:
    """Every zone is one of the region's."""
    letters = REGIONS[region].zones
    for zone in zones:
        if zone[:-1] != region:
            section.problem(name, zone, f"zones of {region}", f"For example {region}{letters[0]}.")
        elif zone[-1] not in letters:
            allowed = ", ".join(f"{region}{letter}" for letter in letters)
            section.problem(name, zone, f"the zones of {region}: {allowed}")

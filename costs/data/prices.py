"""List prices. What is not here is said to be missing wherever it is met; nothing is guessed.

"Price List" is AWS's own (Price List API), by its usage types: as `make prices` has read it, and where nobody
has, as public repositories quote it.
"""

from __future__ import annotations

from datetime import date

from costs.facts import Price, Unit
from costs.price_list import read
from timing.facts import Source

_LOOKED = date(2026, 11, 29)
_LOOKED_LAST = date(2026, 11, 30)
_OREGON = ("us-west-2",)
_EVERYWHERE = ()


def _listed(usage_type: str, quoted: str) -> Source:
    return Source(f"Price List, {usage_type}, as quoted in {quoted}", _LOOKED)


_READER = "the tests of a reader of that list (July 2026)"
_RDS = Source(
    "terraform-provider-aws, its tests of RDS: prices of MySQL in us-west-2 (2024-02-02); PostgreSQL's are "
    "the same at these sizes (an estimator's table of 2026)",
    _LOOKED,
)
_TWICE = Source(
    "the price of one instance, twice: a standby costs what the instance does (RDS user guide, On-Demand DB "
    "instances; infratally.com, 2026: exactly double)",
    _LOOKED,
)

_INSTANCES = {"db.t4g.small": 0.032, "db.m7g.large": 0.168, "db.m7g.xlarge": 0.337}

QUOTED: tuple[Price, ...] = (
    Price("EKS cluster", _OREGON, 0.10, Unit.HOUR, _listed("USW2-AmazonEKS-Hours:perCluster", _READER)),
    Price("NAT gateway", _OREGON, 0.045, Unit.HOUR, _listed("USW2-NatGateway-Hours", _READER)),
    Price(
        "EKS cluster",
        ("us-east-2",),
        0.10,
        Unit.HOUR,
        Source(
            "AWS Containers blog, pricing of extended support: 0.10 US$ a cluster and hour in standard "
            "support, no region is named",
            _LOOKED_LAST,
        ),
    ),
    Price(
        "NAT gateway",
        ("us-east-2",),
        0.045,
        Unit.HOUR,
        Source("cloudburn.io, NAT gateways, 2026-02-24", _LOOKED),
    ),
    Price("public IPv4 address", _OREGON, 0.005, Unit.HOUR, _listed("USW2-PublicIPv4:InUseAddress", _READER)),
    Price("load balancer", _OREGON, 0.0225, Unit.HOUR, _listed("USW2-LoadBalancerUsage", _READER)),
    Price(
        "interface endpoint in a zone", _OREGON, 0.01, Unit.HOUR, _listed("USW2-VpcEndpoint-Hours", _READER)
    ),
    *(Price(name, _OREGON, dollars, Unit.HOUR, _RDS) for name, dollars in _INSTANCES.items()),
    *(
        Price(f"{name} with a standby", _OREGON, 2 * dollars, Unit.HOUR, _TWICE)
        for name, dollars in _INSTANCES.items()
    ),
    Price(
        "RDS storage gp3 with a standby",
        _OREGON,
        0.23,
        Unit.GIGABYTE_MONTH,
        _listed("USW2-RDS:Multi-AZ-GP3-Storage", _READER),
    ),
    Price(
        "RDS storage gp3",
        _OREGON,
        0.115,
        Unit.GIGABYTE_MONTH,
        Source(
            "half of USW2-RDS:Multi-AZ-GP3-Storage (RDS user guide: storage is paid for in both zones); also "
            "0.115 in us-east-1 (usage.ai, June 2026)",
            _LOOKED,
        ),
    ),
    Price("key", _OREGON, 1.00, Unit.MONTH, _listed("us-west-2-KMS-Keys", _READER)),
    Price(
        "key", ("us-east-1",), 1.00, Unit.MONTH, _listed("us-east-1-KMS-Keys", "tests of two such readers")
    ),
    Price(
        "key",
        ("us-east-2",),
        1.00,
        Unit.MONTH,
        Source(
            "KMS pricing: 1 US$ a month for each key until it is deleted, no region is named; copies of a "
            "key of several regions like any other (factualminds.com, 2026-06-13)",
            _LOOKED_LAST,
        ),
    ),
    Price(
        "secret",
        ("us-east-2",),
        0.40,
        Unit.MONTH,
        Source(
            "a guide to Secrets Manager (hivebook.wiki): 0.40 US$ a secret and month, no region is named",
            _LOOKED_LAST,
        ),
    ),
    Price(
        "dashboard",
        _EVERYWHERE,
        3.00,
        Unit.MONTH,
        _listed(
            "DashboardsUsageHour, without a region", "a collector's notes; an account's first three are free"
        ),
    ),
    Price("secret", _OREGON, 0.40, Unit.MONTH, _listed("USW2-AWSSecretsManager-Secrets", _READER)),
    Price("metric of an alarm", _OREGON, 0.10, Unit.MONTH, _listed("USW2-CW:AlarmMonitorUsage", _READER)),
    Price(
        "metric of an alarm",
        ("us-east-2", "us-east-1"),
        0.10,
        Unit.MONTH,
        _listed("USE2- and CW:AlarmMonitorUsage", "bills of public repositories (August 2026)"),
    ),
    Price(
        "composite alarm",
        ("us-west-2", "us-east-2", "us-east-1"),
        0.50,
        Unit.MONTH,
        _listed("CW:CompositeAlarmMonitorUsage, any prefix", "a guide to that list; c3x.dev has the same"),
    ),
    Price(
        "firewall",
        _EVERYWHERE,
        5.00,
        Unit.MONTH,
        Source(
            "AWS Networking blog: WAF's prices are alike in all regions; c3x.dev: 5 US$ a web ACL", _LOOKED
        ),
    ),
    Price(
        "rule of a firewall",
        _EVERYWHERE,
        1.00,
        Unit.MONTH,
        Source("AWS Networking blog, as above; c3x.dev: 1 US$ a rule or managed rule group", _LOOKED),
    ),
    Price(
        "health check over HTTPS",
        _EVERYWHERE,
        1.00,
        Unit.MONTH,
        _listed(
            "Health-Check-Option-AWS, without a region",
            "two guides to that list (2026-10-01): the check itself is one of an account's first 50, which "
            "are free where they look at an endpoint of AWS's, HTTPS is the one feature that is paid for",
        ),
    ),
    Price(
        "hosted zone",
        _EVERYWHERE,
        0.50,
        Unit.MONTH,
        Source("Route 53 pricing, the first 25 zones, as quoted by two guides (2025, 2026)", _LOOKED),
    ),
)

PRICES = (*read(), *QUOTED)

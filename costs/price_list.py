"""AWS's own price list: what is asked of it (Price List API, GetProducts), and how an answer is read.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from costs.facts import Price, Unit
from infra.configuration.tiers import DATABASE_TIERS, REDIS_NODE_TYPES
from timing.facts import Source

# The API is in few regions; each has the prices of all.
REGION = "us-east-1"
FILE = Path(__file__).parent / "data" / "price_list.json"
# The list's words for what is paid for by time and size; whatever else it has is by the month here.
_UNITS = {"Hrs": Unit.HOUR, "GB-Mo": Unit.GIGABYTE_MONTH}


@dataclass(frozen=True)
class Question:
    """One item, as the list has it.

    Args:
        what: as bills call it.
        service: the list's code of the service.
        usage: its usage type, without what says the region (`USW2-`, `us-west-2-`, none in us-east-1).
        unit: what one is paid for.
        attributes: that tell it from what has the same usage type, or keep an answer short.
    """

    what: str
    service: str
    usage: str
    unit: Unit
    attributes: Mapping[str, str]

    def filters(self, region: str) -> list[dict[str, str]]:
        """The request's filters for a region."""
        wanted = {"regionCode": region, **self.attributes}
        return [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]

    def price(self, products: Iterable[str], region: str, day: date) -> Price | None:
        """The price that an answer has; None where it has none, or several.

        Args:
            products: of the answer, each a text of JSON.
            region: that was asked about.
            day: of today.
        """
        found = {price for product in products for price in self._prices(json.loads(product), region)}
        if len(found) != 1:
            return None
        [(usage, dollars)] = found
        return Price(self.what, (region,), dollars, self.unit, Source(f"Price List, {usage}", day))

    def _prices(self, product: Mapping[str, Any], region: str) -> Iterator[tuple[str, float]]:
        usage = str(product["product"]["attributes"].get("usagetype", ""))
        prefix = rf"(?:[A-Z]+\d*-|{re.escape(region)}-)?"
        if re.fullmatch(prefix + re.escape(self.usage), usage) is None:
            return
        for term in product["terms"].get("OnDemand", {}).values():
            for each in term["priceDimensions"].values():
                dollars = float(each["pricePerUnit"].get("USD", 0))
                # A price by steps begins at nothing; what a reservation covers stands there for 0.
                if each.get("beginRange", "0") == "0" and dollars and self._is_by(each["unit"]):
                    yield usage, dollars

    def _is_by(self, unit: str) -> bool:
        return _UNITS.get(unit, Unit.MONTH) is self.unit


def questions() -> list[Question]:
    """All items whose price differs by region or by what an environment may choose."""
    return [*_databases(), *_nodes(), *_others()]


def _databases() -> Iterator[Question]:
    for standby, zones, instance, storage in (
        ("", "Single-AZ", "InstanceUsage", "RDS:GP3-Storage"),
        (" with a standby", "Multi-AZ", "Multi-AZUsage", "RDS:Multi-AZ-GP3-Storage"),
    ):
        engine = {"databaseEngine": "PostgreSQL", "deploymentOption": zones}
        for tier in DATABASE_TIERS.values():
            kind = tier.instance_class
            attributes = {"instanceType": kind, **engine}
            yield Question(f"{kind}{standby}", "AmazonRDS", f"{instance}:{kind}", Unit.HOUR, attributes)
        attributes = {"volumeType": "General Purpose-GP3", **engine}
        yield Question(f"RDS storage gp3{standby}", "AmazonRDS", storage, Unit.GIGABYTE_MONTH, attributes)


def _nodes() -> Iterator[Question]:
    for kind in REDIS_NODE_TYPES.values():
        attributes = {"instanceType": kind, "cacheEngine": "Redis"}
        yield Question(kind, "AmazonElastiCache", f"NodeUsage:{kind}", Unit.HOUR, attributes)


def _others() -> Iterator[Question]:
    hour, month = Unit.HOUR, Unit.MONTH
    application = {"operation": "LoadBalancing:Application"}
    yield Question("EKS cluster", "AmazonEKS", "AmazonEKS-Hours:perCluster", hour, {})
    yield Question("NAT gateway", "AmazonEC2", "NatGateway-Hours", hour, {"productFamily": "NAT Gateway"})
    yield Question("public IPv4 address", "AmazonVPC", "PublicIPv4:InUseAddress", hour, {})
    yield Question("interface endpoint in a zone", "AmazonVPC", "VpcEndpoint-Hours", hour, {})
    yield Question("load balancer", "AWSELB", "LoadBalancerUsage", hour, application)
    yield Question("key", "awskms", "KMS-Keys", month, {})
    yield Question("secret", "AWSSecretsManager", "AWSSecretsManager-Secrets", month, {})
    yield Question("metric of an alarm", "AmazonCloudWatch", "CW:AlarmMonitorUsage", month, {})
    yield Question("composite alarm", "AmazonCloudWatch", "CW:CompositeAlarmMonitorUsage", month, {})


def ask(client: Any, question: Question, region: str, day: date) -> Price | None:
    """The price of one item in a region; None where the list has none, or more than one.

    Args:
        client: boto3's, of `pricing`.
        question: the item.
        region: where.
        day: of today.
    """
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=question.service, Filters=question.filters(region), FormatVersion="aws_v1"
    )
    return question.price((product for page in pages for product in page["PriceList"]), region, day)


def written(prices: Iterable[Price]) -> str:
    """The file of prices that were asked for."""
    rows = [
        {
            "what": each.what,
            "region": region,
            "dollars": each.dollars,
            "unit": each.unit.value,
            "source": each.source.where,
            "day": each.source.day.isoformat(),
        }
        for each in prices
        for region in each.regions
    ]
    return json.dumps(sorted(rows, key=lambda row: (row["what"], row["region"])), indent=2) + "\n"


def read(file: Path = FILE) -> tuple[Price, ...]:
    """The prices of that file; none before anybody has asked."""
    if not file.is_file():
        return ()
    return tuple(
        Price(
            row["what"],
            (row["region"],),
            row["dollars"],
            Unit(row["unit"]),
            Source(row["source"], date.fromisoformat(row["day"])),
        )
        for row in json.loads(file.read_text(encoding="utf-8"))
    )

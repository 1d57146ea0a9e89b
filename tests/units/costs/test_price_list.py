"""AWS's price list is asked for what it can tell apart, and read as it is: no price is taken by chance."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from costs.data.prices import QUOTED
from costs.facts import Price, Unit
from costs.items import RULES, items_of
from costs.price_list import Question, questions, read, written
from tests.support.recordings import recording_of
from timing.facts import Source

DAY = date(2026, 12, 1)
HERE = "us-west-2"


def product(usage: str, dollars: float, unit: str = "Hrs", begin: str = "0") -> str:
    """One of the list's, cut down to what is read of it."""
    dimension = {
        "unit": unit,
        "beginRange": begin,
        "endRange": "Inf",
        "pricePerUnit": {"USD": f"{dollars:.10f}"},
    }
    term = {"priceDimensions": {"SKU.TERM.RATE": dimension}, "offerTermCode": "TERM"}
    return json.dumps(
        {
            "product": {"sku": "SKU", "attributes": {"usagetype": usage}},
            "serviceCode": "AmazonRDS",
            "terms": {"OnDemand": {"SKU.TERM": term}, "Reserved": {"SKU.OTHER": term}},
        }
    )


def question(what: str) -> Question:
    return next(each for each in questions() if each.what == what)


def dollars(what: str, *products: str, region: str = HERE) -> float | None:
    found = question(what).price(products, region, DAY)
    return None if found is None else found.dollars


@pytest.mark.parametrize(
    ("usage", "region"),
    [
        ("USW2-NodeUsage:cache.t4g.medium", HERE),
        ("NodeUsage:cache.t4g.medium", "us-east-1"),
        ("EU-NodeUsage:cache.t4g.medium", "eu-west-1"),
    ],
)
def test_a_usage_type_is_the_item_s_in_any_region(usage: str, region: str) -> None:
    assert dollars("cache.t4g.medium", product(usage, 0.065), region=region) == 0.065


def test_what_is_paid_for_besides_is_not_taken_for_the_item() -> None:
    others = [
        product("USW2-ExtendedSupportYr1_Yr2-NodeUsage:cache.t4g.medium", 0.052),
        product("USW2-SyncDurability-NodeUsage:cache.t4g.medium", 0.03),
        product("USW2-NodeUsage:cache.t4g.medium.large", 0.2),
    ]
    assert dollars("cache.t4g.medium", *others) is None
    assert dollars("cache.t4g.medium", *others, product("USW2-NodeUsage:cache.t4g.medium", 0.065)) == 0.065


def test_a_key_s_usage_type_has_the_region_s_whole_name() -> None:
    assert dollars("key", product("us-west-2-KMS-Keys", 1, "Keys")) == 1
    assert dollars("key", product("us-west-2-KMS-Requests", 0.000003, "Requests")) is None


def test_of_two_prices_none_is_taken_and_a_price_of_nothing_is_no_price() -> None:
    one, other = (product("USW2-AmazonEKS-Hours:perCluster", price) for price in (0.1, 0.6))
    assert dollars("EKS cluster", one, other) is None
    assert dollars("EKS cluster", product("USW2-AmazonEKS-Hours:perCluster", 0), one) == 0.1


def test_the_first_step_of_a_price_is_what_a_few_cost() -> None:
    usage = "USW2-CW:AlarmMonitorUsage"
    assert (
        dollars("metric of an alarm", product(usage, 0.10, "Alarms"), product(usage, 0.05, "Alarms", "1000"))
        == 0.1
    )


def test_another_unit_is_another_price() -> None:
    assert dollars("RDS storage gp3", product("USW2-RDS:GP3-Storage", 0.115, "GB-Mo")) == 0.115
    assert dollars("RDS storage gp3", product("USW2-RDS:GP3-Storage", 0.115)) is None
    assert dollars("EKS cluster", product("USW2-AmazonEKS-Hours:perCluster", 0.1, "Quantity")) is None


def test_a_price_has_the_usage_type_and_the_day_as_its_source() -> None:
    found = question("EKS cluster").price([product("USE2-AmazonEKS-Hours:perCluster", 0.1)], "us-east-2", DAY)
    source = Source("Price List, USE2-AmazonEKS-Hours:perCluster", DAY)
    assert found == Price("EKS cluster", ("us-east-2",), 0.1, Unit.HOUR, source)


def test_every_item_of_prod_that_is_not_alike_everywhere_is_asked_for() -> None:
    alike = {price.what for price in QUOTED if not price.regions}
    asked = {each.what for each in questions()} | alike
    # The list's words for these two could not be looked up; they stay without a price.
    unknown = ("performance history of ", "RDS storage of a replica")
    items = {
        item.what
        for each in recording_of("prod").resources
        if each.type in RULES
        for item in items_of(each.type, each.inputs, HERE)
    }
    assert {each for each in items - asked if not each.startswith(unknown)} == set()
    assert any(each in items for each in asked)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    found = [
        Price("EKS cluster", (region,), 0.1, Unit.HOUR, Source("Price List, one of its usage types", DAY))
        for region in ("us-east-2", HERE)
    ]
    file = tmp_path / "price_list.json"
    file.write_text(written(found), encoding="utf-8")
    assert read(file) == tuple(found)
    assert read(tmp_path / "none.json") == ()


def test_questions_are_of_different_items() -> None:
    names = [each.what for each in questions()]
    assert len(names) == len(set(names))


def request(region: str, each: Question) -> dict[str, Any]:
    return {"ServiceCode": each.service, "Filters": each.filters(region), "FormatVersion": "aws_v1"}

"""The bill is of list prices with their sources; what has none is said to be missing, and never free."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from costs.bill import Bill, Billed, bill_of, difference, price_of
from costs.data.by_use import BY_USE, FREE
from costs.data.prices import PRICES
from costs.items import RULES
from infra.configuration.environments import Environment
from preview.money import bill_after
from rehearsal.cost import as_json, show
from tests.support.changes import change_between
from tests.support.json_output import check_output
from tests.support.recorder import Recording, stack_file
from tests.support.recordings import SYSTEMS, recording_of, system_recording

HERE = "us-west-2"


def bill(*resources: tuple[str, Mapping[str, object]], region: str = HERE) -> Bill:
    return bill_of(Billed("Part", resource_type, inputs, region) for resource_type, inputs in resources)


DATABASE = "aws:rds/instance:Instance"
STANDARD = {"instanceClass": "db.m7g.large", "multiAz": True, "allocatedStorage": 100, "storageType": "gp3"}


def test_a_database_is_paid_for_by_the_hour_with_its_standby_and_by_the_gigabyte() -> None:
    # By hand: 2*0.168*730 + 100*0.23.
    assert bill((DATABASE, STANDARD)).total == pytest.approx(268.28)


def test_every_metric_of_an_alarm_is_paid_for() -> None:
    expression = {"metricQueries": [{"expression": "a/b"}, {"metric": {}}, {"metric": {}}]}
    alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"
    assert bill((alarm, {"metricName": "x"}), (alarm, expression)).total == pytest.approx(0.30)


def test_an_interface_endpoint_is_paid_for_in_each_zone_and_a_gateway_s_is_free() -> None:
    endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint"
    found = bill(
        (endpoint, {"vpcEndpointType": "Interface", "subnetIds": ["a", "b", "c"]}),
        (endpoint, {"vpcEndpointType": "Gateway", "routeTableIds": ["a"]}),
    )
    assert found.total == pytest.approx(3 * 0.01 * 730)


def test_what_has_no_price_is_missing_and_not_free() -> None:
    found = bill((DATABASE, STANDARD | {"instanceClass": "db.x9.huge"}))
    assert found.missing == {("db.x9.huge with a standby", HERE): 1}
    assert found.total == pytest.approx(23)


def test_a_price_of_one_region_is_none_of_another() -> None:
    found = bill(("aws:kms/key:Key", {}), region="eu-central-1")
    assert found.total == 0
    assert found.missing == {("key", "eu-central-1"): 1}


def test_a_type_of_which_nothing_is_known_is_said() -> None:
    assert bill(("aws:neptune/cluster:Cluster", {})).unknown == ("aws:neptune/cluster:Cluster",)


def test_a_change_is_told_by_part_and_with_what_nobody_can_price() -> None:
    before = bill((DATABASE, STANDARD))
    after = bill(
        (DATABASE, STANDARD | {"instanceClass": "db.m7g.xlarge"}),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": "cache.x", "numCacheClusters": 2}),
    )
    # By hand: 2*(0.337 - 0.168)*730.
    assert str(difference(before, after)) == (
        "+246.74 US$ a month at list prices (Part +246.74); price not known: +2 x cache.x in us-west-2"
    )
    assert str(difference(after, before)).startswith("-246.74 US$")
    assert str(difference(after, after)) == ""


def test_every_price_has_a_source_and_one_place() -> None:
    seen = set()
    for price in PRICES:
        assert price.dollars > 0
        assert len(price.source.where) > 20
        for region in price.regions or ("",):
            assert (price.what, region) not in seen
            seen.add((price.what, region))


@pytest.mark.parametrize("environment", list(Environment))
def test_what_costs_most_has_a_price_where_the_stack_files_are(environment: str) -> None:
    region = stack_file(environment)["region"]
    for what in ("EKS cluster", "NAT gateway", "load balancer", "db.m7g.large", "RDS storage gp3"):
        assert price_of(what, region) is not None


@pytest.mark.parametrize("environment", list(Environment))
def test_every_type_of_the_program_is_paid_for_by_time_or_use_or_free(environment: str) -> None:
    types = set().union(*(system_recording(system, environment).types() for system in SYSTEMS))
    known = RULES.keys() | BY_USE.keys() | FREE
    assert sorted(each for each in types if each.startswith("aws:") and each not in known) == []
    assert not RULES.keys() & (BY_USE.keys() | FREE)
    assert not BY_USE.keys() & FREE


def whole(environment: str) -> Bill:
    """The bill of an environment as the program declares it."""
    recording = recording_of(environment)
    return bill_after(change_between(Recording(environment), recording))


def test_the_whole_bill_has_every_part_its_region_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    found = whole("prod")
    told = json.loads(json.dumps(as_json(found, "prod")))
    check_output("cost", told)
    lines = {(line["part"], line["what"], line["region"]): line for line in told["lines"]}
    gateways = lines["Network", "NAT gateway", HERE]
    assert (gateways["quantity"], gateways["dollars"]) == (3, 98.55)
    assert "USW2-NatGateway-Hours" in gateways["source"]
    replica = lines["Recovery", "db.m7g.large", "us-east-2"]
    assert (replica["dollars"], replica["source"]) == (None, "")
    assert told["unknown"] == []
    show(found, "prod")
    printed = capsys.readouterr().out
    assert printed.startswith(f"prod: {found.total:,.2f} US$ a month at list prices")
    assert "price not known, and not in the sum: " in printed
    assert "nodes: their instances" in printed


def test_a_smaller_environment_costs_less() -> None:
    assert whole("dev").total < whole("staging").total < whole("prod").total

"""What is fixed on the first day is told by its key, with the value that is deployed and the way out."""

from __future__ import annotations

import pytest

from infra.configuration.first_day import FIXED, FirstDay, Value, first_day
from tests.support.recordings import configuration_of

REMEDY = "Take the change back."


def changes(deployed: dict[str, Value], now: dict[str, Value]) -> list[str]:
    return [str(problem) for problem in FirstDay("dev", now).changes(deployed, REMEDY)]


def test_what_stays_as_it_was_is_no_change() -> None:
    values: dict[str, Value] = {"network.cidr": "10.16.0.0/16", "network.availabilityZones": ["a", "b"]}
    assert changes(values, dict(values)) == []


def test_a_change_names_file_key_both_values_the_reason_and_the_remedy() -> None:
    (text,) = changes({"network.cidr": "10.16.0.0/16"}, {"network.cidr": "10.18.0.0/16"})
    assert text == (
        'Pulumi.dev.yaml: network.cidr: found "10.18.0.0/16"; allowed: "10.16.0.0/16", which dev was first '
        "deployed with: EKS, RDS and ElastiCache stay in the network that they were made in. "
        "Take the change back."
    )


@pytest.mark.parametrize("zones", [["b", "a"], ["a", "c"], ["a"], ["a", "b", "c"]])
def test_zones_are_neither_reordered_nor_exchanged_nor_taken_nor_added(zones: list[str]) -> None:
    """EKS takes subnets of the zones alone that the cluster was made with."""
    key = "network.availabilityZones"
    assert len(changes({key: ["a", "b"]}, {key: list(zones)})) == 1


def test_all_changes_are_told_at_once_and_the_name_is_the_system_files() -> None:
    found = changes({"name": "a", "region": "us-west-2"}, {"name": "b", "region": "us-east-1"})
    assert [text.split(": found")[0] for text in found] == [
        "the system file: name",
        "Pulumi.dev.yaml: region",
    ]


def test_a_value_that_the_first_deployment_did_not_know_is_not_compared() -> None:
    assert changes({}, {"network.cidr": "10.16.0.0/16"}) == []


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_fixed_value_has_a_reason(environment: str) -> None:
    assert first_day(configuration_of("triangle", environment)).values.keys() <= FIXED.keys()


def test_the_recovery_region_is_fixed_where_something_always_stands_there() -> None:
    assert first_day(configuration_of("triangle", "prod")).values.keys() == FIXED.keys()
    assert "recoveryRegion" not in first_day(configuration_of("triangle", "dev")).values

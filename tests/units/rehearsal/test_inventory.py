"""What is only recorded is never counted among what was really created."""

from __future__ import annotations

from typing import Any

from rehearsal.inventory import Inventory, Standing, standing_of
from timing.graph import area_of

STACK = "urn:pulumi:dev::groundwork::pulumi:pulumi:Stack"


def resource(resource_type: str, component: str = "groundwork:network:Network") -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::groundwork::{component}${resource_type}::it", "type": resource_type}


def test_a_type_with_a_mapping_is_real_and_one_without_is_recorded() -> None:
    assert standing_of("aws:ec2/vpc:Vpc") is Standing.REAL
    assert standing_of("aws:gamelift/fleet:Fleet") is Standing.RECORDED


def test_components_and_providers_are_not_counted() -> None:
    assert standing_of("groundwork:network:Network") is None
    assert standing_of("pulumi:providers:aws") is None


def test_the_area_is_the_outermost_component() -> None:
    nested = "urn:pulumi:dev::groundwork::groundwork:network:Network$groundwork:x:Inner$aws:ec2/vpc:Vpc::main"
    assert area_of(nested) == "Network"
    assert area_of("urn:pulumi:dev::groundwork::aws:ec2/vpc:Vpc::main") == "Stack"
    assert area_of(nested.replace("::groundwork:n", "::groundwork:place:Home$groundwork:n")) == "Network"
    assert area_of(nested.replace("::groundwork:n", "::groundwork:place:Recovery$groundwork:n")) == "Recovery"


def test_counts_are_by_area_and_standing() -> None:
    state = {
        "deployment": {
            "resources": [
                resource("aws:ec2/vpc:Vpc"),
                resource("aws:gamelift/fleet:Fleet"),
                resource("random:index/randomId:RandomId", "groundwork:database:Database"),
                {"urn": f"{STACK}::groundwork-dev", "type": "pulumi:pulumi:Stack"},
            ]
        }
    }
    inventory = Inventory.of(state)
    assert inventory.areas["Network"] == {Standing.REAL: 1, Standing.RECORDED: 1}
    assert inventory.areas["Database"] == {Standing.GENERATED: 1}
    assert inventory.undescribed == {"aws:gamelift/fleet:Fleet": 1}
    assert sum(inventory.totals.values()) == 3

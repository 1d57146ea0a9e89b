"""Nothing stands behind a recorded type, but AWS's own model judges its values."""

from __future__ import annotations

from rehearsal.aws import services
from rehearsal.aws.recorded import as_mapping
from rehearsal.providers.provider import Resource
from tests.support.aws_round_trip import Life


def test_values_of_a_recorded_type_are_checked_by_the_model_of_its_operation(life: Life) -> None:
    token = "aws:eks/addon:Addon"
    inputs = {"clusterName": "it", "addonName": "coredns", "resolveConflictsOnCreate": "SOMETIMES"}
    resource = Resource(f"urn:pulumi:dev::groundwork::{token}::it", token, "it")
    (failure,) = life.provider.check(resource, None, inputs)[1]
    assert failure.property == "resolveConflictsOnCreate"
    assert "OVERWRITE" in failure.reason


def test_every_recorded_type_names_the_model_of_its_values() -> None:
    assert [token for token, known in services.all_recorded().items() if as_mapping(known) is None] == []

"""DR-1: a database that was restored, and the one that it took over from, declared side by side."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra.data.database_generations import refuse_adoption
from tests.support.recorder import Recording, record, stack_file
from tests.support.recordings import recording_of

INSTANCE = "aws:rds/instance:Instance"
SNAPSHOT = "aws:rds/snapshot:Snapshot"
STASH = "pulumi:index:Stash"

pytestmark = pytest.mark.contract("DR-1")


def with_generations(**keys: Any) -> Recording:
    return record("prod", {"database": {**stack_file("prod")["database"], **keys}})


@pytest.fixture(scope="module")
def adopting() -> Recording:
    return with_generations(generation=2, retired=[1], adopt=True)


def test_what_was_restored_is_adopted_under_a_name_that_the_state_does_not_have(adopting: Recording) -> None:
    restored, before = (adopting.one(INSTANCE, name) for name in ("database-2", "database"))
    assert restored.import_id == restored.inputs["identifier"] == "triangle-prod-2"
    assert before.import_id == ""


@pytest.mark.parametrize("keys", [{}, {"generation": 2, "retired": [1]}, {"generation": 1, "retired": [2]}])
def test_nothing_else_is_ever_imported_over_an_instance(keys: dict[str, Any]) -> None:
    """The engine would delete the instance that its state has under the name, protected or not."""
    assert {each.import_id for each in with_generations(**keys).of(INSTANCE).values()} == {""}


def test_a_retired_database_stays_as_it_is_and_protected(adopting: Recording) -> None:
    for name in ("database", "recovery/database"):
        retired, was = adopting.one(INSTANCE, name), recording_of("prod").one(INSTANCE, name)
        assert retired.ignore_changes == ("*",)
        assert retired.protect
        assert retired.inputs["deletionProtection"] is True
        assert (retired.urn, retired.inputs["identifier"]) == (was.urn, was.inputs["identifier"])


def test_its_logs_its_role_and_its_snapshots_are_neither_removed_nor_made_anew(adopting: Recording) -> None:
    prod = recording_of("prod")
    for kind, names in (
        ("aws:cloudwatch/logGroup:LogGroup", ["postgresql", "upgrade", "recovery/postgresql"]),
        ("aws:iam/role:Role", ["monitoring", "recovery/monitoring"]),
        ("random:index/randomId:RandomId", ["final-snapshot"]),
    ):
        for name in names:
            before, after = prod.one(kind, name), adopting.one(kind, name)
            assert (after.urn, after.inputs) == (before.urn, before.inputs), name
    assert adopting.one(SNAPSHOT, "before-migration").ignore_changes == ("*",)


def test_each_generation_has_names_of_its_own(adopting: Recording) -> None:
    """RDS refuses a snapshot of a name that there is, and IAM a role."""
    for kind, key in (
        (INSTANCE, "identifier"),
        (SNAPSHOT, "dbSnapshotIdentifier"),
        ("aws:iam/role:Role", "name"),
        ("aws:cloudwatch/logGroup:LogGroup", "name"),
    ):
        names = [
            (each.provider, each.inputs[key]) for each in adopting.of(kind).values() if key in each.inputs
        ]
        assert len(set(names)) == len(names), kind


def test_everything_else_follows_the_one_that_serves(adopting: Recording) -> None:
    alarms = adopting.of("aws:cloudwatch/metricAlarm:MetricAlarm").values()
    text = json.dumps([each.inputs for each in alarms], default=str)
    watched = set(re.findall(r'"DBInstanceIdentifier": "([^"]+)"', text))
    assert watched == {"triangle-prod-2"}
    assert adopting.one(INSTANCE, "recovery/database-2").inputs["replicateSourceDb"].endswith("database-2")
    selections = adopting.of("aws:backup/selection:Selection").values()
    chosen = [arn for selection in selections for arn in selection.inputs["resources"]]
    assert [arn for arn in chosen if ":rds:" in arn] == [adopting.one(INSTANCE, "database-2").outputs["arn"]]


def test_the_alarms_are_as_many_as_before(adopting: Recording) -> None:
    kind = "aws:cloudwatch/metricAlarm:MetricAlarm"
    assert adopting.of(kind).keys() == recording_of("prod").of(kind).keys()


def test_of_a_lost_database_all_but_the_instance_stays() -> None:
    lost = with_generations(generation=2, retired=[1], lost=[1])
    instances = lost.of(INSTANCE)
    assert "database-2" in instances
    assert not [each for each in instances.values() if each.name == "database" and not each.in_recovery]
    assert lost.one(SNAPSHOT, "before-migration").inputs["dbInstanceIdentifier"] == "triangle-prod"
    kind = "aws:cloudwatch/logGroup:LogGroup"
    assert {"postgresql", "database-2-postgresql"} <= lost.of(kind).keys()


def test_the_state_remembers_which_generations_there_are(adopting: Recording) -> None:
    assert adopting.one(STASH, "database-generations").inputs["input"] == {"declared": [1, 2], "adopting": 2}
    assert "database-generations" not in recording_of("prod").perhaps(STASH)


@pytest.mark.parametrize(
    ("before", "adopting", "refused"),
    [
        ({}, 2, False),  # nothing but the first one was there
        ({"declared": [1, 2], "adopting": 2}, 2, False),  # the same deployment again
        ({"declared": [1, 2]}, 2, True),  # made by the program, or adopted once before
        ({"declared": [1, 2]}, 3, False),
        ({"declared": [1, 2], "adopting": 2}, 3, False),
        ({"declared": [1, 2, 3], "adopting": 3}, 2, True),
        ({"declared": [1, 2]}, None, False),
    ],
)
def test_what_the_state_has_is_not_adopted_again(
    before: dict[str, Any], adopting: int | None, refused: bool
) -> None:
    after = {"declared": [1, 2], **({"adopting": adopting} if adopting else {})}
    assert (refuse_adoption(before, after) is not None) is refused

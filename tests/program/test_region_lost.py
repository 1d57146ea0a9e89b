"""DR-3: what the program declares of prod when its region is lost, and when it runs in the other one."""

from __future__ import annotations

import json

import pytest

from infra.configuration.buckets import CATALOGUE
from tests.support.recorder import Recording, record, stack_file

pytestmark = pytest.mark.contract("DR-3")


@pytest.fixture(scope="module")
def lost() -> Recording:
    database = {**stack_file("prod")["database"], "promoted": [1]}
    return record(
        "prod", {"serving": "us-east-2", "lost": "us-west-2", "recovering": "services", "database": database}
    )


def test_nothing_is_declared_in_a_lost_region_and_no_provider_asks_there(lost: Recording) -> None:
    providers = lost.of("pulumi:providers:aws").values()
    assert {each.name: each.inputs["region"] for each in providers} == {
        "aws-recovery": "us-east-2",
        "aws-global": "us-east-1",
    }
    assert not [each.urn for each in lost.resources if "groundwork:place:Home" in each.urn]


def test_everything_that_stands_there_is_found_under_its_name(prod: Recording, lost: Recording) -> None:
    """All that waits but the alarms on copies and a replica, which are none any more, and the copying."""
    waiting = {each.urn for each in prod.resources if each.in_recovery and each.custom}
    left = sorted(urn.rpartition("::")[2] for urn in waiting - {each.urn for each in lost.resources})
    copies = [f"copies-{bucket.name}-late" for bucket in CATALOGUE if bucket.replicated]
    assert left == ["copied-backups", *sorted(copies), "replica-lag"]


def test_what_serves_there_is_what_served_at_home(prod: Recording, lost: Recording) -> None:
    def at_home(recording: Recording) -> set[tuple[str, str]]:
        return {(each.type, each.name) for each in recording.resources if each.type.startswith("kubernetes:")}

    assert at_home(lost) == at_home(prod)


def test_a_promoted_replica_is_not_told_what_it_has_from_its_primary(lost: Recording) -> None:
    """The provider would replace it: engine, user and database are fixed when an instance is made."""
    (instance,) = lost.of("aws:rds/instance:Instance").values()
    assert not {"engine", "username", "dbName", "password", "replicateSourceDb"} & instance.inputs.keys()
    assert instance.ignore_changes == ("replicateSourceDb",)
    assert instance.inputs["identifier"] == "triangle-prod"
    assert instance.protect


def test_nothing_is_copied_to_a_region_that_is_lost(lost: Recording) -> None:
    for kind in (
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    ):
        assert not lost.perhaps(kind), kind
    assert not any(
        each.inputs.get("replicas") for each in lost.of("aws:secretsmanager/secret:Secret").values()
    )
    (plan,) = lost.of("aws:backup/plan:Plan").values()
    assert "copyActions" not in json.dumps(plan.inputs)


def test_a_region_that_is_back_has_the_copies(prod: Recording) -> None:
    """The two places have exchanged their parts: what is at home in one is in the other, and waits."""
    database = {**stack_file("prod")["database"], "promoted": [1]}
    back = record("prod", {"serving": "us-east-2", "database": database})
    of_home = {each.urn for each in back.resources if "groundwork:place:Home" in each.urn and each.custom}
    waiting = {each.urn for each in prod.resources if each.in_recovery and each.custom}
    exchanged = {urn.replace("groundwork:place:Recovery", "groundwork:place:Home") for urn in waiting}
    key = "$aws:kms/replicaKey:ReplicaKey::secret-copies"
    assert {urn for urn in exchanged - of_home if key not in urn} == set()

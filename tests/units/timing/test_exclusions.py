"""Operations that exclude each other are found wherever nothing keeps them apart."""

from __future__ import annotations

import pytest

from timing.exclusions import ObjectNotFound, overlaps, unmet_requirements
from timing.graph import Graph, Resource
from timing.operations import change, creation, destruction

INSTANCE = "aws:rds/instance:Instance"
SNAPSHOT = "aws:rds/snapshot:Snapshot"
BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
NAT, GATEWAY = "aws:ec2/natGateway:NatGateway", "aws:ec2/internetGateway:InternetGateway"


def urn(type: str, name: str) -> str:
    return f"urn:pulumi:dev::p::{type}::{name}"


DATABASE, REPLICA = urn(INSTANCE, "database"), urn(INSTANCE, "replica")


def resource(type: str, name: str, needs: tuple[str, ...] = (), **references: str) -> Resource:
    return Resource(
        urn(type, name),
        type,
        inputs=dict.fromkeys(references, "unknown"),
        needs=frozenset({*needs, *references.values()}),
        references={name: frozenset({target}) for name, target in references.items()},
    )


def graph(*resources: Resource) -> Graph:
    return {each.urn: each for each in resources}


def database(after_snapshot: tuple[str, ...] = ()) -> Graph:
    """An instance with a snapshot and a replica."""
    return graph(
        resource(INSTANCE, "database"),
        resource(SNAPSHOT, "snapshot", dbInstanceIdentifier=DATABASE),
        resource(INSTANCE, "replica", after_snapshot, replicateSourceDb=DATABASE),
    )


def test_a_snapshot_and_a_replica_of_one_instance_overlap_until_one_waits_for_the_other() -> None:
    (found,) = overlaps(creation(database()))
    assert {found.first.resource.name, found.second.resource.name} == {"snapshot", "replica"}
    assert "RDS instance database" in str(found)
    assert "InvalidDBInstanceState" in str(found)
    assert overlaps(creation(database((urn(SNAPSHOT, "snapshot"),)))) == []


def test_a_thousand_steps_between_them_keep_them_apart_and_being_slow_does_not() -> None:
    bucket = "aws:s3/bucket:Bucket"
    between = [
        resource(bucket, "b0", (urn(SNAPSHOT, "snapshot"),)),
        *(resource(bucket, f"b{number}", (urn(bucket, f"b{number - 1}"),)) for number in range(1, 200)),
    ]
    chained = {**database((urn(bucket, "b199"),)), **graph(*between)}
    assert overlaps(creation(chained)) == []
    # A replica that waits for something slow which does not wait for the snapshot can still meet it.
    slow = {**database((urn(bucket, "slow"),)), **graph(resource(bucket, "slow"))}
    assert len(overlaps(creation(slow))) == 1


def test_two_instances_are_two_objects() -> None:
    two = graph(
        resource(INSTANCE, "one"),
        resource(INSTANCE, "two"),
        resource(SNAPSHOT, "of-one", dbInstanceIdentifier=urn(INSTANCE, "one")),
        resource(SNAPSHOT, "of-two", dbInstanceIdentifier=urn(INSTANCE, "two")),
    )
    assert overlaps(creation(two)) == []


def test_an_object_is_also_known_by_its_physical_name() -> None:
    named = graph(
        Resource(DATABASE, INSTANCE, inputs={"identifier": "shop-prod"}),
        Resource(urn(SNAPSHOT, "a"), SNAPSHOT, inputs={"dbInstanceIdentifier": "shop-prod"}),
        resource(SNAPSHOT, "b", dbInstanceIdentifier=DATABASE),
    )
    pairs = [{found.first.resource.name, found.second.resource.name} for found in overlaps(creation(named))]
    assert sorted(map(sorted, pairs)) == [["a", "b"], ["a", "database"]]


def test_an_operation_on_nobody_knows_what_is_a_mistake_and_not_a_pass() -> None:
    lost = graph(Resource(urn(SNAPSHOT, "a"), SNAPSHOT, inputs={"dbInstanceIdentifier": {"secret": "x"}}))
    with pytest.raises(ObjectNotFound, match="which RDS instance its dbInstanceIdentifier means"):
        overlaps(creation(lost))


def test_deletions_overlap_within_a_wave_alone() -> None:
    replicated = graph(
        resource(INSTANCE, "database"),
        resource(BACKUPS, "one", sourceDbInstanceArn=DATABASE),
        resource(BACKUPS, "two", sourceDbInstanceArn=DATABASE),
    )
    assert len(overlaps(destruction(replicated))) == 1
    assert overlaps(destruction({key: r for key, r in replicated.items() if r.name != "two"})) == []


def test_what_is_removed_at_the_end_meets_nothing_that_is_declared() -> None:
    old = graph(resource(INSTANCE, "database"), resource(BACKUPS, "backups", sourceDbInstanceArn=DATABASE))
    new = graph(resource(INSTANCE, "database"), resource(SNAPSHOT, "snapshot", dbInstanceIdentifier=DATABASE))
    assert overlaps(change(old, new, {DATABASE: ["instanceClass"]})) == []


def test_add_ons_go_side_by_side_but_not_while_the_cluster_is_updated() -> None:
    cluster, add_on = "aws:eks/cluster:Cluster", "aws:eks/addon:Addon"
    both = graph(
        resource(cluster, "cluster"),
        resource(add_on, "one", clusterName=urn(cluster, "cluster")),
        Resource(urn(add_on, "two"), add_on, inputs={"clusterName": urn(cluster, "cluster")}),
    )
    pairs = [sorted((o.first.resource.name, o.second.resource.name)) for o in overlaps(creation(both))]
    assert pairs == [["cluster", "two"]]  # which does not wait for the cluster


def test_a_nat_gateway_has_to_wait_for_the_internet_gateway() -> None:
    apart = graph(resource(GATEWAY, "internet"), resource(NAT, "nat"))
    assert [text.split(" does")[0] for text in unmet_requirements(apart)] == [f"{NAT} nat"]
    assert not list(
        unmet_requirements(
            graph(resource(GATEWAY, "internet"), resource(NAT, "nat", (urn(GATEWAY, "internet"),)))
        )
    )

"""DR-3: a recovery is ready also where less waits than usually, if the stack file says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from functions.check_recovery.findings import Finding, State
from functions.check_recovery.wanted import Wanted
from infra.configuration import Configuration
from infra.configuration.readiness import wanted
from infra.configuration.waits import Waits
from operations.recovery.readiness import readiness
from tests.support.readiness_answers import NOW, RECOVERY, STATE_KEY, Told, healthy
from tests.support.recordings import configuration_of

pytestmark = pytest.mark.contract("DR-3")

# Neither stands in the recovery region.
NEITHER = {
    (RECOVERY, "eks", "describe_cluster"): ClientError(
        cast(Any, {"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}), "DescribeCluster"
    ),
    (RECOVERY, "elasticache", "describe_replication_groups"): {"ReplicationGroups": []},
}


def prod(*waits: Waits) -> Configuration:
    found = configuration_of("triangle", "prod")
    return replace(found, settings=replace(found.settings, waits=frozenset(waits)))


def ask(*waits: Waits) -> dict[str, Finding]:
    found = readiness(prod(*waits), Told({**healthy(), **NEITHER}), STATE_KEY, NOW)
    return {finding.check: finding for finding in found}


def test_what_is_not_to_wait_is_not_asked_about() -> None:
    found = ask()
    assert {each.state for each in found.values()} == {State.READY}
    assert not {"cluster", "redis"} & found.keys()


@pytest.mark.parametrize(("waits", "missing"), [(Waits.REDIS, {"redis"}), (Waits.CLUSTER, {"cluster"})])
def test_what_is_to_wait_is_missed(waits: Waits, missing: set[str]) -> None:
    found = ask(waits)
    told = {check for check, each in found.items() if each.state is not State.READY}
    assert told - {"kubernetes"} == missing


def test_the_version_of_the_one_cluster_there_is_has_to_be_supported() -> None:
    over = {
        **healthy(),
        **NEITHER,
        (RECOVERY, "eks", "describe_cluster_versions"): {
            "clusterVersions": [{"endOfStandardSupportDate": NOW.replace(year=2025)}]
        },
    }
    found = {each.check: each for each in readiness(prod(), Told(over), STATE_KEY, NOW)}
    assert found["kubernetes"].state is State.NOT_READY
    assert found["kubernetes"].found.startswith("1.35, supported until 2025")


@pytest.mark.parametrize("waits", [(), (Waits.CLUSTER,), tuple(Waits)], ids=str)
def test_the_daily_function_asks_the_same(waits: tuple[Waits, ...]) -> None:
    """It has what to ask about as a file beside its code."""
    asked = wanted(prod(*waits), [])
    assert Wanted.of_json(asked.as_json()) == asked
    assert asked.cluster_waits == (Waits.CLUSTER in waits)
    assert bool(asked.redis) == (Waits.REDIS in waits)

"""DEP-1, K8S-5: prod's deployment is killed, and so is its recovery; then a release is bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from operations.checkout import ROOT
from operations.environments import Connection, Place, connect
from operations.recovery.identities import ASKED, COMPUTED, FROM_INPUTS, candidate
from rehearsal.disasters.deployment import DeploymentRehearsed, rehearse_on
from rehearsal.disasters.stage import Stage, stage
from tests.support.json_output import check_output
from timing.data.recovery import WAITS, Wait

pytestmark = [pytest.mark.engine, pytest.mark.contract("DEP-1", "K8S-5")]

# What the embedded AWS keeps in the state alone, and so cannot be asked for.
_RECORDED = frozenset(
    {
        "aws:backup/plan:Plan",
        "aws:backup/selection:Selection",
        "aws:cloudfront/cachePolicy:CachePolicy",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:guardduty/detector:Detector",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    }
)


@pytest.fixture(scope="module")
def prod(engine: Path) -> Iterator[Stage]:
    """One deployment for what follows."""
    with stage(ROOT, "prod", engine) as on_stage:
        yield on_stage


def test_whatever_was_being_made_would_be_found_by_what_was_sent(prod: Stage) -> None:
    """Of every resource of prod the id is found as if it had never been written down."""
    connection = connect(prod.configuration, Place(None, prod.url))
    resources = prod.session.export()["deployment"]["resources"]
    regions = {
        f"{each['urn']}::{each['id']}": each["inputs"]["region"]
        for each in resources
        if each["type"] == "pulumi:providers:aws" and "region" in each.get("inputs", {})
    }
    looked_up = Counter[str]()
    for each in resources:
        kind = each["type"]
        if kind in _RECORDED or kind not in {*ASKED, *COMPUTED, *FROM_INPUTS}:
            continue
        region = regions[each["provider"]]
        known = {
            one["id"]
            for one in resources
            if one is not each and one["type"] == kind and one["provider"] == each["provider"]
        }
        place = {"region": region, "account": prod.configuration.settings.account}
        found = candidate(kind, each["inputs"], partial(_client, connection, region), place, known)
        assert found == each["id"], each["urn"]
        looked_up[kind] += 1
    assert len(looked_up) > 50


def _client(connection: Connection, region: str, service: str) -> Any:
    return connection.client(service, region)


@pytest.fixture(scope="module")
def rehearsed(prod: Stage) -> DeploymentRehearsed:
    return rehearse_on(prod, lambda _: None)


def test_a_deployment_killed_while_aws_makes_something_is_brought_to_its_end(
    rehearsed: DeploymentRehearsed,
) -> None:
    assert rehearsed.cut_off == ("creating before-migration",)
    assert rehearsed.finished
    assert rehearsed.settled == ({}, {})


def test_nobody_notices(rehearsed: DeploymentRehearsed) -> None:
    assert rehearsed.written > 30
    assert (rehearsed.lost, rehearsed.refused) == (0, 0)
    assert rehearsed.good
    check_output("disaster", rehearsed.as_json())


def test_a_bad_release_is_taken_back_and_the_snapshot_from_before_it_stays(
    rehearsed: DeploymentRehearsed,
) -> None:
    assert rehearsed.back
    assert rehearsed.snapshot_kept


def test_the_times_that_a_person_is_told_are_those_of_the_deployment(rehearsed: DeploymentRehearsed) -> None:
    said = WAITS[Wait.ROLL_BACK].times
    assert rehearsed.deployment.typical <= said.typical <= rehearsed.deployment.typical * 1.2
    assert rehearsed.deployment.slow <= said.slow <= rehearsed.deployment.slow * 1.2


def test_on_aws_the_versions_before_run_within_ten_minutes(rehearsed: DeploymentRehearsed) -> None:
    assert rehearsed.until_users_are_back.slow <= 10 * 60

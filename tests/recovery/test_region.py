"""DR-3: prod's region is switched off, and is back; the commands of these days, on the real engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from operations.checkout import ROOT
from operations.environments import Connection, Place, connect
from operations.recovery.identities import candidate
from operations.recovery.identity_rules import ASKED, COMPUTED, FROM_INPUTS
from rehearsal.disasters import failback
from rehearsal.disasters.failback import FailbackRehearsed
from rehearsal.disasters.region import RegionRehearsed, rehearse_on
from rehearsal.disasters.stage import Stage, stage
from rehearsal.disasters.writer import Writer
from rights.recoveries import About, By, Where
from tests.support.json_output import check_output
from tests.support.recovery_calls import CommandCalls, Row, inputs_of, recording_commands, table_of
from tests.support.waiting_parts import made_on_the_day, removed_afterwards, times_of
from timing.data.recovery import FOUNDATIONS_WITHOUT, RETURN_WITHOUT, WAITS, Wait
from timing.facts import Times
from timing.workers import WORKERS

pytestmark = [pytest.mark.engine, pytest.mark.contract("DR-3")]


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


# What of it does not wait in the other region.
MISSING = pytest.mark.parametrize("missing", [{"cluster"}, {"redis"}, {"cluster", "redis"}], ids=sorted)


# Asked for where less waits than usually, or a file was deleted, is locked or has more than 5 GB:
# tests/operations.
ON_OTHER_DAYS = {
    Row(Where.THERE, About.ALL, "eks:UpdateClusterConfig", By.DEPLOY),
    Row(Where.THERE, About.FILES, "s3:AbortMultipartUpload", By.DEPLOY),
    Row(Where.THERE, About.FILES, "s3:DeleteObject", By.DEPLOY),
    Row(Where.THERE, About.FILES, "s3:PutObjectLegalHold", By.DEPLOY),
    Row(Where.THERE, About.FILES, "s3:PutObjectRetention", By.DEPLOY),
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandCalls]:
    with recording_commands(tmp_path_factory.mktemp("asked") / "calls") as calls:
        yield calls


@pytest.fixture(scope="module")
def world(engine: Path, asked: CommandCalls) -> Iterator[tuple[Stage, Writer, Mapping[str, Any]]]:
    with stage(ROOT, "prod", engine) as on_stage, Writer(on_stage.connect, on_stage.has_pods) as writer:
        yield on_stage, writer, failback.prepare(on_stage)


@pytest.fixture(scope="module")
def region_lost(world: tuple[Stage, Writer, Mapping[str, Any]]) -> RegionRehearsed:
    on_stage, writer, _ = world
    return rehearse_on(on_stage, writer, lambda _: None)


@pytest.fixture(scope="module")
def came_back(
    world: tuple[Stage, Writer, Mapping[str, Any]], region_lost: RegionRehearsed
) -> FailbackRehearsed:
    """The region that was lost is back; everything moves home, and the other one waits again."""
    on_stage, writer, before = world
    return failback.rehearse_on(on_stage, writer, region_lost, before, lambda _: None)


@pytest.mark.contract("DEP-1")
def test_whatever_was_being_made_would_be_found_by_what_was_sent(
    world: tuple[Stage, Writer, Mapping[str, Any]],
) -> None:
    """Of every resource of prod the id is found as if it had never been written down."""
    prod, _, _ = world
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


def test_nobody_asks_the_lost_region(region_lost: RegionRehearsed) -> None:
    assert region_lost.calls == ()


def test_what_the_replica_had_is_there_and_rows_are_written_again(region_lost: RegionRehearsed) -> None:
    assert region_lost.written >= 20
    assert region_lost.lost < region_lost.written  # some were confirmed in the moment of the loss
    assert region_lost.lost_seconds < 10
    assert region_lost.serves


def test_program_state_and_aws_agree_afterwards(region_lost: RegionRehearsed) -> None:
    """After a refresh: nothing in the state is only what was hoped for."""
    assert region_lost.settled == {}
    check_output("disaster", region_lost.as_json())
    assert region_lost.forgotten > 300
    assert region_lost.moved > 50


def test_services_find_redis_where_it_is_now(region_lost: RegionRehearsed) -> None:
    """Entries are rotated, and the program never puts their first value back: these are made anew."""
    assert len(region_lost.redis) == 2
    for entry in region_lost.redis:
        assert "us-east-2" in entry or "use2" in entry, entry
        assert "us-west-2" not in entry


def test_the_times_that_a_person_is_told_are_those_of_the_deployments(region_lost: RegionRehearsed) -> None:
    waits = (Wait.FOUNDATIONS, Wait.BUILD_REGION, Wait.COMPLETE)
    for wait, found in zip(waits, region_lost.deployments, strict=True):
        said = WAITS[wait].times
        _is_that_of(found, said)


@MISSING
def test_what_did_not_wait_makes_the_deployment_as_much_longer_as_it_is_said(
    world: tuple[Stage, Writer, Mapping[str, Any]], region_lost: RegionRehearsed, missing: set[str]
) -> None:
    """Of the deployment that was made: everything that waited is made by it, too."""
    run = world[0].engine.forecasts[0].run
    found, said = made_on_the_day(run, missing, "Recovery"), FOUNDATIONS_WITHOUT[frozenset(missing)]
    assert len(found.operations) > len(run.operations)
    _is_that_of(times_of(found, WORKERS), said)


@MISSING
def test_what_is_to_wait_no_more_is_removed_in_the_time_that_is_said(
    world: tuple[Stage, Writer, Mapping[str, Any]], came_back: FailbackRehearsed, missing: set[str]
) -> None:
    for number, place in ((3, "Home"), (7, "Recovery")):
        run = world[0].engine.forecasts[number].run
        found = removed_afterwards(run, missing, place)
        assert len(found.operations) > len(run.operations)
        _is_that_of(times_of(found, WORKERS), RETURN_WITHOUT[frozenset(missing)])


def _is_that_of(found: Times, said: Times) -> None:
    assert found.typical <= said.typical <= found.typical * 1.2
    assert found.slow <= said.slow <= found.slow * 1.2


@pytest.mark.contract("DR-5")
def test_on_aws_people_can_work_again_within_the_rto(region_lost: RegionRehearsed) -> None:
    """Also where every step is at its slowest; 20 minutes is what recovery.md promises usually."""
    assert region_lost.until_users_are_back.typical <= 20 * 60
    assert region_lost.until_users_are_back.slow <= 30 * 60


def test_nothing_of_the_last_minutes_is_lost_when_the_region_is_back(
    came_back: FailbackRehearsed, region_lost: RegionRehearsed
) -> None:
    """The old database has the rows that the replica had not received; S3 copies the objects late."""
    assert came_back.evidence == came_back.lost == region_lost.lost
    assert came_back.files == failback.FILES
    assert came_back.missed == failback.FILES


def test_a_region_that_is_back_waits_as_the_other_one_did(came_back: FailbackRehearsed) -> None:
    """After a refresh: the preview is empty, so everything that stands there is as it is declared."""
    assert came_back.settled == ({}, {})
    check_output("disaster", came_back.as_json())


def test_everything_moves_home_without_the_loss_of_a_row(came_back: FailbackRehearsed) -> None:
    assert came_back.moved_rows > 30
    assert came_back.moved_lost == 0
    assert came_back.region == "us-west-2"
    assert came_back.serves


def test_services_are_let_into_redis_at_home_though_its_passwords_were_rotated(
    came_back: FailbackRehearsed,
) -> None:
    """The program writes the entries anew, with the password that it has made a user with."""
    assert came_back.redis


def test_the_time_until_a_region_waits_again_is_that_of_the_deployment(came_back: FailbackRehearsed) -> None:
    said = WAITS[Wait.RETURN].times
    for found in came_back.waiting:
        _is_that_of(found, said)


@pytest.mark.contract("SEC-1")
@pytest.mark.parametrize(("command", "elsewhere"), [("region", set()), ("region_back", ON_OTHER_DAYS)])
def test_the_commands_ask_for_what_the_table_of_rights_says(
    world: tuple[Stage, Writer, Mapping[str, Any]],
    came_back: FailbackRehearsed,
    asked: CommandCalls,
    command: str,
    elsewhere: set[Row],
) -> None:
    """What they may is asked of it in tests/program/test_rights.py."""
    found = asked.of(command, world[0].configuration)
    assert found.keys() == table_of(command) - elsewhere


@pytest.mark.contract("DR-3")
@pytest.mark.parametrize("command", ["region", "region_back"])
def test_what_they_need_beside_aws_is_lost_with_no_region_and_with_no_machine(
    came_back: FailbackRehearsed, asked: CommandCalls, command: str
) -> None:
    assert asked.inputs(command) == inputs_of(command)

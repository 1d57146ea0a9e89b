"""DEP-2: what goes to prod in an emergency is written down, tagged and told, with what it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from moto.sns.models import sns_backends

from operations.checkout import declared
from operations.deployment.records import Outcome, Records
from tests.operations.conftest import Account
from tests.support.deployed import backups
from tests.support.recorded_calls import Calls, table_of
from tests.support.released_checkout import Prod, latest, three_releases

REASON = ("--reason", "payments fail since the release of 14:00")


@pytest.fixture
def prod(account: Callable[[str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prod:
    return three_releases(account("prod"), tmp_path, monkeypatch)


@pytest.fixture
def records(prod: Prod) -> Records:
    return backups(prod.account, declared("prod"))


@pytest.fixture
def topic(prod: Prod) -> str:
    made = prod.account.other("sns").create_topic(Name="triangle-prod-sev-3")
    return str(made["TopicArn"])


@pytest.mark.contract("ENV-4", "DEP-1")
def test_prod_gets_nothing_that_staging_never_had_but_in_an_emergency(
    prod: Prod, records: Records, topic: str
) -> None:
    prod.release(f"sha256:{'4' * 64}", "prod")
    refused = prod.run("deploy")
    assert refused.exit_code == 1
    assert "versions that staging has never had together" in refused.stderr
    assert prod.calls() == []
    assert prod.run("emergency", *REASON, "--second", "grace").exit_code == 0
    # Nor for a line of approvals.yaml, also when it is deployed once more.
    prod.says("up", "error: no such host", 255)
    assert prod.run("deploy").exit_code == 1
    prod.says("up", "")
    deployed = prod.run("deploy")
    assert deployed.exit_code == 0
    assert "without approvals.yaml" in deployed.stderr
    assert not any(call.startswith("preview ") for call in prod.calls())


@pytest.mark.contract("DEP-2")
def test_an_emergency_is_written_down_tagged_told_and_lists_what_is_left_out(
    prod: Prod, records: Records, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    result = prod.run("emergency", *REASON, "--second", "grace")
    assert result.exit_code == 0, result.output
    (tag,) = prod.git("tag", "--list", "emergency/prod/*").splitlines()
    assert "ada, with grace" in prod.git("tag", "--list", "--format=%(contents)", tag)
    settings = declared("prod").settings
    ((_, message, subject, *_),) = (
        sns_backends[settings.account][settings.region].topics[topic].sent_notifications
    )
    assert subject == "Emergency deployment of triangle-prod"
    for each in ("make smoke ENV=dev", "make gate ENV=staging", "make parity FROM=staging TO=prod"):
        assert each in result.stdout
        assert each in message
    assert prod.run("deploy").exit_code == 0
    found = latest(records)
    assert (found.second, found.reason) == ("grace", REASON[1])
    assert found.skipped[0] == "make deploy ENV=dev"


@pytest.mark.contract("DEP-2")
@pytest.mark.parametrize(
    ("reason", "second", "told"),
    [
        ("broken", "grace", "REASON: found broken;"),
        (REASON[1], "Ada", "SECOND: found Ada"),
        (REASON[1], "", "nobody"),
    ],
)
def test_no_emergency_without_a_reason_and_a_second_person(
    prod: Prod, topic: str, monkeypatch: pytest.MonkeyPatch, reason: str, second: str, told: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    result = prod.run("emergency", "--reason", reason, "--second", second)
    assert result.exit_code == 2
    assert told in result.stderr
    assert prod.git("tag") == ""


@pytest.mark.contract("DEP-1", "DEP-2")
def test_they_call_what_the_table_of_rights_says(
    prod: Prod, records: Records, topic: str, calls: Calls
) -> None:
    prod.run("deploy")
    prod.run("deploy")
    records.note(Outcome.ALARM)
    prod.run("rollback", "--automatic")
    prod.run("emergency", *REASON, "--second", "grace")
    assert calls.of("deploy") == table_of("deploy")
    assert calls.of("emergency") == table_of("emergency")
    assert calls.of("rollback") <= table_of("rollback")

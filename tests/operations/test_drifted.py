"""DEP-1, SEC-6: whether an account has drifted, told apart from what nobody could look at.

A script stands for the engine here; tests/rehearsal/test_way_to_prod.py has the real one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from operations.cli import app
from operations.deployment.drift import SECRET_VERSIONS
from preview.risk import Kind
from tests.operations.conftest import Account
from tests.operations.test_deploy import LOCKED
from tests.support.json_output import check_output
from tests.support.recordings import SYSTEMS, system_recording
from tests.support.released_checkout import Prod, three_releases

LOG = "aws:cloudwatch/logGroup:LogGroup"
TOPIC = "aws:sns/topic:Topic"
FORBIDDEN = 'roles.rbac.authorization.k8s.io "on-call" is forbidden: User "groundwork-read-only" cannot get'


@pytest.fixture
def prod(account: Callable[[str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prod:
    made = three_releases(account("prod"), tmp_path, monkeypatch)
    state(made)
    return made


def state(prod: Prod, pending: int = 0) -> None:
    deployment = {"manifest": {"time": "2026-11-30T02:17:00Z"}, "pending_operations": [{}] * pending}
    prod.says("stack", json.dumps({"version": 3, "deployment": deployment}))


def step(op: str, kind: str, name: str, old: Any = None, new: Any = None, **diff: str) -> dict[str, Any]:
    """A step as `pulumi preview --json` has it."""
    urn = f"urn:pulumi:prod::groundwork::groundwork:x:Logs${kind}::{name}"
    states = {
        side: {"urn": urn, "type": kind, "inputs": inputs}
        for side, inputs in (("oldState", old), ("newState", new))
        if inputs is not None
    }
    return {
        "op": op,
        "urn": urn,
        "detailedDiff": {path: {"kind": each, "inputDiff": True} for path, each in diff.items()},
        **states,
    }


DAYS_365, DAYS_30 = ({"name": "api", "retentionInDays": days} for days in (365, 30))
# As the engine tells them: that it refreshes what it knows, then what the program makes of what it has found.
WEAKENED = [
    step("refresh", LOG, "api", DAYS_365, DAYS_365),
    step("update", LOG, "api", DAYS_30, DAYS_365, retentionInDays="update"),
]
GONE = [
    step("refresh", TOPIC, "told", {"name": "told"}),
    step("create", TOPIC, "told", None, {"name": "told"}),
]
STAYS = [step("refresh", LOG, "other", {}, {}), step("same", LOG, "other", {}, {})]
NEW = [step("create", TOPIC, "more", None, {"name": "more"})]
LONGER = [
    step("refresh", LOG, "api", DAYS_30, DAYS_30),
    step("update", LOG, "api", DAYS_30, DAYS_365, retentionInDays="update"),
]


def looked(prod: Prod, *steps: list[dict[str, Any]]) -> Result:
    prod.says("preview", json.dumps({"steps": [each for some in (*steps, STAYS) for each in some]}))
    return drifted(prod)


def drifted(prod: Prod, *more: str) -> Result:
    words = ["drifted", "--env", "prod", "--output", str(issue(prod)), *more]
    return CliRunner().invoke(app, words)


def issue(prod: Prod) -> Path:
    return prod.root.parent / "drift.md"


@pytest.mark.contract("DEP-1")
def test_an_account_that_has_what_was_deployed_is_no_issue(prod: Prod) -> None:
    result = looked(prod)
    assert result.exit_code == 0, result.output
    assert "has what was deployed" in result.stdout
    assert not issue(prod).exists()


@pytest.mark.contract("SEC-6")
def test_it_refreshes_everything_but_the_versions_of_secrets(prod: Prod) -> None:
    looked(prod)
    (preview,) = [call for call in prod.calls() if call.startswith("preview")]
    assert preview.startswith(
        f"preview --json --refresh --show-sames --exclude {SECRET_VERSIONS} --stack prod"
    )
    # As Pulumi reads a pattern (pkg/resource/deploy/deployment.go): ** is anything, * anything but a colon.
    parts = (re.escape(part).replace(re.escape("*"), "[^:]*") for part in SECRET_VERSIONS.split("**"))
    pattern = re.compile("^" + ".*".join(parts) + "$")
    for system in SYSTEMS:
        resources = system_recording(system, "prod").resources
        left_out = {each.type for each in resources if pattern.match(each.urn)}
        assert left_out == {"aws:secretsmanager/secretVersion:SecretVersion"}
        assert all(pattern.match(each.urn) for each in resources if each.type in left_out)


@pytest.mark.contract("DEP-1")
def test_drift_is_an_issue_that_begins_with_what_it_has_weakened(prod: Prod) -> None:
    result = looked(prod, WEAKENED, GONE)
    assert result.exit_code == 5, result.output
    text = issue(prod).read_text()
    assert text.startswith("# prod has drifted\n")
    happened, _, back = text.partition("## What a deployment of main would do")
    # The console has made it weaker; to bring it back is no risk.
    assert f"| **{Kind.PROTECTION.label}** | " in happened
    assert "keeps 30 days, instead of 365" in happened
    assert f"**{Kind.PROTECTION.label}**" not in back
    assert f"| {LOG} api | retentionInDays | 365 | 30 |" in happened
    assert f"| {TOPIC} told |  | is there | is not there |" in happened
    assert "not deployed yet" not in text.lower()


@pytest.mark.contract("DEP-1")
def test_what_waits_for_its_deployment_is_not_called_drift(prod: Prod) -> None:
    result = looked(prod, NEW, LONGER)
    assert result.exit_code == 5
    assert issue(prod).read_text().startswith("# prod lacks what main has\n")
    assert f"Not deployed yet: create {TOPIC} more, update {LOG} api" in issue(prod).read_text()


@pytest.mark.contract("DEP-1")
def test_a_replacement_of_what_has_drifted_is_a_risk_of_bringing_it_back(prod: Prod) -> None:
    database = "aws:rds/instance:Instance"
    before, after = {"identifier": "a", "engine": "postgres"}, {"identifier": "b", "engine": "postgres"}
    found = step("refresh", database, "database", after, after)
    back = [
        step(op, database, "database", before, after, identifier="update-replace")
        for op in ("create-replacement", "replace", "delete-replaced")
    ]
    looked(prod, [found, *back])
    happened, _, back_text = issue(prod).read_text().partition("## What a deployment of main would do")
    assert "1 replaced" in back_text
    assert "replaced" not in happened


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        (json.dumps({"steps": [], "diagnostics": [{"message": FORBIDDEN}]}), 1, "is forbidden"),
        ("error: dial tcp 10.0.1.2:443: i/o timeout\n", 1, "i/o timeout"),
        (LOCKED, 4, "is locked"),
    ],
)
def test_what_could_not_be_looked_at_is_another_issue(prod: Prod, said: str, code: int, told: str) -> None:
    prod.says("preview", said, 255)
    assert drifted(prod).exit_code == code
    text = issue(prod).read_text()
    assert text.startswith("# Could not look at prod\n")
    assert told in text
    assert "has drifted is not known" in text.replace("Whether it has", "has")


@pytest.mark.contract("DEP-1")
def test_half_of_a_deployment_is_not_drift(prod: Prod) -> None:
    state(prod, pending=2)
    result = drifted(prod)
    assert result.exit_code == 4
    assert "2 operations have not ended" in result.stderr
    assert not [call for call in prod.calls() if call.startswith("preview")]
    assert issue(prod).read_text().startswith("# Could not look at prod\n")


@pytest.mark.contract("DEP-1")
def test_an_engine_that_has_looked_at_nothing_has_not_found_that_all_is_well(prod: Prod) -> None:
    prod.says("preview", json.dumps({"steps": []}))
    assert drifted(prod).exit_code == 1


def test_scripts_get_the_same(prod: Prod) -> None:
    looked(prod, WEAKENED)
    result = drifted(prod, "--json")
    told = json.loads(result.stdout)
    check_output("drifted", told)
    assert result.exit_code == 5
    assert told["drift"] == [
        {"resource": f"{LOG} api", "property": "retentionInDays", "deployed": "365", "found": "30"}
    ]
    assert [each["kind"] for each in told["risks"]] == ["protection"]
    assert told["risksOfBringingBack"] == []

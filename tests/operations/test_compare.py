"""DEP-1, SEC-6: what a checkout would do to an account as it is now, for who may only look.

A script stands for the engine here; tests/rehearsal/test_way_to_prod.py has the real one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from operations.cli import app
from operations.deployment.drift import SECRET_VERSIONS, planned
from tests.operations.conftest import Account
from tests.operations.test_drifted import DAYS_30, DAYS_365, GONE, LOG, NEW, STAYS, WEAKENED, state, step
from tests.support.json_output import check_output
from tests.support.released_checkout import Prod, three_releases

# The program has less, and the account what was deployed.
SHORTER = [
    step("refresh", LOG, "api", DAYS_365, DAYS_365),
    step("update", LOG, "api", DAYS_365, DAYS_30, retentionInDays="update"),
]


@pytest.fixture
def prod(account: Callable[[str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prod:
    made = three_releases(account("prod"), tmp_path, monkeypatch)
    state(made)
    return made


def compared(prod: Prod, *steps: list[dict[str, Any]], more: tuple[str, ...] = ()) -> Result:
    prod.says("preview", json.dumps({"steps": [each for some in (*steps, STAYS) for each in some]}))
    return CliRunner().invoke(app, ["compare", "--env", "prod", "--output", str(comment(prod)), *more])


def comment(prod: Prod) -> Path:
    return prod.root.parent / "account.md"


@pytest.mark.contract("SEC-6")
def test_it_refreshes_as_who_looks_for_drift_does(prod: Prod) -> None:
    assert compared(prod).exit_code == 0
    (preview,) = [call for call in prod.calls() if call.startswith("preview")]
    assert preview.startswith(
        f"preview --json --refresh --show-sames --exclude {SECRET_VERSIONS} --stack prod"
    )
    assert comment(prod).read_text() == "### prod against what the account has now: nothing changes.\n"


@pytest.mark.contract("DEP-1")
def test_what_weakens_the_account_is_named_and_needs_its_line(prod: Prod) -> None:
    result = compared(prod, SHORTER)
    assert result.exit_code == 5
    assert "WEAKER" in result.stdout
    assert "prod: 1 change needs a line in approvals.yaml" in result.stdout
    assert "| **WEAKER** | log group api keeps 30 days, instead of 365" in comment(prod).read_text()
    assert "differ from what was deployed" not in comment(prod).read_text()


@pytest.mark.contract("DEP-1")
def test_what_has_drifted_is_compared_as_it_is_now_and_told(prod: Prod) -> None:
    result = compared(prod, WEAKENED, GONE, NEW)
    assert result.exit_code == 0, result.output
    # A topic that is gone is made again: nothing is deleted by it.
    assert "no risk; 1 updated, 2 created" in result.stdout
    assert (
        "2 of the account's resources differ from what was deployed: make drifted ENV=prod" in result.stdout
    )
    assert "2 of the account's resources differ" in comment(prod).read_text()


def test_what_the_program_removes_is_not_taken_for_what_was_gone_already() -> None:
    removed = [step("refresh", LOG, "api", DAYS_30, DAYS_30), step("delete", LOG, "api", DAYS_30)]
    assert [each["op"] for each in planned({"steps": removed})["steps"]] == ["delete"]
    assert [each["op"] for each in planned({"steps": GONE})["steps"]] == ["create"]


@pytest.mark.contract("DEP-1")
def test_where_nobody_could_look_the_comment_says_so(prod: Prod) -> None:
    prod.says("preview", "error: dial tcp 10.0.1.2:443: i/o timeout\n", 255)
    words = ["compare", "--env", "prod", "--output", str(comment(prod))]
    assert CliRunner().invoke(app, words).exit_code == 1
    text = comment(prod).read_text()
    assert text.startswith("# Could not look at prod\n")
    assert "i/o timeout" in text


def test_scripts_get_the_same(prod: Prod) -> None:
    result = compared(prod, SHORTER, more=("--json",))
    told = json.loads(result.stdout)
    check_output("compare", told)
    assert (result.exit_code, told["drifted"]) == (5, 0)
    assert [each["kind"] for each in told["risks"]] == ["protection"]
    assert len(told["approvals"]["missing"]) == 1

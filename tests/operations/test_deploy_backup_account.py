"""ENV-6, DEP-1: the backup account's stack is deployed with approvals, as the environment's own is.

A script stands for the engine here; tests/rehearsal/test_way_to_prod.py has the real one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.configuration import Configuration
from operations.checkout import declared
from operations.cli import app
from tests.operations.conftest import Account
from tests.support.json_output import check_output
from tests.support.released_checkout import Prod, three_releases
from tests.support.servers import embedded_aws

pytestmark = pytest.mark.contract("ENV-6", "DEP-1")

COMMAND = "deploy-backup-account"
OUTSIDE = "230000000009"
BUCKET = "aws:s3/bucket:Bucket"
URN = f"urn:pulumi:prod::groundwork-backup-account::groundwork:storage:Storage${BUCKET}::documents"
UP = "up --yes --skip-preview --parallel 32 --stack prod --non-interactive"
PREVIEW = "preview --json --show-sames --stack prod --non-interactive"


class Outside:
    """The backup account beside a checkout of prod."""

    def __init__(self, prod: Prod, url: str) -> None:
        self.prod, self.url = prod, url
        (prod.root / "backup_account").mkdir()

    def run(self, *more: str, env: str = "prod", url: str = "") -> Result:
        """The command, with credentials of that account."""
        place = ["--endpoint-url", url or self.url]
        return CliRunner().invoke(app, [COMMAND, "--env", env, *place, *more])

    def weakens(self) -> None:
        """The engine says that a bucket would not refuse to be deleted any more."""
        before: dict[str, Any] = {"urn": URN, "type": BUCKET, "protect": True, "inputs": {}}
        after = {**before, "protect": False}
        step = {"op": "update", "urn": URN, "oldState": before, "newState": after}
        self.prod.says("preview", json.dumps({"steps": [step]}))

    def adds(self, name: str) -> None:
        """The engine says that it would make a bucket."""
        state = {"urn": URN, "type": BUCKET, "inputs": {"bucket": name}}
        step = {"op": "create", "urn": URN, "newState": state}
        self.prod.says("preview", json.dumps({"steps": [step]}))


@pytest.fixture
def outside(
    account: Callable[[str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Outside]:
    prod = three_releases(account("prod"), tmp_path, monkeypatch)
    with embedded_aws(OUTSIDE) as url:
        yield Outside(prod, url)


def line_to_write(said: str) -> str:
    """The line that a refusal proposes, filled in by somebody."""
    _, _, line = said.partition("\n- ")
    line = f"- {line.partition(chr(10) * 2)[0]}\n"
    line = line.replace("why:  # in a sentence", "why: the copies are of a system that nobody uses")
    return line.replace("who:  # an e-mail address", "who: jane@example.org")


def test_it_is_deployed_in_its_own_folder_with_its_risks_first(outside: Outside) -> None:
    outside.prod.says("up", "Updating (prod)\n")
    done = outside.run()
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("prod against what the backup account has: nothing changes.\n")
    assert "Updating (prod)" in done.stdout
    assert outside.prod.calls() == [PREVIEW, UP]


def test_what_is_weakened_there_needs_its_line(outside: Outside) -> None:
    outside.weakens()
    refused = outside.run()
    assert refused.exit_code == 5
    assert "WEAKER      bucket documents in the backup account can be deleted" in refused.stdout
    assert "prod: 1 change needs a line in approvals.yaml" in refused.stderr
    assert "Nothing was done" in refused.stderr
    assert outside.prod.calls() == [PREVIEW]
    (outside.prod.root / "approvals.yaml").write_text(line_to_write(refused.stderr))
    assert outside.run().exit_code == 0
    assert outside.prod.calls()[-1] == UP


def test_a_line_that_is_over_is_none(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    outside.weakens()
    (outside.prod.root / "approvals.yaml").write_text(line_to_write(outside.run().stderr))
    monkeypatch.setenv("GROUNDWORK_TODAY", "2027-01-01")
    late = outside.run("--json")
    assert late.exit_code == 5
    told = json.loads(late.stdout)
    check_output(COMMAND, told)
    assert told["error"]["code"] == "not-approved"
    assert "The line of this change was over on" in told["error"]["message"]
    assert UP not in outside.prod.calls()


def test_exactly_what_was_shown_is_done_and_nothing_that_somebody_has_changed_since(outside: Outside) -> None:
    outside.adds("one")
    shown = outside.run("--dry-run")
    file = "plans/prod-backup-account.json"
    assert f"make deploy ENV=prod BACKUP_ACCOUNT=1 PLAN={file} does exactly that" in shown.stdout
    plan = str(outside.prod.root / file)
    assert outside.run("--plan", plan).exit_code == 0
    assert outside.prod.calls()[-1] == UP
    outside.adds("another")
    before = len(outside.prod.calls())
    refused = outside.run("--plan", plan)
    assert refused.exit_code == 8
    assert "prod-backup-account: what would be done is not what was shown" in refused.stderr
    assert f"otherwise: create {BUCKET} documents" in refused.stderr
    assert "(`make deploy ENV=prod BACKUP_ACCOUNT=1 WHAT=plan`)" in refused.stderr
    assert outside.prod.calls()[before:] == [PREVIEW], "nothing was done"
    told = json.loads(outside.run("--plan", plan, "--json").stdout)
    check_output(COMMAND, told)
    assert told["error"]["code"] == "plan-changed"


def test_the_environments_own_plan_is_none_of_the_backup_accounts(outside: Outside) -> None:
    outside.adds("one")
    file = str(outside.prod.root / "plans" / "prod.json")
    assert outside.prod.run("plan", "--output", file).exit_code == 0
    refused = outside.run("--plan", file)
    assert refused.exit_code == 2
    assert "the plan is prod's, and this deploys prod-backup-account" in refused.stderr
    assert UP not in outside.prod.calls()


def test_it_can_be_looked_at_alone(outside: Outside) -> None:
    outside.weakens()
    shown = outside.run("--dry-run")
    assert shown.exit_code == 0
    assert "prod: 1 change needs a line in approvals.yaml" in shown.stdout
    told: dict[str, Any] = json.loads(outside.run("--dry-run", "--json").stdout)
    check_output(COMMAND, told)
    assert (told["account"], told["deployed"]) == (OUTSIDE, False)
    assert Path(told["file"]).is_file()
    assert len(told["approvals"]["missing"]) == 1
    assert UP not in outside.prod.calls()


def test_with_credentials_of_the_environments_own_account_the_engine_is_not_asked(outside: Outside) -> None:
    refused = outside.run(url=outside.prod.account.url)
    assert refused.exit_code == 1
    assert f"the backup account of prod is account {OUTSIDE}" in refused.stderr
    assert outside.prod.calls() == []


def test_where_nothing_is_copied_to_another_account_there_is_nothing_to_deploy(outside: Outside) -> None:
    refused = outside.run(env="dev")
    assert refused.exit_code == 2
    assert "Pulumi.dev.yaml: groundwork:backupAccount: found nothing" in refused.stderr


def test_the_account_is_that_of_the_stack_file() -> None:
    naming = _prod().naming.in_home.in_backup_account
    assert naming is not None
    assert (naming.account, naming.region) == (OUTSIDE, "us-west-2")


def _prod() -> Configuration:
    return declared("prod")

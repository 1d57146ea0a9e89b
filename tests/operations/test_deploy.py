"""DEP-1, K8S-5: deployments are written down, compared with what was agreed to, and taken back.

A script stands for the engine here; tests/rehearsal/test_way_to_prod.py has the real one. Emergencies:
test_emergency.py.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.configuration.taken_back_release import TakenBack
from operations.checkout import declared
from operations.deployment.records import Outcome, Records
from tests.operations.conftest import Account
from tests.support.checkout import ROOT, replace_text
from tests.support.deployed import backups
from tests.support.released_checkout import ONE, THREE, TWO, Prod, latest, three_releases

# What a commit changes besides.
CHANGED = {
    "system.yaml": ("name: triangle", "name: triangle  # the portal"),
    "Pulumi.prod.yaml": ("backupRetention: 30", "backupRetention: 31"),
}
LOCKED = """\
error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete \
the lock file with `pulumi cancel`.
  s3://state/.pulumi/locks/organization/groundwork/prod/1.json: created by runner@fv-az1 (pid 7) at \
2026-11-29T14:00:00Z
"""


@pytest.fixture
def prod(account: Callable[[str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prod:
    return three_releases(account("prod"), tmp_path, monkeypatch)


@pytest.fixture
def records(prod: Prod) -> Records:
    return backups(prod.account, declared("prod"))


def _preview(*steps: tuple[str, str, dict[str, Any]]) -> str:
    return json.dumps({"steps": [_step(*each) for each in steps]})


def _step(op: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::groundwork::aws:sns/topic:Topic::{name}"
    state = {"urn": urn, "type": "aws:sns/topic:Topic", "inputs": inputs}
    return {"op": op, "urn": urn, "oldState" if op == "delete" else "newState": state}


@pytest.mark.contract("DEP-1")
def test_a_deployment_is_written_down_with_who_what_and_how_it_went(
    prod: Prod, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("GITHUB_ACTOR", "ada"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "a/b"),
        ("GITHUB_RUN_ID", "7"),
    ):
        monkeypatch.setenv(name, value)
    prod.says("up", "Updating (prod)\n")
    result = prod.run("deploy", "--json")
    assert result.exit_code == 0, result.output
    assert prod.calls() == [
        "preview --json --show-sames --stack prod --non-interactive",
        "up --yes --skip-preview --parallel 32 --stack prod --non-interactive",
    ]
    assert "Updating (prod)" in result.stderr
    found = latest(records)
    assert (found.who, found.outcome, found.images["api"]) == ("ada", Outcome.DEPLOYED, THREE)
    assert found.run == "https://github.com/a/b/actions/runs/7"
    assert found.commit == prod.git("rev-parse", "HEAD")
    assert json.loads(result.stdout) == found.as_json()


def test_the_first_deployment_has_nowhere_to_be_written_down_before_it(prod: Prod) -> None:
    assert prod.run("deploy").exit_code == 0


@pytest.mark.contract("DEP-1")
def test_exactly_the_plan_that_was_shown_is_carried_out(prod: Prod, records: Records, tmp_path: Path) -> None:
    file = str(tmp_path / "plan.json")
    shown: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("create", "a", {"name": "a"}),
        ("same", "b", {}),
        ("delete", "c", {}),
    )
    prod.says("preview", _preview(*shown))
    assert prod.run("plan", "--output", file).exit_code == 0
    assert prod.run("deploy", "--plan", file).exit_code == 0
    prod.says("preview", _preview(("create", "a", {"name": "other"}), ("update", "d", {})))
    refused = prod.run("deploy", "--plan", file)
    assert refused.exit_code == 8
    for line in ("otherwise: create", "no more: delete", "new: update"):
        assert line in refused.stderr
    assert sum(call.startswith("up ") for call in prod.calls()) == 1
    assert json.loads(prod.run("deploy", "--plan", file, "--json").stdout)["error"]["code"] == "plan-changed"


def _rings(prod: Prod, records: Records, good: str = "HEAD~2") -> None:
    """The newest release has turned an alarm on; the one before it was good."""
    prod.git("checkout", "-q", good)
    prod.run("deploy")
    prod.run("watch", "--minutes", "0")
    prod.git("checkout", "-q", "main")
    prod.run("deploy")
    records.note(Outcome.ALARM, "SEV-1 errors")


def _weakened() -> str:
    log = "aws:cloudwatch/logGroup:LogGroup"
    urn = f"urn:pulumi:prod::groundwork::groundwork:x:Logs${log}::api"
    states = ({"urn": urn, "type": log, "inputs": {"retentionInDays": days}} for days in (365, 30))
    step = dict(zip(("oldState", "newState"), states, strict=True))
    changed = {"retentionInDays": {"kind": "update", "inputDiff": True}}
    return json.dumps({"steps": [{"op": "update", "urn": urn, "detailedDiff": changed, **step}]})


@pytest.mark.contract("DEP-1")
def test_what_is_weakened_needs_a_line_that_holds_on_the_day_of_the_deployment(
    prod: Prod, records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "plan.json")
    prod.says("preview", _weakened())
    shown = prod.run("plan", "--output", file)
    assert shown.exit_code == 0
    # Whoever agrees to it sees that first, as in a preview, with the line that is to be written.
    assert shown.stdout.startswith("prod against what is deployed: 1 risk; 1 updated\n")
    assert "log group api" in shown.stdout.splitlines()[1]
    assert "prod: 1 change needs a line in approvals.yaml" in shown.stdout
    told = json.loads(prod.run("plan", "--output", file, "--json").stdout)
    assert [len(told["risks"]), len(told["approvals"]["missing"])] == [1, 1]
    refused = prod.run("deploy", "--plan", file)
    assert refused.exit_code == 5
    assert "Nothing was done" in refused.stderr
    _, _, line = refused.stderr.partition("\n- ")
    line = "- " + line.partition("\n\n")[0].partition("\n\nNothing")[0]
    line = line.replace("why:  # in a sentence", "why: nobody has read older ones in a year")
    line = line.replace("who:  # an e-mail address", "who: jane@example.org")
    (prod.root / "approvals.yaml").write_text(line + "\n")
    assert prod.run("deploy", "--plan", file).exit_code == 0
    monkeypatch.setenv("GROUNDWORK_TODAY", "2027-01-01")
    late = prod.run("deploy", "--plan", file)
    assert late.exit_code == 5
    assert "The line of this change was over on" in late.stderr
    assert json.loads(prod.run("deploy", "--plan", file, "--json").stdout)["error"]["code"] == "not-approved"


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_a_mistake_in_approvals_is_told_before_the_engine_is_asked(
    prod: Prod, records: Records, command: str
) -> None:
    (prod.root / "approvals.yaml").write_text("- environment: production\n")
    refused = prod.run(command)
    assert refused.exit_code == 1
    assert 'approvals.yaml: [0].environment: found "production"' in refused.stderr
    assert prod.calls() == []
    assert records.latest() is None, "nothing was begun"


@pytest.mark.contract("DEP-1")
def test_without_a_plan_it_is_asked_too(prod: Prod, records: Records) -> None:
    prod.says("preview", _weakened())
    refused = prod.run("deploy")
    assert refused.exit_code == 5
    assert "1 change needs a line in approvals.yaml" in refused.stderr
    assert not any(call.startswith("up ") for call in prod.calls())
    assert records.latest() is None, "nothing was begun"


@pytest.mark.contract("DEP-1", "K8S-5")
def test_the_way_back_waits_for_nobodys_line(prod: Prod, records: Records) -> None:
    _rings(prod, records)
    assert prod.run("rollback", "--automatic").exit_code == 0
    prod.says("preview", _weakened())
    prod.says("up", LOCKED, 255)
    assert prod.run("deploy").exit_code == 4
    # Once more, when the lock is gone.
    prod.says("up", "")
    back = prod.run("deploy")
    assert back.exit_code == 0, back.output
    assert "without approvals.yaml" in back.stderr
    # And the release that comes after it does.
    prod.git("checkout", "-q", ".")
    assert prod.run("deploy", "--again").exit_code == 5


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize("file", ["system.yaml", "Pulumi.prod.yaml"])
def test_with_anything_else_than_versions_it_is_no_way_back(prod: Prod, records: Records, file: str) -> None:
    _rings(prod, records)
    assert prod.run("rollback", "--automatic").exit_code == 0
    replace_text(prod.root / file, *CHANGED[file])
    prod.git("commit", "-q", "--all", "--message", "back, and more")
    prod.says("preview", _weakened())
    assert prod.run("deploy").exit_code == 5


@pytest.mark.parametrize("text", ["", "{}", '{"environment": "prod", "commit": "", "steps": [{"a": 1}]}'])
def test_a_file_that_is_no_plan_is_refused(prod: Prod, records: Records, tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    result = prod.run("deploy", "--plan", str(tmp_path / "plan.json"))
    assert result.exit_code == 2
    assert "`make plan` writes one" in result.stderr


@pytest.mark.contract("DEP-1")
def test_a_lock_is_told_with_whose_it_is_and_what_to_do(prod: Prod, records: Records) -> None:
    prod.says("up", LOCKED, 255)
    result = prod.run("deploy")
    assert result.exit_code == 4
    assert "prod is locked: runner@fv-az1 since 2026-11-29T14:00:00Z" in result.stderr
    assert "pulumi cancel --stack prod" in result.stderr
    assert records.latest() is None, "nothing was begun"


@pytest.mark.contract("DEP-1", "K8S-5")
def test_a_deployment_that_fails_is_taken_back_to_the_last_good_one(prod: Prod, records: Records) -> None:
    prod.git("checkout", "-q", "HEAD~2")
    assert prod.run("deploy").exit_code == 0
    assert prod.run("watch", "--minutes", "0").exit_code == 0
    prod.git("checkout", "-q", "main")
    prod.says("up", "error: Deployment api: 0 out of 3 replicas succeeded readiness checks\n", 255)
    failed = prod.run("deploy")
    assert failed.exit_code == 1
    assert "readiness checks" in failed.stderr
    assert latest(records).outcome is Outcome.FAILED
    prod.migrated(THREE)
    back = prod.run("rollback", "--automatic", "--json")
    assert back.exit_code == 0, back.output
    assert prod.runs == ONE, "two was never deployed"
    assert json.loads(back.stdout)["images"]["api"] == [THREE, ONE]
    assert declared("prod").settings.taken_back == TakenBack(THREE, ONE), "its snapshot stays"
    prod.says("up", "")
    assert prod.run("deploy").exit_code == 0


@pytest.mark.contract("DEP-1", "K8S-5")
@pytest.mark.parametrize(("state", "code"), [("", 0), ("error: AccessDenied: s3://state", 1)])
def test_of_a_release_that_never_came_to_its_migration_nothing_stands_and_what_is_not_known_is_told(
    prod: Prod, records: Records, state: str, code: int
) -> None:
    _rings(prod, records)
    if state:
        prod.says("stack", state, 255)
    back = prod.run("rollback", "--automatic")
    assert back.exit_code == code
    assert prod.runs == (THREE if code else ONE)
    assert state in back.output
    assert declared("prod").settings.taken_back == TakenBack()


@pytest.mark.contract("DEP-1")
def test_what_was_rolled_back_is_not_deployed_again_by_mistake(prod: Prod, records: Records) -> None:
    _rings(prod, records, good="HEAD~1")
    assert prod.run("rollback", "--automatic").exit_code == 0
    prod.run("deploy")
    prod.git("checkout", "-q", "Pulumi.prod.yaml")
    refused = prod.run("deploy")
    assert refused.exit_code == 1
    assert "was rolled back from these versions" in refused.stderr
    assert "SEV-1 errors" in refused.stderr
    assert prod.run("deploy", "--again").exit_code == 0


@pytest.mark.contract("DEP-1")
def test_a_migration_that_cannot_be_undone_stops_the_automatic_way_back(prod: Prod, records: Records) -> None:
    prod.git("checkout", "-q", "HEAD~2")
    prod.run("deploy")
    prod.run("watch", "--minutes", "0")
    prod.git("checkout", "-q", "main")
    line = "  command: [npx, prisma, migrate, deploy]\n"
    replace_text(prod.root / "system.yaml", line, f"{line}  irreversible: ['{TWO}']\n")
    prod.run("deploy")
    records.note(Outcome.ALARM, "SEV-1 errors")
    stopped = prod.run("rollback", "--automatic")
    assert stopped.exit_code == 7
    for part in ("was NOT rolled back", TWO[:19], "make recover ENV=prod SNAPSHOT=", "maintenance"):
        assert part in stopped.stderr
    assert prod.runs == THREE
    assert latest(records).outcome is Outcome.ALARM


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize("outcome", [Outcome.GOOD, Outcome.DEPLOYED, Outcome.INTERRUPTED])
def test_nothing_is_taken_back_by_itself_that_has_not_gone_wrong(
    prod: Prod, records: Records, outcome: Outcome
) -> None:
    prod.run("deploy")
    records.note(outcome)
    result = prod.run("rollback", "--automatic")
    assert result.exit_code == 1
    assert f"is {outcome}" in result.stderr
    assert prod.runs == THREE


def test_a_runner_that_has_died_is_told_to_the_next_deployment(prod: Prod, records: Records) -> None:
    prod.run("deploy")
    records.note(Outcome.UNDER_WAY)
    assert "has not ended: it still runs, or its runner has died" in prod.run("deploy").stderr


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_deployment_ends_in_good_order(prod: Prod, tmp_path: Path, number: int) -> None:
    script = "trap 'echo finished what was under way; exit 1' INT; echo begun; while :; do sleep 0.05; done"
    (tmp_path / "bin" / "pulumi").write_text(f"#!/bin/sh\n{script}\n")
    program = (
        "import sys; from pathlib import Path; from operations.deployment.engine import Engine, Interrupted\n"
        # Tests that run in the background of a script have inherited that SIGINT is ignored.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    )
    program += "try: Engine(Path('.'), 'prod').up(lambda line: print(line, end='', flush=True))\n"
    program += "except Interrupted: sys.exit(130)\n"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.1)
        process.send_signal(number)
        assert process.stdout.read() == "finished what was under way\n"
        assert process.wait() == 130


def test_without_an_engine_it_says_where_there_is_one(
    prod: Prod, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    result = prod.run("deploy")
    assert result.exit_code == 1
    assert "make shell ENV=prod" in result.stderr

"""DEP-1, DEP-2: releases on their way to prod, with the steps of the workflows themselves.

The steps are read from `.github/workflows/`, so that they cannot differ; the commands, the engine and its
state are the real ones, the accounts are embedded. The tests follow each other like the days of a system:
each begins with prod in a release that was good.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.monitoring.alarm import Subject
from operations.checkout import declared
from operations.deployment.records import Outcome
from tests.support.checkout import replace_text
from tests.support.deployed import alarm_of, put_alarm
from tests.support.way import Services, Way, way
from tests.support.workflow_run import Run

pytestmark = pytest.mark.engine

GOOD, FAILS_SMOKE, RINGS, CHANGED, KILLED, URGENT, WEAKENS = (f"sha256:{digit * 64}" for digit in "1234567")


@pytest.fixture(scope="module")
def released(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """Staging and prod after their first deployment, which people make; staging is asked already."""
    with way(engine, tmp_path_factory.mktemp("way")) as made:
        made.release(GOOD)
        for environment in ("staging", "prod"):
            deployed = made.run(environment, "make", "deploy", f"ENV={environment}")
            assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        made.good_traffic("staging")
        yield made


@pytest.mark.contract("DEP-1", "ENV-4", "ENV-5")
def test_a_good_release_comes_to_prod(released: Way) -> None:
    run = released.play("deploy")
    assert run.outcomes == dict.fromkeys(("dev", "staging", "plan", "prod"), "success"), run.steps
    assert run.of("make rollback") == ["skipped"]
    assert released.engine_runs("prod") == GOOD
    assert released.latest("prod").outcome is Outcome.GOOD


@pytest.mark.contract("DEP-1")
def test_a_release_that_fails_its_smoke_check_never_comes_near_prod(released: Way) -> None:
    released.release(FAILS_SMOKE)
    Services.bad = frozenset({"api.staging.triangle.example"})
    run = released.play("deploy", "staging", "plan", "prod")
    Services.bad = frozenset()
    assert run.outcomes == {"staging": "failure", "plan": "skipped", "prod": "skipped"}
    assert "HTTP 503" in run.said("make smoke")
    assert run.of("make gate") == ["skipped"]
    assert released.engine_runs("staging") == FAILS_SMOKE
    assert released.engine_runs("prod") == GOOD
    released.release(GOOD)


@pytest.mark.contract("DEP-1", "K8S-5")
def test_an_alarm_in_the_watch_brings_the_version_before_back(released: Way) -> None:
    released.release(RINGS)
    cloudwatch, configuration = released.client("prod", "cloudwatch"), declared("prod")
    alarm = alarm_of(configuration, Subject.LOAD_BALANCER, "errors-critical")

    def errors(does: str) -> None:
        if does == "make watch":
            put_alarm(cloudwatch, configuration, "load-balancer", alarm, "ALARM")

    run = released.play("deploy", "plan", "prod", before=errors)
    assert run.outcomes == {"plan": "success", "prod": "failure"}
    assert run.of("make deploy") == ["success", "success"], run.steps
    assert "SEV-1" in run.said("make watch")
    assert released.engine_runs("prod") == GOOD
    told = released.told_github()
    assert "pr create --title Roll prod back --head rollback-prod-7" in told
    assert "issue create --label incident" in told
    assert released.git("ls-remote", "--heads", "origin", "rollback-prod-7")
    # The snapshot from before the migration of what was taken back stays, and nothing is migrated.
    assert f"takenBack: {{from: {RINGS}, to: {GOOD}}}" in released.git("show", "HEAD:Pulumi.prod.yaml")
    released.git("switch", "-q", "main")
    cloudwatch.delete_alarms(AlarmNames=["triangle-prod-load-balancer-errors-critical"])
    released.release(GOOD)


@pytest.mark.contract("DEP-1")
def test_a_plan_that_is_not_the_one_agreed_to_is_not_carried_out(released: Way) -> None:
    planned = released.play("deploy", "plan")
    assert planned.outcomes == {"plan": "success"}
    (shown,) = [step.output for step in planned.steps if " plan " in step.does]
    assert "prod against what is deployed: no risk; 1 replaced" in shown
    released.release(CHANGED)
    run = released.play("deploy", "prod")
    assert run.outcomes == {"prod": "failure"}
    refused = next(step for step in run.steps if step.does == "make deploy")
    assert "what would be done is not what was shown" in refused.output
    assert run.of("make rollback") == ["failure"], "nothing was deployed, so nothing is taken back"
    assert released.engine_runs("prod") == GOOD
    released.release(GOOD)


@pytest.mark.contract("DEP-1")
def test_an_approval_that_has_run_out_lets_nothing_through(released: Way) -> None:
    released.release(WEAKENS)
    planned = released.play("deploy", "plan")
    (shown,) = [step.output for step in planned.steps if " plan " in step.does]
    assert "prod: 1 change needs a line in approvals.yaml" in shown
    # Somebody writes the line that the plan has proposed, and the release waits for longer than a week.
    _, _, line = shown.partition("\n- environment: prod")
    line = f"- environment: prod{line.partition(chr(10) * 2)[0]}\n"
    line = line.replace("why:  # in a sentence", "why: nobody has read older ones in a year")
    line = line.replace("who:  # an e-mail address", "who: jane@example.org")
    (released.root / "approvals.yaml").write_text(line)
    released.git("add", "approvals.yaml")
    released.git("commit", "-q", "-m", "agreed to")
    run = released.play("deploy", "prod", today="2026-12-24")
    assert run.outcomes == {"prod": "failure"}
    refused = next(step for step in run.steps if step.does == "make deploy")
    assert "The line of this change was over on 2026-11-28" in refused.output
    assert released.engine_runs("prod") == GOOD
    released.release(GOOD)


BOTH_JOBS = {"plan": "success", "deploy": "success"}


@pytest.mark.contract("DEP-1", "ENV-6")
def test_the_backup_account_is_deployed_with_the_line_that_its_plan_has_asked_for(
    released: Way, engine: Path
) -> None:
    assert released.play("backup-account").outcomes == BOTH_JOBS
    assert released.keeps_copies() == 365
    replace_text(released.root / "Pulumi.prod.yaml", "backupRetention: 30", "backupRetention: 31")
    preview = released.run("prod", "make", "preview", "ENV=prod", "JSON=1", f"GROUNDWORK_ENGINE={engine}")
    (missing,) = json.loads(preview.stdout)["approvals"]["missing"]
    asked = missing["change"]
    run = released.play("backup-account")
    # Whoever is asked to agree has the risk and the line to write before them; nothing is done without it.
    shown, refused = (step.output for step in run.steps if "make" in step.does)
    assert "WEAKER      log group copies in the backup account keeps 30 days, instead of 365" in shown
    for said in (shown, refused):
        assert f"change: {asked}" in said.replace('"', "")
    assert run.outcomes == {"plan": "success", "deploy": "failure"}
    assert released.keeps_copies() == 365
    line = f"""\
- environment: prod
  change: "{asked}"
  what: copies keep 30 days
  why: nobody has read older ones in a year
  who: jane@example.org
  until: 2026-11-28
"""
    (released.root / "approvals.yaml").write_text(line)
    late = released.play("backup-account", today="2026-12-24")
    assert late.outcomes == {"plan": "success", "deploy": "failure"}
    assert "The line of this change was over on 2026-11-28" in late.steps[-1].output
    assert released.play("backup-account").outcomes == BOTH_JOBS
    assert released.keeps_copies() == 30
    (released.root / "approvals.yaml").unlink()
    released.git("checkout", "-q", ".")


@pytest.mark.contract("DEP-1", "ENV-6")
def test_the_backup_account_gets_nothing_that_nobody_was_shown(released: Way) -> None:
    """It stands where the test before has left it, and its copies are kept for longer again."""
    planned = released.play("backup-account", "plan")
    assert planned.outcomes == {"plan": "success"}
    replace_text(released.root / "Pulumi.prod.yaml", "backupRetention: 30", "backupRetention: 31")
    run = released.play("backup-account", "deploy")
    assert run.outcomes == {"deploy": "failure"}
    assert "what would be done is not what was shown" in run.steps[-1].output
    assert released.keeps_copies() == 30
    released.git("checkout", "-q", ".")
    assert released.play("backup-account", "deploy").outcomes == {"deploy": "success"}
    assert released.keeps_copies() == 365


@pytest.mark.contract("DEP-1")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="what a command has started is in /proc")
def test_of_two_at_once_one_is_refused_and_what_a_dead_runner_leaves_is_told(released: Way) -> None:
    released.release(KILLED)
    reached, go_on = threading.Event(), threading.Event()

    def hold(_service: str, operation: str) -> None:
        if operation == "set_topic_attributes":
            reached.set()
            go_on.wait(60)

    released.faults("staging", hold)
    first = released.start("staging", "make", "deploy", "ENV=staging")
    assert reached.wait(60), first.communicate()
    second = released.run("staging", "make", "deploy", "ENV=staging")
    assert "staging is locked: " in second.stderr
    assert "has not ended: it still runs, or its runner has died" in second.stderr
    released.kill(first)
    released.faults("staging", None)
    go_on.set()
    after = released.run("staging", "make", "deploy", "ENV=staging")
    assert "`pulumi cancel --stack staging --yes`" in after.stderr
    assert released.run("staging", "pulumi", "cancel", "--stack", "staging", "--yes").returncode == 0
    finished = released.run("staging", "make", "deploy", "ENV=staging")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert released.engine_runs("staging") == KILLED
    released.release(GOOD)


@pytest.mark.contract("DEP-2")
def test_an_emergency_goes_straight_to_prod(released: Way) -> None:
    released.release(URGENT)
    reason = "payments fail since the release of 14:00"
    run = released.play("emergency", "prod", reason=reason, second="grace")
    assert run.outcomes == {"prod": "success"}, run.steps
    assert (run.of("make parity"), run.of("make emergency")) == (["skipped"], ["success"])
    assert released.git("ls-remote", "--tags", "origin", "emergency/prod/*")
    assert released.engine_runs("prod") == URGENT
    record = released.latest("prod")
    assert (record.outcome, record.second, record.reason) == (Outcome.GOOD, "grace", reason)
    assert record.skipped[0] == "make deploy ENV=dev"


@pytest.mark.contract("DEP-1", "SEC-6")
def test_the_night_finds_what_somebody_has_changed_in_the_account_and_reads_no_secret(released: Way) -> None:
    called: list[str] = []
    released.faults("prod", lambda _, operation: called.append(operation))
    assert released.play("drift", "drift (prod)").outcomes == {"drift (prod)": "success"}
    assert "issue create --label drift" not in released.told_github()
    sns = released.client("prod", "sns")
    (topic,) = sns.list_topics()["Topics"]
    sns.set_topic_attributes(
        TopicArn=topic["TopicArn"], AttributeName="DisplayName", AttributeValue="by hand"
    )
    run = released.play("drift", "drift (prod)")
    released.faults("prod", None)
    assert run.outcomes == {"drift (prod)": "failure"}
    assert '"by hand"' in run.said("make drifted")
    assert "issue create --label drift --title prod has drifted" in released.told_github()
    assert "describe_secret" in called
    assert "get_secret_value" not in called


@pytest.mark.contract("DEP-1", "SEC-6")
def test_a_pull_request_is_compared_with_the_account_after_it_was_looked_at(released: Way) -> None:
    released.git("switch", "-q", "-c", "proposal")
    (released.root / "approvals.yaml").unlink(missing_ok=True)
    released.release(WEAKENS)
    commit = released.git("rev-parse", "HEAD")
    released.git("switch", "-q", "main")
    called: list[str] = []

    def compared() -> Run:
        asked = ("account-preview", "look", "compare")
        return released.play(*asked, number="12", commit=commit, environment="prod")

    # Something else was pushed since it was looked at.
    released.proposed("f" * 40)
    run = compared()
    assert run.outcomes == {"look": "failure", "compare": "skipped"}

    released.proposed(commit)
    released.faults("prod", lambda _, operation: called.append(operation))
    run = compared()
    released.faults("prod", None)
    said = run.said("make compare")
    # The night's test has left a topic as somebody has changed it by hand.
    assert "1 of the account's resources differ from what was deployed: make drifted ENV=prod" in said
    assert run.outcomes == {"look": "success", "compare": "failure"}, said
    assert "prod: 1 change needs a line in approvals.yaml" in said
    comment = (released.artifacts / "account.md").read_text()
    assert comment.startswith("### prod against what the account has now: ")
    assert "| **WEAKER** | log group services keeps 30 days, instead of 365" in comment
    assert "describe_log_groups" in called
    assert not {name for name in called if not name.startswith(("describe_", "get_", "list_", "head_"))}
    assert "get_secret_value" not in called
    assert released.engine_runs("prod") != WEAKENS
    assert released.git("rev-parse", "HEAD") == released.git("rev-parse", "main")

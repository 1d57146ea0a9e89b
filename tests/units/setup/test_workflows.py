"""DEP-1, DEP-2: the workflows of CI are thin, pinned and safe; `make workflows` has others check them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.configuration.environments import Environment
from infra.configuration.source import (
    BACKUP_ACCOUNT_ENVIRONMENT,
    GITHUB_SESSION_SECONDS,
    reading_environment,
)
from operations.branch_protection import CHECKS
from operations.deployment.drift import LOOK
from operations.deployment.emergency import skipped
from tests.support.checkout import ROOT
from tests.support.workflow_run import Run
from tests.support.workflows import WORKFLOWS, Job, jobs, read

FILES = sorted(WORKFLOWS.glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
PINNED = re.compile(r"uses: ([\w./-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
# What a job may do at most; everything else that GitHub's token can is not needed here.
ALLOWED = {
    "contents": {"read", "write"},
    "id-token": {"write"},
    "issues": {"write"},
    "pull-requests": {"read", "write"},
}
EVERY_JOB = [job for file in FILES for job in jobs(file.stem)]
MAKE = re.compile(r"\bmake(?: --no-print-directory)? (\w+)((?: [A-Z]+=\S+)*)")


def ids(job: Job) -> str:
    return f"{job.workflow}.{job.name}"


def runs(job: Job) -> Iterator[str]:
    for step in job.steps:
        if "run" in step:
            yield step["run"]


@pytest.mark.parametrize("file", [*FILES, *ACTIONS], ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_action_is_pinned_by_digest_with_its_version(file: Path) -> None:
    lines = [line.strip().removeprefix("- ") for line in file.read_text().splitlines()]
    for line in (line for line in lines if line.startswith("uses: ")):
        local = line.removeprefix("uses: ./")
        assert PINNED.match(line) or (ROOT / local).exists(), line


def test_one_action_has_one_version_everywhere() -> None:
    text = "".join(file.read_text() for file in [*FILES, *ACTIONS])
    found = set(re.findall(r"uses: ([\w/-]+)@(\w+)", text))
    assert len(found) == len({name for name, _ in found})


@pytest.mark.parametrize("job", EVERY_JOB, ids=ids)
def test_no_text_of_others_gets_into_a_shell(job: Job) -> None:
    for run in runs(job):
        assert "${{" not in run, "an expression becomes part of the script: hand it on in `env`"


@pytest.mark.parametrize("job", EVERY_JOB, ids=ids)
def test_a_job_may_do_what_it_needs_and_ends(job: Job) -> None:
    top = read(job.workflow)["permissions"]
    assert top in ({}, {"contents": "read"})
    for name, level in (job.content.get("permissions") or {}).items():
        assert level in ALLOWED[name]
    if "uses" not in job.content:
        assert 0 < job.content["timeout-minutes"] <= 240
        assert "self-hosted" not in str(job.content["runs-on"])


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize("job", EVERY_JOB, ids=ids)
def test_steps_are_commands_that_a_person_can_run(job: Job) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    given = re.search(r"^GIVEN := ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert given is not None
    variables = set(given[1].replace("\\\n", " ").split())
    for step in job.steps:
        run = step.get("run", "")
        for target, values in MAKE.findall(run):
            assert target in targets
            named = {each.partition("=")[0] for each in values.split()} | step.get("env", {}).keys()
            assert named <= variables
        for script in re.findall(r"^(\.ci/\w+)", run):
            assert (ROOT / script).stat().st_mode & 0o111


@pytest.mark.contract("SEC-7")
def test_credentials_last_as_long_as_the_longest_job_and_as_the_role_allows() -> None:
    action = yaml.safe_load((ROOT / ".github" / "actions" / "credentials" / "action.yml").read_text())
    assert action["runs"]["steps"][0]["with"]["role-duration-seconds"] == "${{ inputs.seconds }}"
    assert int(action["inputs"]["seconds"]["default"]) == GITHUB_SESSION_SECONDS
    minutes = [job.content["timeout-minutes"] for job in EVERY_JOB if "uses" not in job.content]
    assert max(minutes) * 60 <= GITHUB_SESSION_SECONDS


@pytest.mark.contract("DEP-1")
def test_one_deployment_of_an_environment_at_a_time_and_none_is_cut_off() -> None:
    deploying = [
        job
        for job in EVERY_JOB
        if any("make deploy" in run for run in runs(job)) and job.workflow != "backup-account"
    ]
    assert {job.content["env"]["ENV"] for job in deploying} == set(Environment)
    for job in deploying:
        environment = job.content["env"]["ENV"]
        assert job.content["environment"] == environment
        assert job.content["concurrency"] == {"group": f"deploy-{environment}"}, "nothing is cancelled"


@pytest.mark.contract("DEP-1", "K8S-5")
def test_what_goes_back_has_the_whole_history_and_fresh_credentials() -> None:
    (prod,) = jobs("prod")
    checkout = prod.steps[0]
    assert checkout["with"]["fetch-depth"] == 0
    names = [step.get("run", step.get("uses", "")) for step in prod.steps]
    assert names.index("make watch") - 1 == names.index(
        "./.github/actions/credentials", names.index("make smoke")
    )
    assert names[names.index("make rollback") - 1] == "./.github/actions/credentials"


@pytest.mark.contract("DEP-1", "SEC-7")
def test_prod_comes_last_and_waits_for_somebody_elses_consent() -> None:
    deploy = {job.name: job.content for job in jobs("deploy")}
    order = ["dev"]
    while following := [name for name, job in deploy.items() if job.get("needs") == order[-1]]:
        order += following
    assert order == ["dev", "staging", "plan", "prod"]
    assert deploy["prod"]["uses"] == "./.github/workflows/prod.yml"


@pytest.mark.contract("DEP-2")
def test_what_an_emergency_leaves_out_is_listed_and_run_afterwards() -> None:
    emergency = {job.name: job.content for job in jobs("emergency")}
    assert emergency["afterwards"] == {
        "needs": "prod",
        "permissions": emergency["prod"]["permissions"],
        "uses": "./.github/workflows/deploy.yml",
    }
    left_out = []
    for job in jobs("deploy"):
        for step in job.steps:
            if found := MAKE.search(step.get("run", "")):
                of = step.get("env", {})
                where = (
                    f"FROM={of['FROM']} TO={of['TO']}" if "FROM" in of else f"ENV={job.content['env']['ENV']}"
                )
                left_out.append(f"make {found[1]} {where}")
    assert tuple(left_out) == skipped(Environment.PROD)


def test_what_main_asks_for_are_jobs_that_there_are() -> None:
    (preview, _) = jobs("pull-request")
    # GitHub names a job of a matrix with its values.
    previews = {f"preview ({each})" for each in preview.content["strategy"]["matrix"]["environment"]}
    assert {job.name for job in jobs("test")} | previews == set(CHECKS)


@pytest.mark.parametrize("name", ["push", "propose", "issue", "comment", "credentials", "own"])
def test_the_scripts_are_sound_shell(name: str) -> None:
    script = str(ROOT / ".ci" / name)
    assert subprocess.run(["/bin/sh", "-n", script], check=False).returncode == 0
    assert "set -eu" in Path(script).read_text()


def test_everything_is_run_with_the_newest_python_that_is_locked() -> None:
    script = (ROOT / "tools" / "lock" / "lock.sh").read_text()
    locked = re.search(r"^for python in (.*);", script, re.MULTILINE)
    assert locked is not None
    newest = locked[1].split()[-1]
    (job,) = [each for each in jobs("weekly") if each.name == "newest-python"]
    assert job.content["env"]["PYTHON"] == f"python{newest}"
    assert [step["with"]["python"] for step in job.steps if step.get("with", {}).get("python")] == [newest]
    assert f"Python 3.11 to {newest}" in (ROOT / "README.md").read_text()


# What asks the cluster's API, which admits no machine of GitHub's: by the engine, or itself.
ASKS_THE_CLUSTER = {"compare", "deploy", "drifted", "plan", "smoke"}


@pytest.mark.contract("ENV-6", "SEC-7")
def test_the_backup_account_is_deployed_by_hand_after_somebody_has_agreed_to_its_plan() -> None:
    assert set(_triggers("backup-account")) == {"workflow_dispatch"}
    plan, deploy = jobs("backup-account")
    assert plan.content["environment"] == reading_environment(BACKUP_ACCOUNT_ENVIRONMENT)
    assert deploy.content["environment"] == BACKUP_ACCOUNT_ENVIRONMENT
    assert deploy.content["needs"] == plan.name
    assert deploy.content["concurrency"] == {"group": "deploy-backup-account"}, "nothing is cancelled"
    assert "concurrency" not in plan.content, "a plan in line would take the place of a deployment that waits"
    # What was shown comes to the one that deploys, and it does nothing else.
    kept, taken = plan.steps[-1]["with"], deploy.steps[-2]["with"]
    assert kept["name"] == taken["name"]
    name = Path(kept["path"]).name
    assert MAKE.findall(next(runs(plan))) == [("deploy", " WHAT=plan")]
    assert MAKE.findall(next(runs(deploy))) == [("deploy", f" PLAN={taken['path']}/{name}")]
    for job in (plan, deploy):
        assert job.content["env"]["BACKUP_ACCOUNT"] == 1
        assert len(list(runs(job))) == 1
    # No other job comes there, and these come nowhere else.
    others = [each for each in EVERY_JOB if each not in (plan, deploy)]
    assert all(BACKUP_ACCOUNT_ENVIRONMENT not in str(each.content) for each in others)


@pytest.mark.contract("DEP-1", "K8S-1")
def test_what_touches_a_cluster_runs_inside_its_network() -> None:
    inside = [job for job in EVERY_JOB if _targets(job) & ASKS_THE_CLUSTER]
    assert {job.name for job in inside} >= {"dev", "staging", "plan", "prod", "drift", "compare"}
    for job in inside:
        for environment, variables in _environments(job):
            if job.workflow in ("account-preview", "backup-account"):
                continue  # below; has no cluster
            runners = variables.get("matrix.runners", f"vars.RUNNERS_{environment.upper()}")
            assert runners == f"vars.RUNNERS_{environment.upper()}", ids(job)
            name = "matrix.runners" if variables else runners
            assert job.content["runs-on"] == (
                f"${{{{ {name} && format('codebuild-{{0}}-{{1}}-{{2}}', {name}, github.run_id, "
                "github.run_attempt) || 'ubuntu-24.04' }}"
            ), ids(job)


@pytest.mark.contract("DEP-1", "SEC-7")
def test_a_pull_request_comes_near_an_account_only_after_somebody_has_looked() -> None:
    """Its program could read every password of the environment: docs/deployment.md."""
    look, compare, comment = jobs("account-preview")
    # From main's file alone: whoever proposes a change cannot change what is done with it.
    assert set(_triggers("account-preview")) == {"workflow_dispatch"}
    assert [job.content.get("permissions", {}).get("id-token") for job in (look, compare, comment)] == [
        None,
        "write",
        None,
    ]
    assert list(runs(look)) == ['.ci/own "$NUMBER" "$COMMIT"']
    assert compare.content["needs"] == "look"
    assert compare.content["environment"] == "preview-${{ inputs.environment }}"
    assert _triggers("account-preview")["workflow_dispatch"]["inputs"]["environment"]["options"] == list(
        Environment
    )
    uses = [step.get("uses", "").partition("@")[0] for step in compare.steps]
    main, ready, credentials, proposed = uses[:4]
    assert (main, proposed) == ("actions/checkout", "actions/checkout")
    assert (ready, credentials) == ("./.github/actions/ready", "./.github/actions/credentials")
    assert "ref" not in compare.steps[0]["with"], "the actions are main's"
    assert compare.steps[3]["with"]["ref"] == "${{ inputs.commit }}"
    assert compare.steps[1]["with"]["cache"] == "false", "main's deployments would take what it leaves there"
    assert compare.steps[2]["with"]["seconds"] == "3600"
    # Nothing of the pull request runs where a comment may be written.
    assert all("ref" not in step.get("with", {}) for job in (look, comment) for step in job.steps)
    assert not _targets(look) | _targets(comment)


@pytest.mark.contract("DEP-1", "K8S-1")
@pytest.mark.parametrize("environment", list(Environment))
def test_a_pull_request_is_compared_inside_the_network_of_its_environment(environment: str) -> None:
    look, compare, _ = jobs("account-preview")
    name = "needs.look.outputs.runners"
    assert compare.content["runs-on"] == (
        f"${{{{ {name} && format('codebuild-{{0}}-{{1}}-{{2}}', {name}, github.run_id, github.run_attempt) "
        "|| 'ubuntu-24.04' }}"
    )
    settings = {f"RUNNERS_{each.upper()}": f"{each}-runners" for each in Environment}
    run = Run(ROOT, lambda _: {}, settings, ROOT, {"environment": environment})
    assert run._text(look.content["outputs"]["runners"], {}) == f"{environment}-runners"


def _environments(job: Job) -> Iterator[tuple[str, dict[str, str]]]:
    """Where it runs, and its part of the matrix."""
    for each in job.content.get("strategy", {}).get("matrix", {}).get("include", ()):
        yield each["environment"], {"matrix.runners": each["runners"].strip("${} ")}
    if "strategy" not in job.content:
        yield job.content["env"]["ENV"], {}


def _targets(job: Job) -> set[str]:
    return {found[0] for run in runs(job) for found in MAKE.findall(run)}


@pytest.mark.contract("DEP-1")
def test_every_night_somebody_looks_at_every_environment_and_tells_what_there_is() -> None:
    (job,) = jobs("drift")
    assert [each["cron"].split()[2:] for each in _triggers("drift")["schedule"]] == [["*", "*", "*"]]
    assert {name for name, _ in _environments(job)} == set(Environment)
    assert job.content["environment"] == "${{ matrix.environment }}-read"
    assert job.content["strategy"]["fail-fast"] is False
    look, tell = job.steps[-2:]
    assert (look["run"], look["env"]) == ("make drifted", {"OUTPUT": "drift.md"})
    assert look["timeout-minutes"] < job.content["timeout-minutes"]
    # Also where a step before it has failed: that nobody could look is told as well.
    assert tell == {"if": "failure()", "run": '.ci/issue drift "Could not look at $ENV" drift.md'}
    assert {"--refresh", "--exclude"} <= set(LOOK)


@pytest.mark.contract("DEP-1")
def test_every_week_the_checkers_of_others_and_a_recovery_are_asked() -> None:
    assert [each["cron"].split()[2:4] for each in _triggers("weekly")["schedule"]] == [["*", "*"]]
    does = {job.name: list(runs(job)) for job in jobs("weekly")}
    assert does["audit"] == ["make audit"]
    assert does["apiserver"] == ["make apiserver"]
    assert does["provider"] == ["make provider"]
    assert does["pulumi-sdk"] == ["make sdk"]
    assert does["recovery"] == ["make recover WHAT=check"]


def _triggers(workflow: str) -> Any:
    return read(workflow)[True]  # type: ignore[index]  # YAML 1.1 takes the key `on` for a truth value


def test_dependencies_are_renewed_by_somebody() -> None:
    updates: Any = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    assert [each["package-ecosystem"] for each in updates] == ["github-actions"]
    assert any("make lock UPGRADE=1" in run for job in jobs("weekly") for run in runs(job))

"""K8S-6 and what runs by the clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.recorder import Recording, Resource
from tests.support.recordings import recording_of, system_recording

JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SNAPSHOT = "aws:rds/snapshot:Snapshot"


def _command(job: dict[str, Any]) -> list[str]:
    (container,) = job["template"]["spec"]["containers"]
    command: list[str] = container["command"]
    return command


@pytest.mark.contract("K8S-6")
def test_every_rollout_waits_for_the_migration(each: Recording) -> None:
    last = list(each.of(JOB).values())[-1]
    for name, deployment in each.of(DEPLOYMENT).items():
        assert last.urn in deployment.depends_on or name == "reloader"


@pytest.mark.contract("K8S-6")
def test_staging_tries_the_migration_out_before_it_applies_it(staging: Recording) -> None:
    dry_run, migration = staging.of(JOB).values()
    assert _command(dry_run.inputs["spec"]) == ["npx", "prisma", "migrate", "status"]
    assert _command(migration.inputs["spec"]) == ["npx", "prisma", "migrate", "deploy"]
    assert dry_run.urn in migration.depends_on


@pytest.mark.contract("K8S-6")
def test_prods_migration_waits_for_a_snapshot_of_the_database(like_prod: Recording) -> None:
    snapshot = like_prod.one(SNAPSHOT, "before-migration")
    *tried_out, migration = like_prod.of(JOB).values()
    assert snapshot.urn in migration.depends_on
    # What changes nothing is tried out meanwhile.
    assert not any(snapshot.urn in job.depends_on for job in tried_out)


@pytest.mark.contract("K8S-6")
def test_another_version_is_migrated_to_anew_and_each_attempt_has_names_of_its_own(prod: Recording) -> None:
    version = "10e08a419e85"  # the digest that Pulumi.prod.yaml has for the api begins like this
    attempt = prod.one("random:index/randomId:RandomId", "release")
    assert attempt.inputs["keepers"] == {"version": version}
    name = f"{version}-0a1b2c"
    (job,) = prod.of(JOB).values()
    assert job.inputs["metadata"]["name"] == f"migrate-{name}"
    assert (
        prod.one(SNAPSHOT, "before-migration").inputs["dbSnapshotIdentifier"]
        == f"triangle-prod-before-{name}"
    )


@pytest.mark.contract("K8S-6")
def test_a_migration_that_fails_is_not_tried_again(each: Recording) -> None:
    for job in each.of(JOB).values():
        assert job.inputs["spec"]["backoffLimit"] == 0
        assert job.inputs["spec"]["template"]["spec"]["restartPolicy"] == "Never"


@pytest.mark.contract("K8S-6")
def test_a_migration_that_hangs_ends_and_what_starts_too_late_is_left_out(each: Recording) -> None:
    for job in each.of(JOB).values():
        assert job.inputs["spec"]["activeDeadlineSeconds"] == 900
    late = each.one(CRON_JOB, "remove-expired-uploads").inputs["spec"]["startingDeadlineSeconds"]
    # With less than 10 s a CronJob may never run, as its controller looks that often (CronJob's limitations).
    assert 10 < late <= 300


@pytest.mark.contract("K8S-6")
def test_the_next_deployment_of_the_same_version_runs_a_failed_migration_anew(each: Recording) -> None:
    for job in each.of(JOB).values():
        assert job.inputs["metadata"]["annotations"]["pulumi.com/replaceUnready"] == "true"


@pytest.mark.contract("ENV-3")
@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ("dev", ["npx", "prisma", "migrate", "dev"]),
        ("staging", ["npm", "run", "db:deploy"]),
        ("prod", ["npm", "run", "db:deploy"]),
    ],
)
def test_the_schema_is_migrated_as_the_runbook_says(environment: str, command: list[str]) -> None:
    jobs = system_recording("escrow", environment).of(JOB)
    assert _command(list(jobs.values())[-1].inputs["spec"]) == command


def test_a_schedule_runs_once_at_a_time_and_leaves_a_history(each: Recording) -> None:
    spec = each.one(CRON_JOB, "remove-expired-uploads").inputs["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (
        "30 3 * * *",
        "Etc/UTC",
        "Forbid",
    )
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (3, 5)
    # The next run is its next attempt.
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0


@pytest.mark.contract("K8S-6")
def test_a_job_is_its_service_with_another_command(each: Recording) -> None:
    """The same image, identity, secrets and variables; the sizes of its pool alone are its own.

    A migration is told of no switch: whoever turns one would wait for it.
    """
    services = each.of(DEPLOYMENT)
    specs = [(spec, resource.type == JOB) for resource, spec in _jobs(each)]
    of_services = [(spec["template"]["spec"], migrates) for spec, migrates in specs]
    of_services = [one for one in of_services if one[0]["serviceAccountName"] in services]
    assert {migrates for _, migrates in of_services} == {True, False}
    for pod, migrates in of_services:
        served = services[pod["serviceAccountName"]].inputs["spec"]["template"]["spec"]
        (own,), (of_service,) = pod["containers"], served["containers"]
        assert own["image"] == of_service["image"]
        assert _variables(own) == _variables(of_service, switches=not migrates)
        assert pod["volumes"] == served["volumes"]
        assert own["volumeMounts"] == of_service["volumeMounts"]


def _variables(container: dict[str, Any], *, switches: bool = True) -> list[dict[str, Any]]:
    left_out = ("DATABASE_POOL_M",) if switches else ("DATABASE_POOL_M", "FEATURE_")
    return [entry for entry in container["env"] if not entry["name"].startswith(left_out)]


@pytest.mark.contract("DB-4")
def test_a_job_opens_fewer_connections_than_a_service(each: Recording) -> None:
    (container,) = list(each.of(JOB).values())[-1].inputs["spec"]["template"]["spec"]["containers"]
    sizes = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert sizes["DATABASE_POOL_MAX"] == "5"


def test_jobs_are_not_taken_for_pods_of_their_service(each: Recording) -> None:
    selector = each.one(DEPLOYMENT, "api").inputs["spec"]["selector"]["matchLabels"]
    for job in each.of(JOB).values():
        labels = job.inputs["spec"]["template"]["metadata"]["labels"]
        assert not selector.items() <= labels.items()


@pytest.mark.contract("K8S-6")
def test_dev_takes_no_snapshot_before_a_migration() -> None:
    assert not recording_of("dev").perhaps(SNAPSHOT)


def _job_specs(recording: Recording) -> list[dict[str, Any]]:
    return [spec for _, spec in _jobs(recording)]


def _jobs(recording: Recording) -> list[tuple[Resource, dict[str, Any]]]:
    """What runs to its end, with its specification: migrations, which are Jobs themselves, and all others."""
    jobs = [(job, job.inputs["spec"]) for job in recording.of(JOB).values()]
    return jobs + [(it, it.inputs["spec"]["jobTemplate"]["spec"]) for it in recording.of(CRON_JOB).values()]


@pytest.mark.contract("K8S-6")
def test_nodes_that_could_be_saved_wait_for_jobs(each: Recording) -> None:
    for spec in _job_specs(each):
        # Karpenter's documentation, "Pod-Level Controls"; Auto Mode has the same.
        assert spec["template"]["metadata"]["annotations"] == {"karpenter.sh/do-not-disrupt": "true"}
    for deployment in each.of(DEPLOYMENT).values():
        # A service's pods may move: they are several, and leave one at a time.
        assert "annotations" not in deployment.inputs["spec"]["template"]["metadata"]


EVICTED = {"type": "DisruptionTarget", "status": "True"}


@pytest.mark.contract("K8S-6")
@pytest.mark.parametrize(
    ("exit_code", "conditions", "action"),
    [
        pytest.param(1, [], "FailJob", id="the command failed"),
        pytest.param(143, [EVICTED], "FailJob", id="evicted half-way"),
        pytest.param(
            None,
            [EVICTED, {"type": "ContainersReady", "status": "True"}],
            "FailJob",
            id="running on a node that was lost",
        ),
        pytest.param(
            None,
            [EVICTED, {"type": "ContainersReady", "status": "False"}],
            "Ignore",
            id="evicted before it began",
        ),
    ],
)
def test_a_job_is_never_run_a_second_time_after_it_has_begun(
    each: Recording, exit_code: int | None, conditions: list[dict[str, str]], action: str
) -> None:
    for spec in _job_specs(each):
        assert _action(spec["podFailurePolicy"]["rules"], exit_code, conditions) == action
        # Kubernetes takes no other condition on what has ended well (PodFailurePolicyOnExitCodesRequirement).
        assert spec["podFailurePolicy"]["rules"][0]["onExitCodes"] == {"operator": "NotIn", "values": [0]}


def _action(rules: list[dict[str, Any]], exit_code: int | None, conditions: list[dict[str, str]]) -> str:
    """What the Job controller does with a failed pod: the first rule that fits (Job's API reference)."""
    for rule in rules:
        codes = rule.get("onExitCodes")
        if codes and exit_code is not None and exit_code not in codes["values"]:
            assert codes["operator"] == "NotIn"
            return str(rule["action"])
        if any(pattern in conditions for pattern in rule.get("onPodConditions", ())):
            return str(rule["action"])
    return "Count"


def _suspended(recording: Recording) -> dict[str, dict[str, Any]]:
    found = {name: job.inputs["spec"] for name, job in recording.of(CRON_JOB).items()}
    return {name: spec for name, spec in found.items() if spec.get("suspend")}


@pytest.mark.contract("DR-8")
def test_a_job_exists_where_it_is_declared_and_nowhere_else() -> None:
    incident = {"escrow-retry", "escrow-rollback"}
    # The restore test's own, in a namespace of its own (tests/program/test_restored_application.py), is no
    # job that a person starts.
    of_restore_test = {"restored-application"}
    assert _suspended(system_recording("escrow", "dev")).keys() == {"admin-seed", *incident}
    assert _suspended(system_recording("escrow", "prod")).keys() == incident | of_restore_test


@pytest.mark.contract("DR-7", "DR-8")
def test_a_job_never_runs_by_itself_and_never_twice() -> None:
    spec = _suspended(system_recording("node", "prod"))["sqlite-cutover"]
    assert (spec["suspend"], spec["schedule"]) == (True, "0 0 31 2 *")
    template = spec["jobTemplate"]["spec"]
    assert template["backoffLimit"] == 0
    assert template["template"]["spec"]["restartPolicy"] == "Never"
    assert template["template"]["spec"]["serviceAccountName"] == "api"


@pytest.mark.contract("DR-7")
def test_a_cutover_waits_for_no_migration_and_no_service_waits_for_it() -> None:
    """It brings the data of the release that comes after it: what serves goes on serving when it fails."""
    recording = system_recording("node", "prod")
    cutover = recording.one(CRON_JOB, "sqlite-cutover")
    migrations = {job.urn for job in recording.of(JOB).values()}
    assert not migrations & set(cutover.depends_on)
    assert all(cutover.urn not in each.depends_on for each in recording.of(DEPLOYMENT).values())


@pytest.mark.contract("DR-7")
def test_the_cutover_ends_well_only_when_its_counts_are_right() -> None:
    spec = _suspended(system_recording("node", "prod"))["sqlite-cutover"]
    command = _command(spec["jobTemplate"]["spec"])
    assert command[:2] == ["sh", "-c"]
    migrate, validate = command[2].split(" && ")
    assert (migrate, validate) == ("npm run migrate:sqlite-to-postgres", "npm run ops:db:validate-integrity")

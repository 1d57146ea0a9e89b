"""Every environment comes up on the real engine: the same program, the same stack files as on AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto.rds.models import rds_backends

from infra.configuration.add_ons import OBSERVABILITY
from rehearsal.inventory import Inventory
from rehearsal.kubernetes import Installed
from rehearsal.outcome import EngineError, Result
from rehearsal.session import Session
from rehearsal.workspace.journal import Journal
from rehearsal.workspace.workspace import ENVIRONMENTS, Workspace
from tests.support.checkout import copy_program, replace_text

pytestmark = pytest.mark.engine

DATABASE = "aws:rds/instance:Instance"
# staging and prod protect their data; dev is thrown away at will.
PROTECTED = ("staging", "prod")


@dataclass(frozen=True)
class Deployed:
    """An environment that has come up, and what the engine said about it, then and in a second preview."""

    session: Session
    root: Path
    state: dict[str, Any]
    output: str
    second: Result

    @property
    def environment(self) -> str:
        return self.session.environment

    @property
    def cluster(self) -> str:
        (name,) = self.session.clusters.names()
        return name

    def urn(self, resource_type: str, name: str) -> str:
        (urn,) = [
            resource["urn"]
            for resource in self.state["deployment"]["resources"]
            if resource["type"] == resource_type
            and resource["urn"].endswith(f"::{name}")
            and "groundwork:place:Recovery" not in resource["urn"]
        ]
        return str(urn)

    def release(self, digit: str) -> None:
        """Makes images of another digest what the stack file has for the services."""
        stack_file = self.root / f"Pulumi.{self.environment}.yaml"
        image = f"sha256:{digit * 64}"
        text = re.sub(r"(    (?:api|worker): )\S+", rf"\g<1>{image}", stack_file.read_text(encoding="utf-8"))
        stack_file.write_text(text, encoding="utf-8")
        self.session.use_program(self.root)

    def made_for_releases(self) -> list[str]:
        """The names of the Jobs and snapshots that are there."""
        objects = [stored.live for stored in self.session.clusters.cluster(self.cluster).objects()]
        snapshots = self.call("rds", "describe_db_snapshots")["DBSnapshots"]
        return sorted(
            [
                *(o["metadata"]["name"] for o in objects if o["kind"] == "Job"),
                *(s["DBSnapshotIdentifier"] for s in snapshots if s["SnapshotType"] == "manual"),
            ]
        )

    def target_groups(self) -> list[str]:
        """The ARNs of the load balancer's target groups."""
        groups = self.call("elbv2", "describe_target_groups")["TargetGroups"]
        return sorted(each["TargetGroupArn"] for each in groups)

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        return self.session.cloud.call(service, self.session.region, operation, **parameters)


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def deployed(
    request: pytest.FixtureRequest, engine: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """One `up` that all tests of an environment look at; those that change it come last."""
    environment = request.param
    root = copy_program(tmp_path_factory.mktemp(environment))
    workspace = Workspace(tmp_path_factory.mktemp("workspace") / environment, environment)
    with Session(root, environment, engine, workspace, checkpoints=False) as session:
        result = session.up()
        state, second = session.export(), session.preview(options=["--diff"])
        yield Deployed(session, root, state, result.output, second)


def test_a_second_preview_is_empty(deployed: Deployed) -> None:
    assert deployed.second.changes == {}


def test_a_refresh_of_what_the_journal_brings_back_finds_no_drift(deployed: Deployed) -> None:
    cloud = deployed.session.cloud
    cloud.stop()
    cloud.start()
    refreshed = deployed.session.refresh(options=["--diff"])
    assert refreshed.changes == {}, refreshed.output


def test_every_aws_type_is_really_made_or_known_to_be_recorded(deployed: Deployed) -> None:
    assert Inventory.of(deployed.state).undescribed == {}


def test_the_database_in_the_cloud_is_what_the_stack_file_says(deployed: Deployed) -> None:
    (database,) = deployed.call("rds", "describe_db_instances")["DBInstances"]
    assert database["Engine"] == "postgres"
    assert database["StorageEncrypted"] is True
    assert database["PreferredBackupWindow"].startswith("02:00")
    assert database["MultiAZ"] is (deployed.environment in PROTECTED)
    assert database["DeletionProtection"] is (deployed.environment in PROTECTED)
    assert database["BackupRetentionPeriod"] == (30 if deployed.environment in PROTECTED else 1)


def test_cache_and_queue_are_two_redis(deployed: Deployed) -> None:
    groups = deployed.call("elasticache", "describe_replication_groups")["ReplicationGroups"]
    assert len(groups) == 2
    assert all(group["TransitEncryptionEnabled"] and group["AtRestEncryptionEnabled"] for group in groups)


def test_every_bucket_in_the_cloud_is_versioned_and_closed(deployed: Deployed) -> None:
    buckets = [bucket["Name"] for bucket in deployed.call("s3", "list_buckets")["Buckets"]]
    assert len(buckets) >= 6
    for bucket in buckets:
        assert deployed.call("s3", "get_bucket_versioning", Bucket=bucket)["Status"] == "Enabled"
        block = deployed.call("s3", "get_public_access_block", Bucket=bucket)
        assert all(block["PublicAccessBlockConfiguration"].values())


def test_the_cluster_is_there_with_all_its_logs(deployed: Deployed) -> None:
    (name,) = deployed.call("eks", "list_clusters")["clusters"]
    cluster = deployed.call("eks", "describe_cluster", name=name)["cluster"]
    enabled = [kind for entry in cluster["logging"]["clusterLogging"] for kind in entry["types"]]
    assert set(enabled) == {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def test_every_service_runs_in_the_cluster_beside_what_restarts_it(deployed: Deployed) -> None:
    objects = [stored.live for stored in deployed.session.clusters.cluster(deployed.cluster).objects()]
    deployments = {o["metadata"]["name"] for o in objects if o["kind"] == "Deployment"}
    assert deployments == {"api", "worker", "admin", "reloader"}


def test_the_cluster_knows_what_eks_has_put_into_it_also_in_the_next_session(deployed: Deployed) -> None:
    session, name = deployed.session, f"triangle-{deployed.environment}"
    kept = Installed()
    entries = Journal(session.workspace.journal).entries()
    kept.replay(entry["change"] for entry in entries if entry["kind"] == "installed")
    for installed in (session.installed, kept):
        agent = installed.add_on(name, OBSERVABILITY)
        assert agent is not None
        # What is put into pods of the services: credentials, and nothing to observe them with.
        assert agent.setting("manager.applicationSignals.autoMonitor.monitorAllServices", True) is False
        for service in ("api", "worker", "admin"):
            assert installed.has_identity(name, "triangle", service)


def test_no_generated_secret_is_in_state_output_or_preview(deployed: Deployed) -> None:
    secrets = deployed.call("secretsmanager", "list_secrets")["SecretList"]
    values = []
    for secret in secrets:
        if not secret.get("SecretVersionsToStages"):
            continue  # a person sets this one's value
        answer = deployed.call("secretsmanager", "get_secret_value", SecretId=secret["ARN"])
        values.extend(_texts(answer["SecretString"]))
    assert len(values) >= 4
    outputs = json.dumps(deployed.session.outputs())
    shown = json.dumps(deployed.state) + deployed.output + deployed.second.output + outputs
    assert [value for value in values if value in shown] == []


def _texts(value: str) -> list[str]:
    """The passwords in a secret: itself, or the values of its JSON that are long enough to be one."""
    try:
        fields = json.loads(value)
    except ValueError:
        return [value]
    return [str(field) for key, field in fields.items() if "password" in key.lower() or "url" in key.lower()]


def test_a_longer_retention_is_a_change_in_place_and_a_component_that_has_moved_is_none(
    deployed: Deployed,
) -> None:
    """Together, as a pull request has them: what the retention changes is all that changes."""
    infra = deployed.root / "infra"
    (infra / "data" / "redis.py").rename(infra / "caching.py")
    for importing in infra.rglob("*.py"):
        text = importing.read_text(encoding="utf-8")
        importing.write_text(text.replace("infra.data.redis", "infra.caching"), encoding="utf-8")
    stack_file = deployed.root / f"Pulumi.{deployed.environment}.yaml"
    before = "backupRetention: 30" if deployed.environment in PROTECTED else "backupRetention: 1"
    replace_text(stack_file, before, "backupRetention: 35")
    deployed.session.use_program(deployed.root)
    changes = deployed.session.up().changes
    # The database and the plan of its backups. In prod the buckets' plan and the replica too, and the copies
    # of the backups are made anew; the vaults' locks stay as they are: once locked, AWS takes no change.
    in_prod = deployed.environment == "prod"
    assert changes == ({"update": 4, "replace": 1} if in_prod else {"update": 2})
    (database,) = deployed.call("rds", "describe_db_instances")["DBInstances"]
    assert database["BackupRetentionPeriod"] == 35
    if in_prod:
        vault = deployed.call("backup", "describe_backup_vault", BackupVaultName="triangle-prod")
        assert vault["Locked"] is True


def test_a_new_version_is_migrated_to_before_it_rolls_out(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _in_the_backup_window(deployed, monkeypatch)
    deployed.release("5")
    changes = deployed.session.up().changes
    # The daily backup is under way at first: the release waits for it.
    assert len(asked) == (3 if deployed.environment in PROTECTED else 0)
    jobs = 2 if deployed.environment == "staging" else 1
    snapshots = 1 if deployed.environment in PROTECTED else 0
    # api, worker and the scheduled job run the new image; the daily check has the stack file with it.
    assert changes == {"replace": 1 + jobs + snapshots, "update": 4}
    assert [re.sub("-[0-9a-f]{6}$", "", name) for name in deployed.made_for_releases()] == [
        *([f"migrate-{'5' * 12}", f"migrate-dry-run-{'5' * 12}"][:jobs]),
        *([f"triangle-{deployed.environment}-before-{'5' * 12}"][:snapshots]),
    ]


@pytest.mark.contract("K8S-5")
def test_a_service_on_another_port_stays_behind_its_target_group(deployed: Deployed) -> None:
    """Another group has no target for a while, and a binding cannot be moved to it."""
    before = deployed.target_groups()
    system = deployed.root / "system.yaml"
    system.write_text(
        system.read_text(encoding="utf-8").replace("port: 8080", "port: 8081"), encoding="utf-8"
    )
    deployed.session.use_program(deployed.root)
    deployed.session.up()
    assert deployed.session.preview().changes == {}
    assert deployed.target_groups() == before


@pytest.mark.contract("K8S-5", "K8S-6")
def test_going_back_after_a_failed_release_is_a_release_like_any_other(deployed: Deployed) -> None:
    """A, a failing B, A: B's snapshot and Jobs go last, and A's first ones are still there meanwhile."""
    if deployed.environment != "staging":
        return  # the only one with a snapshot and two Jobs; the others have some of them
    before = deployed.made_for_releases()
    pods = deployed.root / "infra" / "kubernetes" / "pods.py"
    deadline = '"progress_deadline_seconds": '
    replace_text(pods, f"{deadline}PROGRESS", f'{deadline}"refused" or PROGRESS')
    deployed.release("6")
    with pytest.raises(EngineError, match="progressDeadlineSeconds"):
        deployed.session.up()
    assert len(deployed.made_for_releases()) == 2 * len(before)
    replace_text(pods, '"refused" or ', "")
    deployed.release("5")
    deployed.session.up()
    assert deployed.session.preview().changes == {}
    after = deployed.made_for_releases()
    assert [name[:-6] for name in after] == [name[:-6] for name in before]
    assert not set(after) & set(before)


def _in_the_backup_window(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """RDS backs the database up until a snapshot is asked for the third time; gives what is asked."""
    busy = deployed.root / "infra" / "foundations" / "busy.py"
    replace_text(busy, "SECONDS_UNTIL_NEXT_ATTEMPT = 60", "SECONDS_UNTIL_NEXT_ATTEMPT = 0")
    (name,) = [
        one["DBInstanceIdentifier"] for one in deployed.call("rds", "describe_db_instances")["DBInstances"]
    ]
    database = rds_backends[deployed.session.cloud.account][deployed.session.region].databases[name]
    database.status = "backing-up"
    asked: list[str] = []

    def free_at_last(_service: str, operation: str) -> None:
        if operation == "create_db_snapshot":
            asked.append(operation)
            database.status = "available" if len(asked) == 3 else "backing-up"

    monkeypatch.setattr(deployed.session.cloud, "before_call", free_at_last)
    return asked


def test_replacing_a_protected_database_is_refused(deployed: Deployed) -> None:
    options = ["--target-replace", deployed.urn(DATABASE, "database")]
    if deployed.environment not in PROTECTED:
        assert deployed.session.preview(options=options).changes["replace"] >= 1
        return
    with pytest.raises(EngineError, match="currently marked for protection"):
        deployed.session.up(options=options)
    assert len(deployed.call("rds", "describe_db_instances")["DBInstances"]) == 1


def test_destroy_removes_dev_and_is_refused_elsewhere_before_anything_is_gone(deployed: Deployed) -> None:
    if deployed.environment in PROTECTED:
        before = len(deployed.session.export()["deployment"]["resources"])
        with pytest.raises(EngineError, match="protected"):
            deployed.session.destroy()
        assert len(deployed.session.export()["deployment"]["resources"]) == before
        return
    deployed.session.destroy()
    assert deployed.session.export()["deployment"].get("resources", []) == []
    assert deployed.call("rds", "describe_db_instances")["DBInstances"] == []
    assert deployed.call("s3", "list_buckets")["Buckets"] == []
    assert deployed.call("eks", "list_clusters")["clusters"] == []
    # What was destroyed can come up again: no name is still taken.
    deployed.session.up()
    assert deployed.session.preview().changes == {}


@pytest.mark.contract("DB-2", "ALM-13")
def test_a_primary_restored_under_its_name_is_not_left_without_a_replica_unnoticed(
    deployed: Deployed,
) -> None:
    """The last of them, since it leaves the replica of another primary."""
    if deployed.environment != "prod":
        return  # the others have no replica
    backend = rds_backends[deployed.session.cloud.account][deployed.session.region]
    (primary,) = backend.databases.values()
    primary.dbi_resource_id = "db-RESTORED"
    looked_at = ["--target", deployed.urn(DATABASE, "database")]
    deployed.session.refresh(options=looked_at)
    with pytest.raises(EngineError, match="database: unable to replace"):
        deployed.session.preview()

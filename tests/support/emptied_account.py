"""A new account and the backup account, both as embedded AWS, and an engine that deploys what a test needs.

Every test has a system of another name, so that all of them share two accounts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER, Snapshot, sealed
from infra import iam
from infra.configuration import Configuration
from infra.configuration.backup_account import COPY_ROLE, RESTORE
from infra.configuration.buckets import BACKUPS, STATE, STATE_FOLDER, backed_up
from infra.configuration.files import read_environment
from infra.configuration.generations import Generations
from infra.configuration.strict_yaml import parse
from infra.naming import Naming, bucket_arn
from operations.recovery.account import AccountRecovery, Surroundings, outside_of, recovered
from operations.recovery.backup_account import BackupAccount
from operations.recovery.instances import LATEST, RECOVERY_TAG
from operations.recovery.pulumi import Pulumi
from operations.recovery.run import Run, Runs
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock, Recovery
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.moto_backup_points import find_vault, points_of
from tests.support.account_parts import KEPT, NEW, REGION, Database, Engine, Pods, Wire
from tests.support.backup_accounts import TRUST, allowing, shared_key
from tests.support.checkout import ROOT
from tests.support.images import push

_numbers = count(1)


@cache
def _declared() -> Configuration:
    return read_environment(ROOT, "prod", today=date.min)


def prod() -> Configuration:
    """prod, of these two accounts, with a name of its own."""
    found = _declared()
    settings = replace(found.settings, account=NEW, backup_account=KEPT)
    name = f"triangle{next(_numbers)}"
    return replace(found, settings=settings, system=replace(found.system, name=name))


class World:
    """Both accounts, the engine and the cluster.

    Args:
        new: the account that is built again.
        kept: the backup account.
        wire: clients of both.
        folder: of this machine, with the stack file.
    """

    def __init__(self, new: Cloud, kept: Cloud, wire: Wire, folder: Path) -> None:
        self.new, self.kept, self.wire, self.folder = new, kept, wire, folder
        self.pods, self.database = Pods(), Database()
        self.opens_vault, self.has_zone, self.without, self.locked = True, False, "", ""
        configuration = prod()
        self.naming, self.outside = configuration.naming.in_home, _outside(configuration)
        self._make_role(configuration.system.access.deploy)
        self._keep_everything(configuration)
        image = self._push(configuration)
        self.images = MappingProxyType(dict.fromkeys(configuration.images, image))
        self.configuration = replace(configuration, images=self.images)
        self.file = folder / "Pulumi.prod.yaml"
        self.file.write_text((ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        # Each at a second of its own: recoveries are named by it, and AWS Backup takes such a name once.
        self.time = [datetime.now(UTC).timestamp() + 3600 + next(_numbers)]
        self.clock = Clock(lambda: self.time[0], self._pass)
        self.engine = Engine(self.file, self._deploy, self.time)

    def _pass(self, seconds: float) -> None:
        self.time[0] += seconds

    def _make_role(self, name: str) -> None:
        """Of what `bootstrap` makes: whoever deploys. One for all tests."""
        with suppress(self.new.client("iam", REGION).exceptions.EntityAlreadyExistsException):
            self.new.call("iam", REGION, "create_role", RoleName=name, AssumeRolePolicyDocument=TRUST)

    # what the backup account keeps
    def _keep_everything(self, configuration: Configuration) -> None:
        kept, name = self.kept, self.outside.prefix
        policy = shared_key(KEPT, NEW)
        self.key = kept.call("kms", REGION, "create_key", Policy=policy)["KeyMetadata"]["Arn"]
        kept.call("backup", REGION, "create_backup_vault", BackupVaultName=name, EncryptionKeyArn=self.key)
        role = self.outside.named(COPY_ROLE)
        kept.call("iam", REGION, "create_role", RoleName=role, AssumeRolePolicyDocument=TRUST)
        for bucket in (BACKUPS, *backed_up()):
            self._keep_bucket(self.outside.bucket(bucket), configuration)
        for repository in self._repositories(configuration):
            kept.call("ecr", REGION, "create_repository", repositoryName=repository)
            text = _pull_from(NEW)
            kept.call("ecr", REGION, "set_repository_policy", repositoryName=repository, policyText=text)

    def _keep_bucket(self, name: str, configuration: Configuration) -> None:
        """As the program of the backup account declares it: whoever deploys reads it."""
        make_bucket(self.kept, name)
        role = configuration.naming.role_arn(configuration.system.access.deploy)
        policy = iam.document(*iam.read_by_role(self.naming.root_arn, role, bucket_arn(name)))
        self.kept.call("s3", REGION, "put_bucket_policy", Bucket=name, Policy=policy)

    def _repositories(self, configuration: Configuration) -> list[str]:
        services = configuration.system.services.values()
        return sorted({f"{self.naming.system}/{each.repository}" for each in services})

    def _push(self, configuration: Configuration) -> str:
        pushed = {
            push(self.kept, REGION, each, "prod-1a2b3c4", b"{}", b"layer")
            for each in self._repositories(configuration)
        }
        (image,) = pushed
        return image

    def keep_night(self) -> None:
        """The copies of a night: two secrets and two files beside the database."""
        self.keep_database(self.now - timedelta(hours=9))
        values = {"stripe_secret_key": "sk_of_people", "sentry_dsn": "dsn"}
        self.keep_secrets(self.now - timedelta(days=2), **values)
        self.keep_file("documents", "offer.pdf", "an offer", self.now - timedelta(days=3))
        self.keep_file("photos", "roof.jpg", "a roof", self.now - timedelta(hours=8))

    def keep_database(self, made: datetime) -> str:
        """A copy of the database, as AWS Backup keeps it there; the name of the recovery point."""
        name = f"{self.outside.prefix}-source-{next(_numbers)}"
        created = self.kept.call(
            "rds",
            REGION,
            "create_db_instance",
            DBInstanceIdentifier=name,
            Engine="postgres",
            EngineVersion=self.configuration.settings.database.version,
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="triangle",
            MasterUserPassword="password-1",
            DBName="app",
            StorageEncrypted=True,
            KmsKeyId=self.key,
        )
        job = self.kept.call(
            "backup",
            REGION,
            "start_backup_job",
            BackupVaultName=self.outside.prefix,
            ResourceArn=created["DBInstance"]["DBInstanceArn"],
            IamRoleArn=self.outside.role_arn(self.outside.named(COPY_ROLE)),
        )
        point = str(job["RecoveryPointArn"])
        points_of(find_vault(self.outside.vault_arn))[point]["CreationDate"] = made.timestamp()
        return point

    def keep_secrets(self, made: datetime, **values: str) -> str:
        """A snapshot of secrets (underscores for hyphens); its key."""
        named = {name.replace("_", "-"): value for name, value in values.items()}
        snapshot = Snapshot(self.naming.system, "prod", made.isoformat(), named)
        key, client = snapshot.key_in(OUTSIDE_FOLDER), self.kept.client("kms", REGION)
        self._put(self.outside.bucket(BACKUPS), key, sealed(snapshot, client, self.key), made)
        return key

    def keep_state(self, made: datetime, *resources: Mapping[str, Any], body: bytes = b"") -> str:
        """The engine's state of a time, as it writes it and S3 has copied it there; its key."""
        name, key = self.outside.bucket(STATE.name), f"{STATE_FOLDER}groundwork/prod.json"
        if name not in s3_backends[KEPT]["aws"].buckets:
            make_bucket(self.kept, name)
        checkpoint = {"stack": "organization/groundwork/prod", "latest": {"resources": list(resources)}}
        stored = json.dumps({"version": 3, "checkpoint": checkpoint}).encode()
        self._put(name, key, body or stored, made)
        return key

    def keep_file(self, bucket: str, key: str, body: str, made: datetime, **more: Any) -> None:
        """A customer's file, as S3 has copied it there."""
        self._put(self.outside.bucket(bucket), key, body.encode(), made, **more)

    @staticmethod
    def lock(account: str, name: str) -> None:
        """Versions of a bucket can be locked from now on, and are for a week by themselves."""
        bucket = s3_backends[account]["aws"].buckets[name]  # moto's API locks no bucket with files in it
        lock = {"default_lock_mode": "GOVERNANCE", "default_lock_days": 7}
        vars(bucket).update(object_lock_enabled=True, **lock)

    def hide_file(self, bucket: str, key: str, made: datetime) -> None:
        """A customer has deleted it."""
        name = self.outside.bucket(bucket)
        self.kept.call("s3", REGION, "delete_object", Bucket=name, Key=key)
        self.stored(name, key)[-1].last_modified = made.replace(tzinfo=None)

    def _put(self, bucket: str, key: str, body: bytes, made: datetime, **more: Any) -> None:
        self.kept.call("s3", REGION, "put_object", Bucket=bucket, Key=key, Body=body, **more)
        # moto's times are in UTC and do not say so.
        self.stored(bucket, key)[-1].last_modified = made.replace(tzinfo=None)

    def stored(self, bucket: str, key: str, account: str = KEPT) -> list[Any]:
        """The versions of a key, as moto has them."""
        found: list[Any] = s3_backends[account]["aws"].buckets[bucket].keys.getlist(key)
        return found

    # what deployments make
    def _deploy(self, without: tuple[str, ...]) -> None:
        self._lay_foundations()
        for name in self.instances():
            arn = f"arn:aws:rds:{REGION}:{NEW}:db:{name}"
            self.new.call(
                "rds", REGION, "remove_tags_from_resource", ResourceName=arn, TagKeys=[RECOVERY_TAG]
            )
        if not any("Deployment" in each for each in without):
            self.pods.ready = True

    def _lay_foundations(self) -> None:
        if self._stands:
            return
        self._lay_network()
        name = self.naming.named(RESTORE)
        key = self.new.call("kms", REGION, "create_key")["KeyMetadata"]["Arn"]
        self.new.call("backup", REGION, "create_backup_vault", BackupVaultName=name, EncryptionKeyArn=key)
        if self.opens_vault:
            self.open_vault()
        if self.has_zone:
            domain = self.configuration.domain
            self.new.call("route53", REGION, "create_hosted_zone", Name=domain, CallerReference=name)
        for bucket in backed_up():
            make_bucket(self.new, self.naming.bucket(bucket))
        if self.locked:
            self.lock(NEW, self.locked)
        for secret in {*self.configuration.system.secrets, "database"} - {self.without}:
            self.new.call("secretsmanager", REGION, "create_secret", Name=self.naming.secret(secret))
        for repository in self._repositories(self.configuration):
            self.new.call("ecr", REGION, "create_repository", repositoryName=repository)

    @property
    def _stands(self) -> bool:
        return self.naming.named("database") in rds_backends[NEW][REGION].subnet_groups

    def _lay_network(self) -> None:
        name = self.naming.named("database")
        vpc = self.new.call("ec2", REGION, "create_vpc", CidrBlock="10.24.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            self.new.call(
                "ec2",
                REGION,
                "create_subnet",
                VpcId=vpc,
                CidrBlock=f"10.24.{number}.0/24",
                AvailabilityZone=f"{REGION}{zone}",
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate("ab")
        ]
        self.new.call("ec2", REGION, "create_security_group", GroupName=name, Description=name, VpcId=vpc)
        self.new.call(
            "rds",
            REGION,
            "create_db_subnet_group",
            DBSubnetGroupName=name,
            DBSubnetGroupDescription=name,
            SubnetIds=subnets,
        )
        version = self.configuration.settings.database.version
        self.new.call(
            "rds",
            REGION,
            "create_db_parameter_group",
            DBParameterGroupName=self.naming.named(f"postgres{version}"),
            DBParameterGroupFamily=f"postgres{version}",
            Description=name,
        )

    def open_vault(self) -> None:
        """The vault lets copies in, as its policy does that the program declares."""
        name = self.naming.named(RESTORE)
        self.new.call(
            "backup", REGION, "put_backup_vault_access_policy", BackupVaultName=name, Policy=allowing(KEPT)
        )

    # the command
    def recovery(self) -> AccountRecovery:
        """As the command makes it, of what the stack file says by now."""
        after = recovered(self._as_written())
        outside = self.wire.connection(KEPT)
        backup_account = BackupAccount(outside_of(after), outside, after.naming.restore_vault_arn)
        given = Surroundings(
            self.wire.connection(NEW),
            backup_account,
            cast(Pulumi, self.engine),
            self.file,
            self.folder / "recoveries",
        )
        return AccountRecovery(after, given, self.clock)

    def _as_written(self) -> Configuration:
        """With the generations of the stack file."""
        section = parse(self.file.read_text(encoding="utf-8"))["config"]["groundwork:database"]
        generations = Generations(section.get("generation", 1), retired=tuple(section.get("retired", ())))
        settings = self.configuration.settings
        database = replace(settings.database, generations=generations)
        return replace(self.configuration, settings=replace(settings, database=database))

    def runs(self, who: str = "ann") -> Runs:
        """Where recoveries are written down."""
        client = self.wire.connection(KEPT).client("s3")
        return Runs(client, self.outside.bucket(BACKUPS), who)

    def command(
        self, to: str = LATEST, *, changed: Callable[[Recovery], Recovery] = lambda plan: plan
    ) -> Run:
        """The whole command: it begins, or goes on with what is under way. `changed` may have it killed."""
        runs, one = self.runs(), self.recovery()
        run = runs.current()
        if run is not None and to != LATEST:
            one.take_another(run, to)
        if run is None:
            run = runs.begin(one.kind, one.decide(to, force=False), self.now)
        plan = changed(one.plan(run))
        carry_out(plan, run, runs, self.folder / "recoveries", lambda _: None, self.clock)
        return run

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return datetime.fromtimestamp(self.time[0], UTC)

    # what is there afterwards
    def copy_jobs(self) -> list[dict[str, Any]]:
        """Of the backup account, into this environment's vault."""
        found = self.kept.call("backup", REGION, "list_copy_jobs")["CopyJobs"]
        wanted = self.naming.restore_vault_arn
        return [each for each in found if each["DestinationBackupVaultArn"] == wanted]

    def value(self, name: str) -> str | None:
        """What an entry has in the new account; None for no value."""
        client = self.new.client("secretsmanager", REGION)
        try:
            return str(client.get_secret_value(SecretId=self.naming.secret(name))["SecretString"])
        except client.exceptions.ResourceNotFoundException:
            return None

    def shown(self, bucket: str) -> dict[str, str]:
        """What a bucket of the new account shows."""
        client, name = self.new.client("s3", REGION), self.naming.bucket(bucket)
        return {
            each["Key"]: client.get_object(Bucket=name, Key=each["Key"])["Body"].read().decode()
            for each in client.list_objects_v2(Bucket=name).get("Contents", [])
        }

    def instances(self) -> list[str]:
        """Of the environment, in the new account."""
        # Of all tests' instances AWS would tell everything, each time.
        names = rds_backends[NEW][REGION].databases
        return [each for each in names if each.startswith(self.naming.prefix)]


def _outside(configuration: Configuration) -> Naming:
    found = configuration.naming.in_home.in_backup_account
    assert found is not None
    return found


def make_bucket(cloud: Cloud, name: str) -> None:
    """A bucket that keeps versions."""
    where = {"LocationConstraint": REGION}
    cloud.call("s3", REGION, "create_bucket", Bucket=name, CreateBucketConfiguration=where)
    kept = {"Status": "Enabled"}
    cloud.call("s3", REGION, "put_bucket_versioning", Bucket=name, VersioningConfiguration=kept)


def _pull_from(account: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

"""`recover account`: everything is built again in an account that was emptied, or in a new one.

What is needed for it is in the backup account: the database, files, images and secrets.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.backup_account import BACKUP_ACCOUNT, RESTORE
from infra.configuration.file_names import NAMESPACE, stack_file_name
from infra.configuration.generations import Generations
from infra.configuration.serving import Serving
from infra.naming import Naming, Place
from operations.console import OperationError
from operations.environments import Connection
from operations.recovery import checks, engine_steps, generations_file, serving_file
from operations.recovery.account_data import AccountData
from operations.recovery.another_copy import take_another
from operations.recovery.backup_account import BackupAccount, check_reading
from operations.recovery.delegation import Delegation
from operations.recovery.emptied import check_emptied
from operations.recovery.instances import LATEST, Instances, address_of, time_of
from operations.recovery.preparation import Preparation
from operations.recovery.pulumi import Pulumi
from operations.recovery.run import Run
from operations.recovery.services import Services, reached
from operations.recovery.state_before import StateBefore, minute
from operations.recovery.steps import ChecksFailed, Clock, NowAndThen, Progress, Recovery, Step, wait_until
from timing.data.recovery import Wait

KIND = "account"

# What the first deployment leaves for the second one: the guard of the database's instances with all that
# waits for them, and pods, whose images and secrets are not there yet.
_PODS = "urn:pulumi:**kubernetes:apps/v1:Deployment::*"
_LATER = ("urn:pulumi:**pulumi:index:Stash::database-generations", _PODS)
# What people do not need; RDS makes a replica in another region for longer than all the rest takes.
_LAST = ("urn:pulumi:**groundwork:place:Recovery$**aws:rds/instance:Instance::*",)


@dataclass(frozen=True)
class Surroundings:
    """What a recovery works with.

    Args:
        connection: to the account that is built again.
        outside: to the backup account.
        pulumi: the engine.
        file: the stack file.
        folder: of this machine, where the state is kept as it was.
    """

    connection: Connection
    outside: BackupAccount
    pulumi: Pulumi
    file: Path
    folder: Path


def recovered(configuration: Configuration) -> Configuration:
    """The environment as it is afterwards: at home, with one generation of the database.

    Raises:
        OperationError: it has no backup account.
    """
    settings = configuration.settings
    if not settings.backup_account:
        raise OperationError(
            f"{stack_file_name(settings.environment)}: {NAMESPACE}{BACKUP_ACCOUNT.name}: found "
            "nothing: there are no copies of this environment in another account."
        )
    at_home = settings if settings.serving.place is Place.HOME else settings.exchanged_regions
    database = replace(at_home.database, generations=Generations(at_home.database.generations.current))
    return replace(configuration, settings=replace(at_home, serving=Serving(), database=database))


def outside_of(after: Configuration) -> Naming:
    """The names of the backup account.

    Args:
        after: see `recovered`.
    """
    found = after.naming.in_backup_account
    assert found is not None
    return found


class AccountRecovery:
    """The recovery of one environment's account.

    Args:
        after: the environment as it is afterwards; see `recovered`.
        given: what it works with.
        clock: time.
    """

    kind = KIND

    def __init__(self, after: Configuration, given: Surroundings, clock: Clock | None = None) -> None:
        self._after, self._given, self._clock = after, given, clock or Clock()
        self._naming, self._outside = after.naming, outside_of(after)
        self._instances = Instances(after, given.connection)
        self._preparation = Preparation(after, given.connection)
        self._services = Services.of(after, given.connection)
        self._data = AccountData(after, self._outside, given.connection, given.outside.bucket)
        self._delegation = Delegation(after, given.connection, given.outside, given.file)
        self._before = StateBefore(given.pulumi, given.outside, given.folder, self._naming)
        self._vaults = given.connection.client("backup")

    def decide(self, to: str, *, force: bool) -> dict[str, Any]:
        """What is there to build it of, for `Run.about`.

        Args:
            to: `latest`, or a time: of before somebody did harm.
            force: also when a database stands in the account.

        Raises:
            OperationError: the account is not empty, or there is nothing to build it of.
            OperationFailed: the account may not read the copies.
        """
        until = None if to == LATEST else time_of(to)
        current = self._after.settings.database.generations.current
        stands = check_emptied(self._instances, self._naming.account, current, force=force)
        outside, environment = self._given.outside, self._after.settings.environment.value
        check_reading(self._given.connection, outside.bucket, self._naming.account, environment)
        database, secrets = outside.newest_database(until), outside.newest_secrets(until)
        return {
            "to": (until or datetime.fromtimestamp(self._clock.now(), UTC)).isoformat(),
            "target": current + 1,
            "point": database.name,
            "databaseOf": database.made.isoformat(),
            "secrets": secrets.name,
            "secretsOf": secrets.made.isoformat(),
            **self._before.decide(until),
            "stands": stands,
        }

    def take_another(self, run: Run, to: str) -> None:
        """Goes on with another copy of the database: that of the first one is not good.

        Args:
            run: the recovery.
            to: the time of the newest copy that is wanted; see `decide`.

        Raises:
            OperationError: there is none, or people work with the first one.
        """
        copied = self._given.outside.newest_database(None if to == LATEST else time_of(to))
        take_another(run, copied, self._instances)

    def plan(self, run: Run) -> Recovery:
        """What is done, of what was decided."""
        target = int(run.about["target"])
        settled = Generations(target, retired=tuple(run.about.get("retired", ())))
        steps = (
            self._before.step(run),
            self._write(run, "write", settled, f"write generation {target}, at home"),
            self._foundations(run),
            *self._delegation.steps(run),
            self._ask(run),
            self._data.images(run),
            self._data.entries(run),
            self._copied(run),
            self._begin_restore(run, target),
            self._data.files(run),  # RDS works meanwhile
            self._restored(target),
            self._write(run, "adopt", replace(settled, adopt=True), "write that it is adopted"),
            self._up(
                run, "build", "pulumi up: it is adopted, passwords", Wait.ACCOUNT_BUILD, (*_LAST, _PODS)
            ),
            self._check(run, target),
            self._up(run, "services", "pulumi up: migration and services", Wait.ACCOUNT_SERVICES, _LAST),
            reached(self._services, self._clock),
            self._finish(settled),
            self._up(run, "complete", "pulumi up: the replica in the other region", Wait.ACCOUNT_COMPLETE),
            engine_steps.agreed(self._given.pulumi, run),
        )
        return Recovery(
            KIND,
            self._after.settings.environment.value,
            self._situation(run),
            self._loss(run),
            steps,
            "ready",
            self._afterwards(run),
        )

    def _situation(self, run: Run) -> tuple[str, ...]:
        stands = run.about["stands"]
        about = run.about
        copies = f"database of {minute(about['databaseOf'])}, secrets of {minute(about['secretsOf'])}"
        there = f"{stands}, which stays" if stands else "no database of this environment"
        return (
            f"account {self._naming.account} has {there}",
            f"account {self._outside.account} has copies: {copies}",
            *self._before.situation(run, self._given.file.name, int(run.about["target"]) - 1),
        )

    def _loss(self, run: Run) -> str:
        return (
            f"rows written since {minute(run.about['databaseOf'])}; values of secrets that people have set "
            f"since {minute(run.about['secretsOf'])}; files of the last minutes before "
            f"{minute(run.about['to'])}; what Redis held; logs and metrics"
        )

    def _afterwards(self, run: Run) -> tuple[str, ...]:
        return (
            f"{self._given.file.name} is written; commit it",
            self._delegation.afterwards(),
            f"audit logs and backups of before stay in account {self._outside.account}, locked",
            (
                "values that are encrypted in the stack file (groundwork:paging) have to be set again; "
                "people confirm the subscriptions of alarms"
            ),
            *self._before.afterwards(run),
        )

    def _write(self, run: Run, name: str, generations: Generations, does: str) -> Step:
        file = self._given.file

        def written(text: str) -> str:
            return serving_file.written(text, "", "", generations)

        def done() -> bool:
            if run.about.get("foundations" if name == "write" else "build"):
                return True  # the file may say already what comes next
            text = file.read_text(encoding="utf-8")
            return written(text) == text

        def act(_: Progress) -> str:
            serving_file.write(file, "", "", generations)
            return f"{file.name}: generation {generations.current}"

        return Step(name, f"{does}, in {file.name}", Wait.QUICK, done, act)

    def _foundations(self, run: Run) -> Step:
        """What waits for no data. Vault and zone are there long before it ends: AWS copies the database
        meanwhile, and people can have the domain point to its name servers, which certificates wait for.
        """
        meanwhile = NowAndThen(self._clock, lambda: self._begin_copy(run), "")

        def act(progress: Progress) -> str:
            self._given.pulumi.up(lambda: progress(f"pulumi up{meanwhile()}"), _LATER)
            run.about["foundations"] = True
            return f"deployed{self._delegation.told()}"

        def done() -> bool:
            return bool(run.about.get("foundations"))

        does = "pulumi up without database and pods: network, keys, cluster, load balancer"
        return Step("foundations", does, Wait.ACCOUNT_FOUNDATIONS, done, act)

    def _begin_copy(self, run: Run) -> str:
        with suppress(BotoCoreError, ClientError):  # before there is a vault that lets copies in
            if not self._is_asked(run):
                self._vaults.get_backup_vault_access_policy(BackupVaultName=self._naming.named(RESTORE))
                self._ask_anew(run)
        with suppress(BotoCoreError, ClientError):
            return self._delegation.told()
        return ""

    def _is_asked(self, run: Run) -> bool:
        """Whether AWS Backup copies, or has; of a job that has failed another one is asked for."""
        return "job" in run.about and not self._given.outside.has_failed(run.about["job"])

    def _ask_anew(self, run: Run) -> None:
        run.about["asked"] = int(run.about.get("asked", 0)) + 1
        token = f"{run.id}-{run.about['asked']}"
        run.about["job"] = self._given.outside.copy_back(run.about["point"], token)

    def _ask(self, run: Run) -> Step:
        def act(_: Progress) -> str:
            self._ask_anew(run)
            self._given.outside.not_copied(run.about["job"])  # says why, of a job that fails at once
            return f"copy job {run.about['job']}"

        does = f"ask AWS Backup in {self._outside.account} for a copy of the database here"
        return Step("ask", does, Wait.QUICK, lambda: self._is_asked(run), act)

    def _copied(self, run: Run) -> Step:
        outside = self._given.outside

        def missing() -> str | None:
            return outside.not_copied(run.about["job"]) if "job" in run.about else "not asked for"

        def act(progress: Progress) -> str:
            wait_until(missing, Wait.ACCOUNT_COPY, progress, self._clock, "copy")
            return "it is there"

        does = "until the copy of the database is there"
        return Step("copied", does, Wait.ACCOUNT_COPY, lambda: missing() is None, act)

    def _begin_restore(self, run: Run, target: int) -> Step:
        name = self._instances.name(target)

        def act(_: Progress) -> str:
            snapshot = self._given.outside.snapshot(run.about["job"])
            self._instances.restore_snapshot(snapshot, target, run.id)
            return f"RDS restores {name}"

        def done() -> bool:
            return self._instances.find(target) is not None

        return Step("begin", f"ask RDS to restore {name} of it", Wait.QUICK, done, act)

    def _restored(self, target: int) -> Step:
        name = self._instances.name(target)

        def missing() -> str | None:
            return self._instances.not_usable(target)

        def act(progress: Progress) -> str:
            wait_until(missing, Wait.RESTORE, progress, self._clock, "restore")
            return f"{name} is available"

        return Step("restore", f"until {name} is there", Wait.ACCOUNT_RESTORE, lambda: missing() is None, act)

    def _check(self, run: Run, target: int) -> Step:
        def act(_: Progress) -> str:
            instance = self._instances.find(target) or {}
            found = self._preparation.examine(address_of(instance))
            wrong = checks.mistakes(instance, found, None, self._after.settings.database.version)
            if wrong:
                raise ChecksFailed(
                    f"{'; '.join(wrong)}. Nobody works with it yet. An older copy: the same "
                    "command with --to TIME"
                )
            run.about["found"] = found
            return checks.told(found, None)

        does = "look at it: login, version, schema, rows, sequences"
        return Step("check", does, Wait.EXAMINE, lambda: "found" in run.about, act)

    def _finish(self, settled: Generations) -> Step:
        file = self._given.file
        does = f"take `adopt` out of {file.name}"
        return generations_file.step("finish", does, file, settled, "`adopt` is out")

    def _up(self, run: Run, name: str, does: str, wait: Wait, without: tuple[str, ...] = ()) -> Step:
        return engine_steps.up(self._given.pulumi, run, name, does, wait, lambda: without)

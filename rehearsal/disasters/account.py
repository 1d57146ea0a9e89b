"""An account that is emptied: everything is built again in a new one, of what the backup account has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from infra import iam
from infra.configuration import Configuration
from infra.configuration.buckets import STATE, STATE_FOLDER, backed_up
from infra.configuration.file_names import stack_file_name
from infra.configuration.files import read_environment
from infra.configuration.images import is_own
from infra.functions.scheduled.snapshot_secrets.function import FUNCTION as SNAPSHOT_SECRETS
from operations import versions
from operations.stack_file_text import rewrite
from rehearsal.aws.nightly_backup import run_plans
from rehearsal.backup_account import backup_account
from rehearsal.disasters import images, parent_zone
from rehearsal.disasters.database import is_written, rows_there, seconds_lost
from rehearsal.disasters.region import simulated
from rehearsal.disasters.stage import CommandOfTheDay, Stage, served, session_of, temporary_checkout
from rehearsal.disasters.steps import Step, as_json, steps_of, until
from rehearsal.disasters.writer import Row, Writer
from rehearsal.serve.endpoint import serving
from rehearsal.session import Session
from timing.data.recovery import Wait
from timing.facts import Times

Say = Callable[[str], None]
NAME = "account-lost"

NEW_ACCOUNT = "230000000004"
_FILES = 20
_STATE_REGION = "eu-central-1"
_SECRET_VALUE = "set-by-a-person"  # of a rehearsal

# Of what AWS does on the day nothing is seen here.
NOT_REHEARSED = (
    "how long AWS takes: the times are from timing/data",
    "a new account: its quotas, its support plan, that the organization has it and allows copies",
    "`bootstrap` of the new account, and the name servers at the registrar of the parent domain",
    "names that distributions of the emptied account still hold: CloudFront refuses a second one",
    "that pods become ready, and images of a real size",
)
WAITS = {
    "state": Wait.STATE,
    "write": Wait.QUICK,
    "foundations": Wait.ACCOUNT_FOUNDATIONS,
    "delegate": Wait.QUICK,
    "ask": Wait.QUICK,
    "images": Wait.IMAGES,
    "entries": Wait.SECRETS,
    "copied": Wait.ACCOUNT_COPY,
    "begin": Wait.QUICK,
    "files": Wait.ACCOUNT_FILES,
    "restore": Wait.ACCOUNT_RESTORE,
    "adopt": Wait.QUICK,
    "build": Wait.ACCOUNT_BUILD,
    "check": Wait.EXAMINE,
    "services": Wait.ACCOUNT_SERVICES,
    "ready": Wait.REACHED,
    "finish": Wait.QUICK,
    "complete": Wait.ACCOUNT_COMPLETE,
    "agree": Wait.STATE,
}


@dataclass(frozen=True)
class Before:
    """What there was in the account before it was emptied.

    Args:
        rows: all that the database had confirmed.
        copied: of these, those that were there before the night's backup.
        destroyed: when it was emptied.
        files: what each object of each bucket held.
        resources: how many the engine's state had.
        servers: name servers of the domain.
    """

    rows: list[Row]
    copied: list[Row]
    destroyed: datetime
    files: dict[tuple[str, str], bytes]
    resources: int
    servers: list[str]


@dataclass(frozen=True)
class AccountRehearsed:
    """What became of it.

    Args:
        environment: where.
        steps: of the command.
        written: rows that the database had confirmed before the account was emptied.
        since_copy: of these, those that were written after the last copy, and are lost.
        copied_lost: of those that were copied, those that are gone.
        lost_seconds: from the newest row that is there to the disaster.
        files: how many there were.
        files_back: of these, those that are back as they were.
        images_back: whether each image that runs is there with all its layers.
        secret_back: whether what a person had set is there.
        state_known: whether the command knew all that the state of before had.
        delegated: whether the zone above the domain, in the backup account, points to the new name servers.
        deployments: how long AWS takes for each, simulated.
        settled: what the next preview would change; after a refresh.
        serves: whether rows are written again.
    """

    environment: str
    steps: tuple[Step, ...]
    written: int
    since_copy: int
    copied_lost: int
    lost_seconds: float
    files: int
    files_back: int
    images_back: bool
    secret_back: bool
    state_known: bool
    delegated: bool
    deployments: tuple[Times, ...]
    settled: dict[str, int]
    serves: bool

    @property
    def good(self) -> bool:
        """Whether the promise holds: people work, with everything that was copied."""
        whole = not self.copied_lost and self.files_back == self.files
        known = self.images_back and self.secret_back and self.state_known and self.delegated
        return self.serves and whole and known and not self.settled

    @property
    def until_users_are_back(self) -> Times:
        """How long people cannot work, on AWS."""
        return until(self.steps, "ready")

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "disaster": NAME,
            "environment": self.environment,
            "good": self.good,
            "steps": as_json(self.steps),
            "rows": {
                "written": self.written,
                "lostSinceTheCopy": self.since_copy,
                "lostOfTheCopied": self.copied_lost,
                "lostSeconds": round(self.lost_seconds, 2),
            },
            "files": {"written": self.files, "back": self.files_back},
            "imagesBack": self.images_back,
            "secretBack": self.secret_back,
            "stateKnown": self.state_known,
            "delegated": self.delegated,
            "serves": self.serves,
            "previewAtTheEnd": self.settled,
            "deployments": [vars(each) for each in self.deployments],
            "notRehearsed": list(NOT_REHEARSED),
        }

    def lines(self) -> list[str]:
        """What is said below the table of steps."""
        changes = ", ".join(f"{count} {name}" for name, count in self.settled.items())
        said = {True: "yes", False: "NO"}
        return [
            (
                f"rows: {self.since_copy} of {self.written} were written after the last copy and are lost, "
                f"{self.lost_seconds:.1f} seconds of data; of those that were copied {self.copied_lost}"
            ),
            f"files: {self.files_back} of {self.files} are back",
            f"the images are back: {said[self.images_back]}; the secret is back: {said[self.secret_back]}",
            f"what the state of before had is known: {said[self.state_known]}",
            f"the domain is delegated to its new zone: {said[self.delegated]}",
            f"rows are written again: {said[self.serves]}",
            f"next preview, after a refresh: {changes or 'nothing to change'}",
        ]


def rehearse(
    root: Path, environment: str, engine: Path, say: Say, system: Path | None = None
) -> AccountRehearsed:
    """Empties the account of a deployed environment, and has the command build it again in a new one.

    Raises:
        CommandFailed: the command, or the engine, did not.
    """
    with temporary_checkout(root, system) as checkout:
        parent_zone.put_below_parent(checkout, environment)
        configuration = read_environment(checkout, environment, today=date.min)
        _run_this_image(checkout, environment, configuration, images.Image().digest)
        say("deploying the backup account")
        with backup_account(checkout, configuration, engine) as outside, _address(outside) as url:
            say(f"deploying {environment} with a real database")
            with session_of(checkout, environment, engine) as on_stage:
                on_stage.session.up()
                on_stage.prepare()
                before = _lived(on_stage, outside, say)
            say(
                f"the account is emptied: {len(before.rows)} rows were written; a new account takes its place"
            )
            _take_new_account(checkout, environment, configuration, outside)
            with session_of(checkout, environment, engine) as on_stage:
                _bootstrap(on_stage)
                say("running `recover account`")
                record = on_stage.command("recover", "account", "--yes", "--backup-endpoint-url", url)
                return _result(on_stage, outside, record, before, say)


@contextmanager
def _address(session: Session) -> Iterator[str]:
    port, clients = served(session, session.root)
    with serving(port, clients) as url:
        yield url


def _lived(on_stage: Stage, outside: Session, say: Say) -> Before:
    """People work, the night's backup runs, and people go on working."""
    servers = parent_zone.delegate(on_stage, outside)
    resources = _keep_state(on_stage)
    files = _write_files(on_stage)
    for repository in images.repositories(on_stage):
        images.Image().push(repository)
    name = _secret_of_people(on_stage.configuration)
    on_stage.call("secretsmanager", "put_secret_value", SecretId=name, SecretString=_SECRET_VALUE)
    with Writer(on_stage.connect, on_stage.has_pods) as writer:
        writer.wait_for(20)
        copied = list(writer.rows)
        say("the night: AWS Backup runs its plans, and secrets are encrypted for the backup account")
        if failed := run_plans(on_stage.session.cloud, on_stage.session.workspace.resources()):
            raise CommandOfTheDay("; ".join(map(str, failed)))
        on_stage.invoke(SNAPSHOT_SECRETS.name, {})
        writer.wait_for(10)
    return Before(list(writer.rows), copied, datetime.now(UTC), files, resources, servers)


def _keep_state(on_stage: Stage) -> int:
    """`bootstrap` has S3 copy the state, and the engine writes it; answers how many resources it has.

    A rehearsal's own is on this machine: its file is what the engine writes into a bucket.
    """
    on_stage.command("bootstrap", "--region", _STATE_REGION, "--yes")
    workspace, environment = on_stage.session.workspace, on_stage.session.environment
    assert workspace.state is not None
    on_stage.client("s3").put_object(
        Bucket=on_stage.configuration.naming.bucket(STATE.name, _STATE_REGION),
        Key=f"{STATE_FOLDER}groundwork/{environment}.json",
        Body=workspace.state.read_bytes(),
    )
    return len(workspace.resources())


def _secret_of_people(configuration: Configuration) -> str:
    """An entry whose value a person sets."""
    name = next(name for name, each in configuration.system.secrets.items() if not each.rotated)
    return configuration.naming.secret(name)


def _write_files(on_stage: Stage) -> dict[tuple[str, str], bytes]:
    client, found = on_stage.client("s3"), {}
    for bucket in backed_up():
        for number in range(_FILES):
            key, body = f"2026/{number}.pdf", f"{bucket} {number}".encode()
            client.put_object(Bucket=on_stage.configuration.naming.bucket(bucket), Key=key, Body=body)
            found[bucket, key] = body
    return found


def _run_this_image(checkout: Path, environment: str, configuration: Configuration, digest: str) -> None:
    """The stack file has it as the version of every service whose image is the system's own."""
    services = configuration.system.services
    wanted = {
        name: digest if is_own(services[name].repository) else version
        for name, version in configuration.images.items()
    }
    versions.write(checkout / stack_file_name(environment), wanted)


def _take_new_account(
    checkout: Path, environment: str, configuration: Configuration, outside: Session
) -> None:
    """A person writes the new account into the stack file, and lets it into the backup account."""
    old = configuration.settings.account
    rewrite(checkout / stack_file_name(environment), lambda text: text.replace(old, NEW_ACCOUNT))
    parent_zone.deploy_outside(checkout, outside)


def _bootstrap(on_stage: Stage) -> None:
    """Of what `bootstrap` makes in the new account: the role that deploys, which the other one lets in."""
    role = on_stage.configuration.system.access.deploy
    path, _, name = role.rpartition("/")
    on_stage.call(
        "iam",
        "create_role",
        Path=f"/{path}/" if path else "/",
        RoleName=name,
        AssumeRolePolicyDocument=iam.document(iam.trust_service("ec2.amazonaws.com")),
    )


def _result(
    on_stage: Stage, outside: Session, record: dict[str, Any], before: Before, say: Say
) -> AccountRehearsed:
    # What the deployment's own call of the function does where functions really run.
    on_stage.prepare()
    there = rows_there(on_stage)
    say("refreshing: does the state say what is there?")
    settled = on_stage.settled()
    with Writer(on_stage.connect, on_stage.has_pods) as writer:
        writer.skip(max(row.id for row in before.rows))
        writer.wait_for(2)
        serves = is_written(on_stage, writer)
    copied = {row.id for row in before.copied}
    return AccountRehearsed(
        on_stage.configuration.settings.environment.value,
        steps_of(record, WAITS),
        len(before.rows),
        sum(row.id not in there and row.id not in copied for row in before.rows),
        len(copied - there),
        seconds_lost(before.rows, there, before.destroyed),
        len(before.files),
        _files_back(on_stage, before),
        images.are_back(on_stage),
        _secret_back(on_stage),
        record["about"]["stood"]["resources"] == before.resources,
        parent_zone.is_delegated(on_stage, outside, before.servers),
        simulated(on_stage),
        settled,
        serves,
    )


def _files_back(on_stage: Stage, before: Before) -> int:
    client, naming = on_stage.client("s3"), on_stage.configuration.naming
    found = [
        client.get_object(Bucket=naming.bucket(bucket), Key=key)["Body"].read() == body
        for (bucket, key), body in before.files.items()
    ]
    return sum(found)


def _secret_back(on_stage: Stage) -> bool:
    name = _secret_of_people(on_stage.configuration)
    found = on_stage.call("secretsmanager", "get_secret_value", SecretId=name)
    return bool(found["SecretString"] == _SECRET_VALUE)

"""The stage of a disaster: an environment with real rows, and a checkout whose files may be written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pg8000.native import Connection

from commands.errors import CommandFailed
from infra.configuration import Configuration
from infra.configuration.file_names import DEFAULT_FILE, NAMESPACE, stack_file_name
from infra.configuration.files import read_environment
from infra.configuration.images import IMAGES
from infra.configuration.platform_secrets import DATABASE_SECRET
from infra.configuration.rotation import DATABASE_ROTATOR
from infra.configuration.strict_yaml import parse, written
from rehearsal.disasters.engine_calls import EngineCalls, write_script
from rehearsal.kubernetes.kinds import Kind
from rehearsal.serve.endpoint import answers, serving
from rehearsal.serve.local_clients import LocalClients
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace

# What the program and the commands are made of; everything else of a checkout is not looked at.
_WRITTEN = ("Pulumi.*.yaml", "Pulumi.yaml", "system.yaml", "__main__.py")
_READ = ("infra", "functions", "commands", "timing", "rehearsal", "rights", "preview")
_COPIED = ("operations", "backup_account")
_DEPLOYMENT = Kind("apps", "v1", "Deployment")
# What Python runs for a command; a test has one in its place that writes down what it asks AWS for.
OPERATIONS: tuple[str, ...] = ("-m", "operations")


class CommandOfTheDay(CommandFailed):
    """The command that recovers did not work in the rehearsal."""


def copy_checkout(root: Path, folder: Path, system: Path | None = None) -> Path:
    """A checkout beside the person's own: its stack files are written, and the commands work on it.

    Args:
        root: the person's own.
        folder: where it may be.
        system: a system file of which it is the checkout, in place of the person's own.
    """
    for pattern in _WRITTEN:
        for file in root.glob(pattern):
            shutil.copy(file, folder)
    for package in _READ:
        (folder / package).symlink_to(root / package)
    # By themselves, since they find the checkout from where they are.
    for package in _COPIED:
        shutil.copytree(root / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    if system is not None and system.resolve() != (root / "system.yaml").resolve():
        _make_its_own(folder, system)
    return folder


def _make_its_own(folder: Path, system: Path) -> None:
    """As somebody has it who runs this system and no other: its versions are in the stack files, where
    promotion and the way back write them."""
    content = dict(parse(system.read_text(encoding="utf-8")))
    images = content.pop("images", {})
    (folder / "system.yaml").write_text(written(content), encoding="utf-8")
    for environment, versions in images.items():
        file = folder / stack_file_name(environment)
        lines = file.read_text(encoding="utf-8").splitlines()
        begin = next(n for n, line in enumerate(lines, 1) if line.startswith(f"  {NAMESPACE}{IMAGES.name}:"))
        end = next(n for n in range(begin, len(lines) + 1) if n == len(lines) or lines[n][:4].strip())
        lines[begin:end] = [f"    {name}: {version}" for name, version in versions.items()]
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")


@dataclass(frozen=True)
class Stage:
    """A deployed environment whose AWS answers on a port.

    Args:
        root: the checkout that may be written.
        session: of the environment.
        configuration: as it was deployed.
        url: of the embedded AWS.
        programs: the folder with the `pulumi` that the commands call.
        engine: what that is answered by.
    """

    root: Path
    session: Session
    configuration: Configuration
    url: str
    programs: Path
    engine: EngineCalls

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """A call of AWS in the environment's region."""
        return self.session.cloud.call(service, self.session.region, operation, **parameters)

    def command(self, *words: str) -> dict[str, Any]:
        """`python -m operations …`, as a person calls it; answers its JSON.

        Raises:
            CommandOfTheDay: it failed.
        """
        code, out, errors = self.ended(self.begin(*words))
        if code != 0:
            raise CommandOfTheDay(f"{' '.join(words)} ended with {code}:\n{errors}{out}")
        found: dict[str, Any] = json.loads(out)
        return found

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """The same, without waiting for its end."""
        environment = self.configuration.settings.environment.value
        command = [sys.executable, *OPERATIONS, *words, "--env", environment, "--json"]
        command += ["--endpoint-url", self.url]
        path = os.pathsep.join([str(self.programs), os.environ.get("PATH", "")])
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.Popen(
            command,
            cwd=self.root,
            env={**kept, "PYTHONPATH": str(self.root), "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
        """Its exit code, and what it has printed and said, when it has ended."""
        out, errors = process.communicate()
        return process.returncode, out, errors

    def deploy(self) -> dict[str, int]:
        """`pulumi up`, then `pulumi preview`; answers what the preview would still change."""
        self.session.use_program(self.root, self.session.system)
        self.session.up()
        return self.session.preview().changes

    def settled(self) -> dict[str, int]:
        """What the next preview would change, of what is really there."""
        return self.session.preview(options=["--refresh"]).changes

    def entry(self) -> Mapping[str, Any]:
        """The services' entry."""
        name = self.configuration.naming.secret(DATABASE_SECRET)
        found: Mapping[str, Any] = json.loads(
            self.call("secretsmanager", "get_secret_value", SecretId=name)["SecretString"]
        )
        return found

    def connect(self) -> Connection:
        """A connection as services have it.

        Raises:
            ConnectionRefusedError: their entry leads to another region, whose network theirs has no way to.
        """
        value = self.entry()
        if f".{self.session.region}." not in value["host"]:
            raise ConnectionRefusedError(f"{value['host']} is not in {self.session.region}")
        return self.session.datastores.connect(
            value["host"], user=value["username"], password=value["password"], database=value["dbname"]
        )

    def has_pods(self) -> bool:
        """Whether a service with a database runs, where everything runs now."""
        system, region = self.configuration.system, self.session.region
        if region in self.session.cloud.unreachable:
            return False
        for name in self.session.clusters.names():
            if f".{region}." not in name:
                continue
            for service, declared in system.services.items():
                found = self.session.clusters.cluster(name).get(_DEPLOYMENT, system.name, service)
                if declared.database and found and found["spec"].get("replicas"):
                    return True
        return False

    def prepare(self) -> None:
        """What the deployment's own call of the function does where the functions really run."""
        configuration = read_environment(self.root, self.session.environment, today=date.min)
        generations = configuration.settings.database.generations
        instance = self.call(
            "rds",
            "describe_db_instances",
            DBInstanceIdentifier=configuration.naming.database(generations.current),
        )["DBInstances"][0]
        endpoint = instance["Endpoint"]
        name = self.configuration.naming.secret(DATABASE_SECRET)
        arn = self.call("secretsmanager", "describe_secret", SecretId=name)["ARN"]
        address = {"host": endpoint["Address"], "port": endpoint["Port"], "dbname": instance["DBName"]}
        self.invoke(DATABASE_ROTATOR.name, {"secret": arn, "address": address})

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """What a function of the environment answers.

        Raises:
            CommandOfTheDay: it has failed.
        """
        name = self.configuration.naming.named(function)
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        said = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise CommandOfTheDay(f"{name}: {said}")
        return json.loads(said)

    def client(self, service: str) -> Any:
        """boto3's client, as somebody else's program has it."""
        import boto3

        return boto3.client(
            service,
            region_name=self.session.region,
            endpoint_url=self.url,
            aws_access_key_id="embedded",
            aws_secret_access_key="embedded",  # the embedded AWS takes any
        )


@contextmanager
def stage(
    checkout: Path, environment: str, engine: Path, *, data: bool = True, system: Path | None = None
) -> Iterator[Stage]:
    """An environment, deployed from a copy of the checkout; nothing of it stays.

    Args:
        checkout: what is deployed.
        environment: which one.
        engine: the program `pulumi`.
        data: with real rows.
        system: the system file, when it is not the checkout's own.
    """
    with (
        temporary_checkout(checkout, system) as root,
        session_of(root, environment, engine, data=data) as one,
    ):
        one.session.up()
        if data:
            one.prepare()
        yield one


@contextmanager
def temporary_checkout(checkout: Path, system: Path | None = None) -> Iterator[Path]:
    """A copy of the checkout that may be written; see `copy_checkout`."""
    with tempfile.TemporaryDirectory(prefix="groundwork-disaster-", ignore_cleanup_errors=True) as folder:
        yield copy_checkout(checkout, Path(folder).resolve(), system)


@contextmanager
def session_of(root: Path, environment: str, engine: Path, *, data: bool = True) -> Iterator[Stage]:
    """An environment of such a copy, which is not deployed yet.

    Args:
        root: the copy.
        environment: which one.
        engine: the program `pulumi`.
        data: with real rows.
    """
    # By its path: the program's own packages are the checkout's, and would read the file beside them.
    system = root / DEFAULT_FILE
    with (
        tempfile.TemporaryDirectory(prefix="groundwork-bin-") as folder,
        Workspace.temporary(environment) as workspace,
        Session(root, environment, engine, workspace, checkpoints=False, system=system, data=data) as session,
    ):
        configuration = read_environment(root, environment, today=date.min)
        port, clients = served(session, root)
        calls = EngineCalls(clients, session, root)
        with serving(port, calls) as url:
            yield Stage(root, session, configuration, url, write_script(Path(folder), port), calls)


def served(session: Session, root: Path) -> tuple[int, LocalClients]:
    """What answers for a session's AWS, and the port that it is for.

    Args:
        session: of an environment.
        root: the checkout whose functions may run.
    """
    from rehearsal.datastores.processes import free_port

    port = free_port()
    return port, LocalClients(answers(session, root, port), port)

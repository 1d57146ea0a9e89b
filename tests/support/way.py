"""Three accounts, that of prod's copies, and a checkout with releases on their way, by the real engine.

The commands are the checkout's own, called as CI calls them (`make …`); `pulumi` on their PATH is the real
engine, attached to the embedded AWS of the environment. `gh` and the repository on GitHub are stand-ins.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import boto3

from infra.configuration.environments import Environment
from infra.configuration.file_names import NAMESPACE, stack_file_name
from infra.configuration.source import BACKUP_ACCOUNT_ENVIRONMENT as BACKUP_ACCOUNT
from infra.configuration.strict_yaml import written
from operations.checkout import declared
from operations.deployment.records import Record, records_of
from operations.environments import Place, connect
from rehearsal.backup_account import PROJECT
from rehearsal.serve.endpoint import answers
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace
from tests.support.checkout import ROOT, copy_program
from tests.support.deployed import traffic
from tests.support.servers import served
from tests.support.tls import tls_server
from tests.support.workflow_run import Run

_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
# Asks the test for the engine's command and variables, and becomes the engine.
_PULUMI = """\
#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as test:
    test.connect({address!r})
    test.sendall(json.dumps([os.getcwd(), *sys.argv[1:]]).encode() + b"\\n")
    command, variables = json.loads(test.makefile().readline())
os.execve(command[0], command, variables)
"""
_GH = """\
#!/bin/sh
echo "$*" >> {folder}/gh-calls
case "$1 $2" in "pr view") cat {folder}/pull-request ;; esac
"""
Faults = Callable[[str, str], None]


class Services(BaseHTTPRequestHandler):
    """Stands for every service of every environment; those of a bad version are not ready."""

    bad: frozenset[str] = frozenset()

    def do_GET(self) -> None:  # the library's name
        self.send_response(503 if self.headers["Host"] in self.bad else 200)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Way:
    """What a test sees of it.

    Args:
        root: the checkout.
        sessions: the embedded AWS of each environment, and where it answers.
        variables: of CI's processes.
    """

    def __init__(
        self, root: Path, sessions: Mapping[str, tuple[Session, str]], variables: Mapping[str, str]
    ) -> None:
        self.root, self._sessions, self._variables = root, sessions, variables
        self.artifacts = root.parent / "artifacts"
        self.artifacts.mkdir()

    def release(self, version: str, *environments: str) -> None:
        """Commits a version for every service, in some environments or in all."""
        for environment in environments or tuple(Environment):
            file = self.root / f"Pulumi.{environment}.yaml"
            lines = file.read_text().splitlines(keepends=True)
            begin = next(n for n, line in enumerate(lines) if "groundwork:images:" in line) + 1
            lines[begin : begin + 3] = [f"    {name}: {version}\n" for name in ("api", "worker", "admin")]
            file.write_text("".join(lines))
        self.git("commit", "-q", "-a", "--allow-empty", "-m", f"release {version[7:11]}")

    def play(
        self,
        workflow: str,
        *only: str,
        before: Callable[[str], None] = lambda _: None,
        today: str = "",
        **inputs: str,
    ) -> Run:
        """Plays a workflow file, or some of its jobs, on a day; `before` is told of each step."""
        settings = {"GATE_WAIT": "0", "WATCH_MINUTES": "0", "PARITY_ACCEPT": "photo-annotations"}
        run = Run(self.root, partial(self.process, today=today), settings, self.artifacts, inputs, before)
        return run.play(workflow, only)

    def process(self, environment: str, today: str = "") -> dict[str, str]:
        """The variables of a job of an environment of GitHub's: its own account, and no other."""
        day = {"GROUNDWORK_TODAY": today} if today else {}
        if not environment:
            return {**self._variables, **day}
        name = environment.removesuffix("-read").removeprefix("preview-")
        url = self._sessions[name][1]
        return {**self._variables, **day, "ENDPOINT": url, "ENDPOINTS": f"{name}={url}"}

    def proposed(self, commit: str) -> None:
        """There is a pull request of this repository with a commit."""
        (self.root.parent / "pull-request").write_text(f"OPEN false main {commit}")

    def run(self, environment: str, *command: str) -> subprocess.CompletedProcess[str]:
        """A person's command."""
        return subprocess.run(
            command, cwd=self.root, env=self.process(environment), capture_output=True, text=True, check=False
        )

    def start(self, environment: str, *command: str) -> subprocess.Popen[str]:
        """The same, without waiting for its end."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.process(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def kill(self, process: subprocess.Popen[str]) -> None:
        """As a runner dies: the command and all that it has started, at once."""
        everything = [process.pid]
        for pid in everything:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                everything += map(int, children.read_text().split())
        for pid in everything:
            os.kill(pid, signal.SIGKILL)
        process.communicate()

    def git(self, *arguments: str) -> str:
        """In the checkout."""
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        command = ["git", *identity, *arguments]
        return subprocess.run(
            command, cwd=self.root, check=True, capture_output=True, text=True
        ).stdout.strip()

    def client(self, environment: str, service: str, region: str | None = None) -> Any:
        """boto3's."""
        session, url = self._sessions[environment]
        keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        return boto3.client(service, region_name=region or session.region, endpoint_url=url, **keys)

    def faults(self, environment: str, fault: Faults | None) -> None:
        """What is called before each call of the engine's providers to AWS."""
        self._sessions[environment][0].cloud.before_call = fault

    def engine_runs(self, environment: str) -> str:
        """The version that the cluster has been given."""
        session, _ = self._sessions[environment]
        deployments = [
            each["outputs"]
            for each in session.export()["deployment"]["resources"]
            if each["type"] == "kubernetes:apps/v1:Deployment"
        ]
        images = {each["spec"]["template"]["spec"]["containers"][0]["image"] for each in deployments}
        (version,) = {str(image).partition("@")[2] for image in images}
        return version

    def good_traffic(self, environment: str) -> None:
        """Requests of the last minutes that are answered soon and well."""
        (balancer,) = self.client(environment, "elbv2").describe_load_balancers()["LoadBalancers"]
        name = balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]
        traffic(self.client(environment, "cloudwatch"), name, [0.1, 0.2])

    def latest(self, environment: str) -> Record:
        """The last deployment that is written down."""
        configuration = declared(environment)
        records = records_of(
            configuration, connect(configuration, Place(None, self._sessions[environment][1]))
        )
        found = records.latest()
        assert found is not None
        return found

    def keeps_copies(self) -> int:
        """For how many days the backup account keeps what it has."""
        (group,) = self.client(BACKUP_ACCOUNT, "logs").describe_log_groups()["logGroups"]
        return int(group["retentionInDays"])

    def told_github(self) -> str:
        """Every call of `gh`."""
        file = self.root.parent / "gh-calls"
        return file.read_text() if file.exists() else ""


@contextlib.contextmanager
def way(engine: Path, folder: Path) -> Iterator[Way]:
    """A checkout without a deployment, and three empty accounts."""
    root = _checkout(folder)
    hosts = [f"{name}.{declared(each).domain}" for each in Environment for name in ("api", "admin")]
    with contextlib.ExitStack() as stack:
        sessions: dict[str, tuple[Session, str]] = {}
        for environment in Environment:
            workspace = Workspace(folder / "workspaces" / environment, environment)
            session = stack.enter_context(Session(root, environment, engine, workspace))
            sessions[environment] = (session, stack.enter_context(served(partial(answers, session, ROOT))))
        workspace = Workspace(folder / "workspaces" / BACKUP_ACCOUNT, "prod")
        apart = stack.enter_context(Session(root / PROJECT, "prod", engine, workspace))
        sessions[BACKUP_ACCOUNT] = (apart, stack.enter_context(served(partial(answers, apart, ROOT))))
        address, certificate = stack.enter_context(tls_server(Services, folder, hosts, days=90))
        (folder / "authority.pem").write_bytes(certificate)
        tools = _tools(folder)
        stack.enter_context(_engines(sessions, str(folder / "engines")))
        variables = {
            "PATH": os.pathsep.join([str(tools), os.environ["PATH"]]),
            "HOME": str(folder),
            "VENV": str(_environment(folder, root)),
            "SSL_CERT_FILE": str(folder / "authority.pem"),
            "CONNECT": address.removeprefix("https://"),
            "GITHUB_ACTOR": "ada",
            "GITHUB_RUN_ID": "7",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GROUNDWORK_TODAY": os.environ["GROUNDWORK_TODAY"],
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        yield Way(root, sessions, variables)


def _checkout(folder: Path) -> Path:
    root = folder / "checkout"
    root.mkdir()
    copy_program(root)
    for package in ("operations", "commands", "preview", "costs", "timing", "rehearsal", "rights", ".ci"):
        shutil.copytree(ROOT / package, root / package)
    for name in (
        "Makefile",
        "requirements.txt",
        "requirements-test.txt",
        "requirements-audit.txt",
        ".gitignore",
    ):
        shutil.copy(ROOT / name, root)
    shutil.copy(ROOT / "tests" / "support" / "released_program.py", root / "__main__.py")
    _copy_backup_account(root)
    origin = folder / "origin.git"
    for command in (
        ["git", "init", "-q", "--bare", str(origin)],
        ["git", "-C", str(root), "init", "-q", "-b", "main"],
        ["git", "-C", str(root), "remote", "add", "origin", str(origin)],
        ["git", "-C", str(root), "add", "."],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return root


def _copy_backup_account(root: Path) -> None:
    """Its project, and where its embedded AWS is."""
    outside = declared("prod").naming.in_home.in_backup_account
    assert outside is not None
    project = root / PROJECT
    project.mkdir()
    shutil.copy(ROOT / PROJECT / "Pulumi.yaml", project)
    shutil.copy(ROOT / "tests" / "support" / "released_backup_account.py", project / "__main__.py")
    config = {f"{NAMESPACE}account": outside.account, f"{NAMESPACE}region": outside.region}
    (project / stack_file_name("prod")).write_text(written({"config": config}), encoding="utf-8")


def _environment(folder: Path, root: Path) -> Path:
    """What `make` takes for its Python environment: this one."""
    environment = folder / "venv"
    (environment / "bin").mkdir(parents=True)
    python = environment / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    text = (root / "requirements.txt").read_bytes()
    number = subprocess.run(["/usr/bin/env", "cksum"], input=text, capture_output=True, check=True).stdout
    (environment / f".ready-{number.split()[0].decode()}").touch()
    return environment


def _tools(folder: Path) -> Path:
    tools = folder / "bin"
    tools.mkdir()
    scripts = {
        "pulumi": _PULUMI.format(python=sys.executable, address=str(folder / "engines")),
        "gh": _GH.format(folder=folder),
    }
    for name, text in scripts.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    return tools


@contextlib.contextmanager
def _engines(sessions: Mapping[str, tuple[Session, str]], address: str) -> Iterator[None]:
    """Tells those who call `pulumi` how the engine of their environment is called."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()

        def serve() -> None:
            while True:
                try:
                    asking, _ = listening.accept()
                except OSError:
                    return
                with asking, asking.makefile("r") as lines:
                    folder, *arguments = json.loads(lines.readline())
                    # Of the backup account's own project, or the environment's.
                    apart = Path(folder).name == PROJECT
                    name = BACKUP_ACCOUNT if apart else arguments[arguments.index("--stack") + 1]
                    command = _engine(Path(folder), sessions[name][0], arguments)
                    asking.sendall(json.dumps(command).encode() + b"\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)


def _engine(root: Path, session: Session, arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    # As every call of a rehearsal's `pulumi` does: the stack file as it is now.
    session.workspace.prepare(root)
    command = [str(session.engine), *arguments, "--cwd", str(session.workspace.project)]
    if arguments[0] in ("up", "preview"):
        command += session._inline
    return command, session._environment()

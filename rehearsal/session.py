"""A rehearsal: the real engine runs the real program against the embedded AWS.

    with Session(root, "prod", engine, workspace) as session:
        result = session.up()

The providers are served from this process, the program from one beside it; the engine is the `pulumi`
command line tool, a third process, which is told where they are. State is in Pulumi's own file backend.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import grpc
import typer

from rehearsal.aws import services
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.sdk_types import DESCRIPTIONS
from rehearsal.changed import changed
from rehearsal.embedded import Embedded
from rehearsal.engine_process import SIDE_BY_SIDE, Progress, engine_environment, follow
from rehearsal.events import Log, LogReader
from rehearsal.garbage import keep_what_is_loaded
from rehearsal.kubernetes import Clusters, Installed
from rehearsal.outcome import EngineError, Interrupted, Result, failure, taken_over
from rehearsal.program import programs
from rehearsal.workspace.blank_stack import keep_stack, take_stack
from rehearsal.workspace.seal import check_seal, write_seal
from rehearsal.workspace.stack_file import StackFile
from rehearsal.workspace.workspace import Workspace
from timing.forecast import Forecast
from timing.recorded import graph_of, graph_of_plan, run_of

if TYPE_CHECKING:
    from rehearsal.datastores import DataStores


@dataclass
class Session:
    """One environment of the checkout at `root`, up to `close`.

    Args:
        root: the checkout; holds Pulumi.yaml, the stack files and `__main__.py`.
        environment: the stack's name.
        engine: path of the `pulumi` command line tool.
        workspace: where state and journal are kept.
        checkpoints: the engine writes the state after every step, as it does against AWS. Without, it
            writes once at the end and is some times faster; what a kill leaves is then found through the
            journal alone.
        system: the system file, when it is not the checkout's own.
        faults: called before every AWS call with service and operation; it may raise or wait.
        runs_program: the program of `root` is going to run; not where `use_program` brings another one.
        side_by_side: previews have the engine ask side by side what differs (`SIDE_BY_SIDE`); else it asks
            for one resource after another, as it comes.
        data: real servers stand behind databases (`datastores`); they are gone when the session ends.
    """

    root: Path
    environment: str
    engine: Path
    workspace: Workspace
    checkpoints: bool = True
    system: Path | None = None
    faults: Callable[[str, str], None] | None = None
    data: bool = False
    side_by_side: bool = True
    runs_program: bool = True
    cloud: Cloud = field(init=False)
    clusters: Clusters = field(init=False)
    installed: Installed = field(init=False)
    datastores: DataStores = field(init=False)
    region: str = field(init=False, default="")
    _servers: list[grpc.Server | programs.ProgramServer] = field(init=False, default_factory=list)
    _ports: dict[str, int] = field(init=False, default_factory=dict)
    _embedded: Embedded = field(init=False)
    _lock: int = field(init=False, default=-1)
    _engine_died: bool = field(init=False, default=False)
    _after_a_kill: bool = field(init=False, default=False)
    _begun: bool = field(init=False, default=False)
    _running: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __enter__(self) -> Session:
        """Takes the workspace, brings the embedded AWS back and starts the providers.

        Raises:
            WorkspaceError: the workspace is in use or cannot be written to.
            StackFileError: the stack file is missing or broken.
        """
        stack_file = StackFile.read(self.root, self.environment)
        self.region = stack_file.region
        self._lock, killed = self.workspace.lock()
        self._after_a_kill = killed
        programs.prepare()
        keep_what_is_loaded()
        try:
            stand_ins = self._take_configuration()
            self.workspace.forget_stale_locks()
            unsure = check_seal(self.workspace, killed=killed)
            mended = self.workspace.mend_state()
            self._start_cloud(stack_file)
            new = not self.workspace.has_stack
            if new:
                self._make_stack()
            self._encrypt(stand_ins)
            if mended or (unsure and not new) or (new and self.workspace.has_journal):
                self._recover()
            self._begun = True
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops providers and cloud and gives the workspace back."""
        for running in self._servers:
            running.stop(grace=None)
        self._servers.clear()
        if hasattr(self, "datastores"):
            self.datastores.stop()
        if hasattr(self, "cloud"):
            self.cloud.stop()
            DESCRIPTIONS.save()
        if self._lock >= 0:
            # One that could not begin leaves everything as it found it.
            whole = self._sealed() if self._begun else not self._after_a_kill
            self.workspace.unlock(self._lock, recover=not whole)
            self._lock = -1

    def _sealed(self) -> bool:
        """Writes down what is left behind; False when the engine was killed, or the disk is too full."""
        if self._engine_died:
            return False
        try:
            write_seal(self.workspace)
        except OSError:
            return False
        return True

    def up(self, progress: Progress | None = None, options: Sequence[str] = ()) -> Result:
        """Deploys the program. Raises EngineError when the engine refuses or a resource fails."""
        return self._operate("up", ["--yes", "--skip-preview", *options], progress)

    def preview(self, progress: Progress | None = None, options: Sequence[str] = ()) -> Result:
        """What an `up` would change; the output is the engine's own (`--diff`, `--json`)."""
        return self._operate("preview", options, progress)

    def forecast(
        self, progress: Progress | None = None, options: Sequence[str] = ()
    ) -> tuple[Result, Forecast]:
        """A preview, and how long AWS would take for it."""
        with tempfile.TemporaryDirectory(prefix="groundwork-plan-") as folder:
            plan = Path(folder) / "plan.json"
            result = self.preview(progress, [*options, "--save-plan", str(plan)])
            after = graph_of_plan(json.loads(plan.read_bytes()))
        return result, Forecast(run_of(result.log.planned, after, graph_of(self.workspace.resources())))

    def refresh(self, progress: Progress | None = None, options: Sequence[str] = ()) -> Result:
        """Takes the embedded AWS's present values into the state."""
        return self._operate("refresh", ["--yes", "--skip-preview", *options], progress)

    def drift(self, progress: Progress | None = None) -> Result:
        """What a refresh would take into the state; nothing is changed."""
        return self._operate("refresh", ["--preview-only"], progress)

    def kill_engine(self) -> None:
        """`kill -9` of the operation that is under way, as a runner dies; from another thread."""
        if (running := self._running) is not None:
            running.kill()
            running.wait()

    def destroy(self, progress: Progress | None = None, options: Sequence[str] = ()) -> Result:
        """Removes everything. What is protected is refused before anything is removed: as `pulumi destroy`
        does when a person calls it, the engine looks at the whole plan first."""
        self._operate("destroy", ["--preview-only", *options], None)
        return self._operate("destroy", ["--yes", "--skip-preview", *options], progress)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """The stack's outputs; secrets as `[secret]` unless asked for."""
        options = ["--json", *(["--show-secrets"] if show_secrets else [])]
        return dict(json.loads(self.command("stack", "output", *options)))

    def export(self) -> dict[str, Any]:
        """The stack's state, as `pulumi stack export` gives it."""
        return {"version": 3, **self.workspace.deployment()}

    def select_stack(self) -> None:
        """Makes the environment's stack the one that commands without `--stack` are about."""
        self.command("stack", "select", self.environment, stack=False)

    def select_stack_once(self) -> None:
        """Selects the stack where nobody has yet: Pulumi keeps what was selected in its home."""
        if not any((self.workspace.home / "workspaces").glob("*.json")):
            self.select_stack()

    @contextlib.contextmanager
    def engine_process(self, arguments: Sequence[str], *, running: bool) -> Iterator[subprocess.Popen[bytes]]:
        """The engine at this terminal; `running` for commands that run the program or call providers."""
        command = [str(self.engine), *arguments, "--cwd", str(self.workspace.project)]
        if running:
            command += self._inline
        process = subprocess.Popen(command, env=self._environment(), pass_fds=(self._lock,))
        try:
            yield process
        finally:
            self._engine_died |= process.wait() < 0

    def answer(self, arguments: Sequence[str], *, running: bool) -> subprocess.CompletedProcess[str]:
        """A command of the engine as a program calls it; see `engine_process`."""
        command = [str(self.engine), *arguments, "--cwd", str(self.workspace.project)]
        if running:
            command += self._inline
        done = subprocess.run(
            command,
            env=self._environment(),
            capture_output=True,
            text=True,
            pass_fds=(self._lock,),
            check=False,
        )
        self._engine_died |= done.returncode < 0
        return done

    @property
    def _inline(self) -> list[str]:
        """The engine's options that have it run this session's program."""
        return ["--client", f"127.0.0.1:{self._ports['language']}", "--exec-kind", "auto.inline"]

    def use_program(self, root: Path, system: Path | None = None) -> None:
        """From here on runs the program of another checkout, with its configuration."""
        self.root, self.system = root, system
        stack_file = StackFile.read(root, self.environment)
        self._embedded.kubernetes_version, self.region = stack_file.kubernetes_version, stack_file.region
        self._encrypt(self._take_configuration())
        self._serve_program()

    def _take_configuration(self) -> dict[str, str]:
        extra = {"groundwork:systemFile": str(self.system.resolve())} if self.system else {}
        return self.workspace.prepare(self.root, extra)

    def _encrypt(self, stand_ins: dict[str, str]) -> None:
        """Sets the stand-ins of the stack file's encrypted values, as secrets of this rehearsal."""
        if stand_ins:
            pairs = [part for path, text in stand_ins.items() for part in ("--secret", f"{path}={text}")]
            self.command("config", "set-all", "--path", *pairs)

    def _start_cloud(self, stack_file: StackFile) -> None:
        self._embedded = Embedded(self.workspace, stack_file, self.faults)
        self.cloud, self.clusters = self._embedded.cloud, self._embedded.clusters
        self.installed = self._embedded.installed
        self.cloud.start()
        if self.data:
            from rehearsal.datastores import DataStores

            self.bring_cloud_back()
            self.datastores = DataStores(stack_file.account, self.cloud.unreachable)
            self.datastores.start()
        if not self.workspace.has_stack:
            self.expect_calls()
        running, ports = self._embedded.serve()
        self._servers += running
        self._ports |= ports
        if self.runs_program:
            self._serve_program()

    def bring_cloud_back(self) -> None:
        """Has the embedded AWS as it was, which otherwise waits for the first call.

        Raises:
            WorkspaceError: its journal cannot be carried out.
        """
        self._embedded.bring_back()

    def accept_state(self) -> None:
        """Tells that this very code has checked all that the state holds: what stays as it is passes.

        Only a deployment checks; what a refresh or an import has taken into the state, nobody has.
        """
        self._embedded.accepted = True

    def expect_calls(self) -> None:
        """What the first call of each service waits for is done in the background, from now on."""
        self.cloud.prepare(self.region, services.questions())

    def _serve_program(self) -> None:
        program = programs.serve(self.root)
        self._ports["language"] = program.port
        self._servers.append(program)

    def _make_stack(self) -> None:
        if take_stack(self.workspace, self.engine):
            return
        self.command("stack", "init", self.environment, "--secrets-provider", "passphrase", stack=False)
        keep_stack(self.workspace, self.engine)

    def _recover(self) -> None:
        """After a killed session: what it made and could not get into the state is taken over when
        it is made again, so the creations that the engine calls pending can be forgotten. The journal
        knows all of it, whether the engine wrote checkpoints or not."""
        self.bring_cloud_back()
        deployment = self.export()["deployment"] or {}  # nothing at all before the first deployment's end
        resources = deployment.get("resources", [])
        self.cloud.expect_orphans({resource["urn"]: resource.get("id", "") for resource in resources})
        self._embedded.random.expect_orphans(resource["urn"] for resource in resources)
        # What it changed or removed without a checkpoint is found by looking at the cloud. Nobody can tell
        # there whose change it was: what clients of `make serve` had changed before is taken along, and told.
        taken = changed(self.refresh(options=["--clear-pending-creates"]).log)
        if taken:
            typer.echo(f"warning: {taken_over(self.environment, taken)}", err=True)

    def _environment(self) -> dict[str, str]:
        return engine_environment(self.workspace, self._ports, checkpoints=self.checkpoints)

    def command(self, *arguments: str, stack: bool = True) -> str:
        """Runs a short command of the engine and gives what it printed."""
        command = [str(self.engine), *arguments, "--non-interactive", "--cwd", str(self.workspace.project)]
        if stack:
            command += ["--stack", self.environment]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise EngineError((done.stderr or done.stdout).strip(), Log())
        return done.stdout

    def _operate(self, operation: str, options: Sequence[str], progress: Progress | None) -> Result:
        begun = time.monotonic()
        with self._event_log() as events:
            reader = LogReader(events)
            command = [
                str(self.engine),
                operation,
                *options,
                *("--stack", self.environment),
                *("--cwd", str(self.workspace.project)),
                *self._inline,
                *("--event-log", str(events)),
                "--non-interactive",
            ]
            code, output, complaints = self._run(command, reader, progress)
            log = reader.read()
        if "--yes" in options:
            self._sealed()
        if code != 0:
            if self.cloud.failure is not None:  # each resource that has asked says so
                self._embedded.bring_back()
            raise EngineError(failure(operation, log, complaints or output), log, output)
        return Result(log, time.monotonic() - begun, output)

    @contextlib.contextmanager
    def _event_log(self) -> Iterator[Path]:
        """The file of one operation's events, in the workspace: a killed one leaves it to the next."""
        events = self.workspace.events
        events.unlink(missing_ok=True)
        try:
            yield events
        finally:
            events.unlink(missing_ok=True)

    def _run(self, command: list[str], reader: LogReader, progress: Progress | None) -> tuple[int, str, str]:
        beside = SIDE_BY_SIDE if self.side_by_side and command[1] == "preview" else {}
        with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(
                command,
                env=self._environment() | beside,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
                pass_fds=(self._lock,),
            )
            self._running = process
            interrupted = follow(process, reader, progress)
            self._running = None
            out.seek(0)
            errors.seek(0)
            printed, complaints = out.read(), errors.read()
        self._engine_died |= process.returncode < 0
        if interrupted:
            raise Interrupted(printed)
        return process.returncode, printed, complaints

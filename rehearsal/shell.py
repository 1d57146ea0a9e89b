"""A rehearsal for people who know Pulumi: the command `pulumi`, on an environment's rehearsal.

`make shell ENV=prod` opens a shell with it, `eval "$(make env ENV=prod)"` brings it to the one that is open.
It is a small script, first on PATH, that calls `python -m rehearsal pulumi`: each call has the lock, the
embedded AWS and the program for itself, and leaves nothing running. A real backend is not touched: its
`pulumi` is the next on PATH.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from commands.errors import CommandError
from commands.files import write_atomically
from rehearsal.engine import OVERRIDE
from rehearsal.session import Session

# What takes a running program (`--client`). The engine refuses the option for `import`, which runs none.
_RUNNING = ("destroy", "down", "pre", "preview", "refresh", "up", "update")

# Options of the engine that name a file; it works in another folder than the person who calls it.
_FILES = ("--file", "-f", "--out", "-o", "--save-plan", "--plan", "--event-log", "--config-file")

# Options of the engine that may stand before a command's words, and whose value is the word behind them.
_WITH_VALUES = (
    "--color",
    "--config-file",
    "--cwd",
    "-C",
    "--memprofilerate",
    "--otel-traces",
    "--profiling",
    "--stack",
    "-s",
    "--tracing",
    "--tracing-header",
    "--verbose",
    "-v",
)

_ONE = "this is the rehearsal of one environment; another one has its own: make shell ENV=…"
_REFUSED = MappingProxyType(
    {
        "login": "the rehearsal has a backend of its own; leave this shell (exit) for yours",
        "logout": "the rehearsal has a backend of its own; leave this shell (exit) for yours",
        "new": "the program is this checkout",
        "stack init": _ONE,
        "stack select": _ONE,
        "stack rename": _ONE,
        "stack unselect": _ONE,
        "stack change-secrets-provider": "the rehearsal could not open its state any more",
        "stack rm": "`make reset` throws the rehearsal away as a whole, with its embedded AWS",
        "config set": "the configuration is the checkout's stack file: write it there",
        "config set-all": "the configuration is the checkout's stack file: write it there",
        "config rm": "the configuration is the checkout's stack file: change it there",
        "config rm-all": "the configuration is the checkout's stack file: change it there",
        "config cp": "the configuration is the checkout's stack file: write it there",
        "config refresh": "the configuration is the checkout's stack file",
        "install": "`make` installs what is needed, and has done it",
        "logs": "it would ask AWS itself, with your credentials; the embedded AWS runs no pods and keeps no"
        " logs of theirs",
        "watch": "each command has the embedded AWS for itself, which this one would keep; `pulumi up` again",
    }
)


def prepare(session: Session, system: Path | None) -> dict[str, str]:
    """Writes the script and chooses the stack; the variables with which a shell finds it."""
    session.select_stack()
    folder = session.workspace.directory / "bin"
    folder.mkdir(exist_ok=True)
    write_atomically(folder / "pulumi", _script(session, system), mode=0o755)
    before = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part != str(folder)]
    # With the engine named nothing looks for one on PATH, where it would find the script itself.
    return {"PATH": os.pathsep.join([str(folder), *before]), OVERRIDE: str(session.engine)}


def _script(session: Session, system: Path | None) -> str:
    command = [sys.executable, "-m", "rehearsal", "pulumi", "--env", session.environment]
    if system is not None:
        command += ["--system", str(system.resolve())]
    # The caller's folder stays the one that relative paths are of.
    variables = {"PYTHONPATH": str(session.root), OVERRIDE: str(session.engine)}
    return f'#!/bin/sh\n{exports(variables)}exec {shlex.join(command)} -- "$@"\n'


def exports(variables: dict[str, str]) -> str:
    """Lines for a shell's `eval`."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())


def check_command(arguments: Sequence[str], environment: str) -> None:
    """Raises CommandError for what would leave the rehearsal of an environment, or would be lost with it."""
    words = _words(arguments)
    if words[:3] == ["stack", "select", environment]:
        return
    for length in (1, 2):
        reason = _REFUSED.get(" ".join(words[:length]))
        if reason is not None:
            raise CommandError(f"pulumi {' '.join(words[:length])}: {reason}.")


def _words(arguments: Sequence[str]) -> list[str]:
    """The command's words, and what it is given, without options."""
    before = ["", *arguments]
    return [
        word
        for option, word in zip(before, arguments, strict=False)
        if not word.startswith("-") and option not in _WITH_VALUES
    ]


def engine_arguments(arguments: Sequence[str], folder: Path) -> list[str]:
    """The arguments with files as absolute paths, since the engine works in a folder of its own."""
    result: list[str] = []
    is_file = False
    for argument in arguments:
        name, sign, value = argument.partition("=")
        if is_file and not argument.startswith("-"):
            result.append(str(folder / argument))
        elif name in _FILES and sign:
            result.append(f"{name}={folder / value}")
        else:
            result.append(argument)
        is_file = argument in _FILES
    graph = _words(arguments)
    if graph[:2] == ["stack", "graph"] and len(graph) > 2:
        result[list(arguments).index(graph[2])] = str(folder / graph[2])
    return result


def run_command(session: Session, arguments: Sequence[str]) -> int:
    """Runs a command of the engine at this terminal, about the environment's stack; its exit code."""
    session.select_stack_once()
    command = engine_arguments(arguments, Path.cwd())
    if command[:1] == ["import"] and not any(word.startswith("--generate-code") for word in command):
        # Code is written by Pulumi's plugin for Python, which a rehearsal goes without.
        command.append("--generate-code=false")
    running = bool(command) and command[0] in _RUNNING
    with session.engine_process(command, running=running) as process:
        # Ctrl-C is the engine's: it ends in good order, and this process with it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)


def open_shell(variables: dict[str, str], environment: str) -> int:
    """A shell of the person's own kind; its exit code."""
    program = os.environ.get("SHELL") or "/bin/sh"
    sys.stderr.write(
        f"`pulumi` is the rehearsal of {environment} here: stack, config, preview, up --target, import, "
        "refresh, state… Leave with exit.\n"
    )
    sys.stderr.flush()
    return subprocess.run([program], env={**os.environ, **variables}, check=False).returncode

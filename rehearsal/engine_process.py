"""The engine as a process: what it is told in its environment, and how it is followed to its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from rehearsal.events import Log, LogReader
from rehearsal.workspace.workspace import Workspace

Progress = Callable[[Log], None]

# How often a running engine's log is looked at.
_POLL_SECONDS = 0.05


# The engine asks a provider what differs for one resource after another, unless it is told this: an empty
# preview of 940 resources is a sixth shorter with it. An operation that changes anything is left as it comes.
SIDE_BY_SIDE = {"PULUMI_PARALLEL_DIFF": "true"}


def engine_environment(
    workspace: Workspace, ports: Mapping[str, int], *, checkpoints: bool
) -> dict[str, str]:
    """What the engine is told: nothing of the user's own Pulumi or AWS settings.

    Args:
        workspace: with its home, its state and the passphrase of this.
        ports: of this machine, on which providers are served, by their names; and that of the program.
        checkpoints: whether the state is written after every step.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "AWS_"))}
    attached = ",".join(f"{name}:{port}" for name, port in ports.items() if name != "language")
    return {
        **kept,
        "PULUMI_HOME": str(workspace.home),
        # A `#`, `?` or `%` in a folder's name would mean something else in an address.
        "PULUMI_BACKEND_URL": f"file://{quote(os.fsencode(workspace.backend))}",
        "PULUMI_CONFIG_PASSPHRASE": workspace.passphrase(),
        "PULUMI_DEBUG_PROVIDERS": attached,
        # For what needs the language and runs no program, as `import`.
        **({"PULUMI_DEBUG_LANGUAGES": f"python:{ports['language']}"} if "language" in ports else {}),
        "PULUMI_DEBUG_COMMANDS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_EXPERIMENTAL": "true",
        # The engine is a Go program; its garbage collector takes a fifth of its time at its default.
        "GOGC": "400",
        # Checkpoints replace each other by renaming; a second copy of each is half of their cost.
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        "PULUMI_SKIP_CHECKPOINTS": "false" if checkpoints else "true",
    }


def follow(process: subprocess.Popen[Any], reader: LogReader, progress: Progress | None) -> bool:
    """Follows the engine to its end; passes Ctrl-C on to it. True when there was one."""
    interrupted = False
    while True:
        try:
            while process.poll() is None:
                if progress is not None:
                    progress(reader.read())
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL_SECONDS)
            return interrupted
        except KeyboardInterrupt:
            # The first one lets the steps under way finish; the second one ends them.
            interrupted = True
            os.killpg(process.pid, signal.SIGINT)

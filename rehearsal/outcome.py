"""The outcome of an engine's operation: what it said, what it changed, and what a person is told."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commands.errors import CommandError, CommandFailed, Exit
from rehearsal.changed import Changed
from rehearsal.events import Log


class EngineError(CommandFailed):
    """The engine ended with an error; `log` has what it said, `output` all that it printed."""

    def __init__(self, message: str, log: Log, output: str = "") -> None:
        super().__init__(message)
        self.log = log
        self.output = output

    def details(self) -> dict[str, Any]:
        """What the engine said, and what it printed as JSON before it ended."""
        found: dict[str, Any] = {"diagnostics": self.log.diagnostics}
        with contextlib.suppress(ValueError):
            found["preview"] = json.loads(self.output)
        return found


class Interrupted(CommandError):
    """A person pressed Ctrl-C; the engine has stopped in good order and kept its state."""

    code = Exit.INTERRUPTED

    def __str__(self) -> str:
        return "Interrupted. The engine has stopped in good order; run the same command again to finish."


@dataclass(frozen=True)
class Result:
    """A finished operation: what the engine said and how long it took (seconds)."""

    log: Log
    seconds: float
    output: str = ""

    @property
    def changes(self) -> dict[str, int]:
        """The engine's count of steps by operation, without the unchanged resources."""
        return {name: count for name, count in self.log.changes.items() if name != "same" and count}


_NAMED = 5  # resources of a sentence


def taken_over(environment: str, taken: Sequence[Changed]) -> str:
    names = [each.resource for each in taken[:_NAMED]]
    more = [f"{len(taken) - _NAMED} more"] if len(taken) > _NAMED else []
    return (
        f"the session of {environment} before this one was cut off, or its state is another. What differed "
        f"is in the state now as the embedded AWS has it: {', '.join(names + more)}."
    )


# What the engine says of a component that a provider would make itself, before it asks the provider.
_NO_COMPONENTS = "plugins that can construct components must support secrets"
_SINGLE_RESOURCES = (
    "the embedded providers take single resources, none that stands for several. For files of objects there "
    "is kubernetes.yaml.ConfigFile(NAME, file=…); `helm template NAME CHART > chart.yaml` makes a file"
)


def failure(operation: str, log: Log, output: str) -> str:
    """The engine's errors, each once; its whole output when it could not say them as events."""
    if log.diagnostics:
        told = "\n".join(dict.fromkeys(log.diagnostics))
        return told.replace(_NO_COMPONENTS, _SINGLE_RESOURCES)
    return output.strip() or f"pulumi {operation} ended without saying why"

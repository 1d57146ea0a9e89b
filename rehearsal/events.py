"""The engine's event log, read as it is written."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from timing.engine_step import EngineStep

Event = dict[str, Any]

# A resource that stays as it is has ended. Such a line has its whole state twice, as the one before it has,
# and nobody asks for them here; the stack's outputs are told by its own.
_STAYS = re.compile(
    rb'\{"sequence":\d+,"timestamp":\d+,"resOutputsEvent":\{"metadata":'
    rb'\{"op":"same","urn":"([^"\\]+)","type":"(?!pulumi:pulumi:Stack")([^"\\]+)"'
)


@dataclass
class Log:
    """What the engine has said so far.

    `changes` is the engine's own count by operation (`create`, `update`, `same`…), there once it has
    finished. `planned` and `done` are the steps begun and ended, `failed` those that ended badly.
    """

    planned: list[EngineStep] = field(default_factory=list)
    done: list[EngineStep] = field(default_factory=list)
    failed: list[EngineStep] = field(default_factory=list)
    diagnostics: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)

    def add(self, event: Event) -> None:
        """Takes one event of the log into account."""
        for name, handle in _HANDLERS.items():
            if name in event:
                handle(self, event[name])

    def _planned(self, event: Event) -> None:
        self.planned.append(_step(event))

    def _done(self, event: Event) -> None:
        self.done.append(_step(event))

    def _failed(self, event: Event) -> None:
        self.failed.append(_step(event))

    def _diagnostic(self, event: Event) -> None:
        text = _plain(event["message"]).strip().removeprefix("error: ").removeprefix("Preview failed: ")
        if event.get("urn") and event["severity"] == "error":
            text = f"{_name(event['urn'])}: {text}"
        if event["severity"] == "error":
            # The engine repeats a failed program's words with this in front.
            said = text.removeprefix("an unhandled error occurred: ")
            if said not in self.diagnostics:
                self.diagnostics.append(said)
        elif event["severity"] == "warning":
            self.warnings.append(text)

    def _summary(self, event: Event) -> None:
        self.changes = Counter(event.get("resourceChanges") or {})


_HANDLERS: dict[str, Callable[[Log, Event], None]] = {
    "resourcePreEvent": Log._planned,
    "resOutputsEvent": Log._done,
    "resOpFailedEvent": Log._failed,
    "diagnosticEvent": Log._diagnostic,
    "summaryEvent": Log._summary,
}


def _step(event: Event) -> EngineStep:
    metadata = event["metadata"]
    return EngineStep(
        metadata["op"],
        metadata["urn"],
        metadata["type"],
        _kinds(metadata),
        metadata.get("old") or {},
        metadata.get("new") or {},
    )


def _kinds(metadata: Event) -> dict[str, str]:
    if detailed := metadata.get("detailedDiff"):
        return {path: difference["diffKind"] for path, difference in detailed.items()}
    return dict.fromkeys(metadata.get("diffs") or (), "update")


def _name(urn: str) -> str:
    parts = urn.split("::")
    return f"{parts[2].split('$')[-1]} {parts[-1]}"


def _plain(text: str) -> str:
    """`text` without the engine's colour marks (`<{%reset%}>`)."""
    while "<{%" in text:
        before, _, rest = text.partition("<{%")
        text = before + rest.partition("%}>")[2]
    return text


class LogReader:
    """Follows an event log file; a line that is still being written waits for the next call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0
        self.log = Log()

    def read(self) -> Log:
        """The log with everything that has been written by now."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._position)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._position += len(line)
                    self._take(line)
        return self.log

    def _take(self, line: bytes) -> None:
        if stays := _STAYS.match(line):
            self.log.done.append(EngineStep("same", stays[1].decode(), stays[2].decode()))
        else:
            self.log.add(json.loads(line))

"""`make systems`: every system file in every environment, each on the real engine, as one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rehearsal.aws.quota_table import QUOTAS
from rehearsal.aws.quotas import exceeded, graph_of_state
from rehearsal.outcome import EngineError
from rehearsal.throwaway import throwaway_session
from rehearsal.workspace.workspace import ENVIRONMENTS


@dataclass(frozen=True)
class Attempt:
    """One system in one environment: what was made, and whether a second preview is empty.

    `mistake` is the engine's complaint when it did not come up.
    """

    system: str
    environment: str
    resources: int = 0
    seconds: float = 0.0
    settled: bool = False
    mistake: str = ""

    @property
    def good(self) -> bool:
        """Whether it came up, and a second preview finds nothing to change."""
        return self.settled and not self.mistake

    def __str__(self) -> str:
        where = f"{self.system:10} {self.environment:8}"
        if self.mistake:
            return f"{where} did not come up: {self.mistake}"
        after = "nothing to change" if self.settled else "NOT empty"
        return f"{where} {self.resources:4} created in {self.seconds:4.1f} s, second preview: {after}"


def systems_of(root: Path) -> list[Path]:
    """The system files of the checkout, the default one first."""
    default = root / "system.yaml"
    examples = sorted((root / "examples" / "systems").glob("*.yaml"))
    return [default, *(file for file in examples if file.resolve() != default.resolve())]


def name_of(system: Path) -> str:
    """The name that a system file gives its system."""
    return str(yaml.safe_load(system.read_text(encoding="utf-8"))["name"])


def environments_of(system: Path) -> list[str]:
    """The environments that a system file has versions for: all, where it leaves them to the stack files."""
    images = yaml.safe_load(system.read_text(encoding="utf-8")).get("images")
    return [each for each in ENVIRONMENTS if images is None or each in images]


def attempts(root: Path, engine: Path) -> Iterator[Attempt]:
    """Brings each one up in a throw-away embedded AWS, one after the other."""
    for system in systems_of(root):
        for environment in environments_of(system):
            yield attempt(root, engine, system, environment)


def attempt(root: Path, engine: Path, system: Path, environment: str) -> Attempt:
    """Brings one system up in one environment, in a throw-away embedded AWS."""
    name = name_of(system)
    try:
        with throwaway_session(root, environment, engine, system=system) as session:
            result = session.up()
            settled = not session.preview().changes
            found = exceeded(graph_of_state(session.export()), QUOTAS)
            if refused := [str(excess) for excess in found if not excess.quota.adjustable]:
                return Attempt(name, environment, mistake="\n".join(refused))
            count = sum(result.log.changes.values())
            return Attempt(name, environment, count, result.seconds, settled)
    except EngineError as error:
        return Attempt(name, environment, mistake=str(error))


def as_json(found: list[Attempt]) -> list[dict[str, Any]]:
    """The result for scripts."""
    return [{**vars(attempt), "seconds": round(attempt.seconds, 2)} for attempt in found]

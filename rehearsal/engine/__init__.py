"""The real Pulumi engine, the `pulumi` command line tool: found, or prepared.

    engine = find_engine()
    print(engine)          # pulumi 3.256.0, found on PATH (/usr/local/bin/pulumi)

The order: $GROUNDWORK_ENGINE when it is set (and then nothing else); `pulumi` on PATH; the copy that
was prepared earlier; Pulumi's own release; a build from pinned Go modules. Standard library only,
since this runs before anything else is known to work. `python -m rehearsal.engine` prepares it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from commands.errors import CommandError, Exit
from rehearsal.engine import build, release
from rehearsal.engine.binary import VERSION, Unavailable, accepted_version
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store

__all__ = ["VERSION", "Engine", "EngineNotFound", "Unavailable", "find_engine"]

OVERRIDE = "GROUNDWORK_ENGINE"

_INSTALL_IT = (
    f"Install Pulumi {VERSION} or newer so that `pulumi` is on PATH (https://www.pulumi.com/docs/install/)"
)


@dataclass(frozen=True)
class Engine:
    """A working engine: where it is, its version, and in words where it came from.

    `passed_over` tells of an engine on PATH that was not good enough, since people would expect that one.
    """

    path: Path
    version: str
    source: str
    passed_over: str = ""

    def __str__(self) -> str:
        line = f"pulumi {self.version}, {self.source} ({self.path})"
        return f"{line}; not {self.passed_over}" if self.passed_over else line


class EngineNotFound(CommandError):
    """There is no engine and none could be prepared; the message says what was tried and what to do.

    `tried` has each way with the reason why it is closed, in the order of trying.
    """

    code = Exit.NO_ENGINE

    def __init__(self, tried: Sequence[tuple[str, Unavailable]]) -> None:
        self.tried = tuple((way, closed.reason) for way, closed in tried)
        width = max(len(way) for way, _ in self.tried)
        lines = [f"  {way.ljust(width)}  {reason}" for way, reason in self.tried]
        remedy = next((closed.remedy for _, closed in tried if closed.remedy), f"{_INSTALL_IT}.")
        super().__init__(
            f"No Pulumi engine ({VERSION} or newer) was found, and none could be prepared. Tried:\n"
            + "\n".join(lines)
            + f"\nWhat to do: {remedy}"
        )


def find_engine(
    environment: Mapping[str, str] | None = None, *, prepare: bool = True, progress: Progress | None = None
) -> Engine:
    """The engine to use.

    Args:
        environment: of the process, unless a test says otherwise.
        prepare: download or build one when there is none. This takes minutes, once.
        progress: where to tell what is being done; standard error by default.

    Raises:
        EngineNotFound: there is none; with the reasons and the one thing to do.
    """
    environment = os.environ if environment is None else environment
    if chosen := environment.get(OVERRIDE):
        return _chosen(Path(chosen).expanduser(), environment)
    store = Store.of(environment)
    tried: list[tuple[str, Unavailable]] = []
    if engine := _on_path(environment, tried):
        return engine
    passed_over = tried[0][1].reason if shutil.which("pulumi", path=_path(environment)) else ""
    engine = _prepared_earlier(store, environment, tried)
    if engine is None and prepare:
        engine = _prepare(store, environment, tried, progress or Progress())
    if engine is None:
        raise EngineNotFound(tried)
    return replace(engine, passed_over=passed_over)


def _chosen(path: Path, environment: Mapping[str, str]) -> Engine:
    try:
        return Engine(path, accepted_version(path, environment), f"chosen by {OVERRIDE}")
    except Unavailable as closed:
        remedy = f"Let {OVERRIDE} name a working Pulumi {VERSION} or newer, or unset it."
        raise EngineNotFound([(f"{OVERRIDE}={path}", Unavailable(closed.reason, remedy))]) from None


def _path(environment: Mapping[str, str]) -> str:
    return environment.get("PATH", os.defpath)


def _on_path(environment: Mapping[str, str], tried: list[tuple[str, Unavailable]]) -> Engine | None:
    found = shutil.which("pulumi", path=_path(environment))
    if found is None:
        tried.append(("pulumi on PATH", Unavailable("there is none")))
        return None
    try:
        return Engine(Path(found), accepted_version(Path(found), environment), "found on PATH")
    except Unavailable as closed:
        tried.append(("pulumi on PATH", Unavailable(f"{found}: {closed.reason}")))
        return None


def _prepared_earlier(
    store: Store, environment: Mapping[str, str], tried: list[tuple[str, Unavailable]]
) -> Engine | None:
    if store.is_tried:
        return Engine(store.binary, VERSION, "prepared earlier")
    try:
        version = accepted_version(store.binary, environment)
        store.note_tried()
        return Engine(store.binary, version, "prepared earlier")
    except Unavailable as closed:
        tried.append(("copy prepared earlier", Unavailable(f"{store.binary}: {closed.reason}")))
        return None


def _prepare(
    store: Store, environment: Mapping[str, str], tried: list[tuple[str, Unavailable]], progress: Progress
) -> Engine | None:
    try:
        with store.preparing(progress) as work:
            # The process that held the lock before this one has probably done the work.
            return _prepared_earlier(store, environment, []) or _make(
                store, work, environment, tried, progress
            )
    except Unavailable as closed:
        tried.append(("download or build", closed))
        return None


def _make(
    store: Store,
    work: Path,
    environment: Mapping[str, str],
    tried: list[tuple[str, Unavailable]],
    progress: Progress,
) -> Engine | None:
    ways: list[tuple[str, str, Callable[[], Path]]] = [
        ("Pulumi's release", "downloaded from Pulumi", lambda: release.download(work, progress)),
        (
            "build from modules",
            "built from pinned Go modules",
            lambda: build.build(work, store, environment, progress),
        ),
    ]
    for way, source, make in ways:
        try:
            with store.explained():
                store.land(make(), environment)
            return Engine(store.binary, VERSION, source)
        except Unavailable as closed:
            tried.append((way, closed))
            if way != ways[-1][0]:
                progress.line(f"{way}: {closed.reason}")
    return None

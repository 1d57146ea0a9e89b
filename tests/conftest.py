"""What all tests share: the engine, and what happens when there is none."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Generator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from rehearsal.engine import Engine, EngineNotFound, find_engine
from rehearsal.garbage import collect_garbage_rarely

# The day of the tests: what ends on a day has not ended. Nothing but such a day may depend on the clock.
os.environ["GROUNDWORK_TODAY"] = "2026-11-21"

# A machine may be busy with other work: how long an example takes there is no fault of what it tests.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# Thousands of tests are collected, and all of them stay: nothing is garbage until they run.
collect_garbage_rarely()

# Folders of modules that each take minutes where others take seconds, the longest first.
_LONGEST_FIRST = [Path(__file__).parent / folder for folder in ("recovery", "rehearsal")]

# What the support modules assert is told in full, as in the tests themselves.
pytest.register_assert_rewrite("tests.support")


def pytest_configure(config: pytest.Config) -> None:
    """From here on, also while tests are collected, workers share what each of them would compute."""
    from tests.support.shared import results_shared

    sharing = ExitStack()
    sharing.enter_context(results_shared(config))
    config.add_cleanup(sharing.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist is about to start a worker."""
    from tests.support.shared import hand_on

    hand_on(node.workerinput)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, since each waits for others now and then, and at most four.

    With the engines and servers that it starts, one needs some 2 GB.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**30
    return max(1, min(cores + 1, gigabytes // 2, 4))


@pytest.fixture(scope="session")
def engine() -> Path:
    """The real Pulumi engine; for tests with the marker `engine`."""
    found = _engine()
    if isinstance(found, EngineNotFound):
        pytest.skip(_reason(found))
    return found.path


@pytest.fixture(scope="session", autouse=True)
def _nothing_that_a_person_has_kept_is_used_or_pushed_out(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[None]:
    from rehearsal.review import kept_base
    from rehearsal.workspace import blank_stack

    kept = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_base, "folder_of_bases", lambda: kept / "bases")
        patch.setattr(blank_stack, "folder_of_stacks", lambda: kept / "stacks")
        yield


@pytest.fixture(scope="session", autouse=True)
def _models_of_aws_are_read_once() -> Generator[None]:
    """Each session of botocore reads its models of AWS anew; they are files that nobody changes."""
    from botocore import loaders

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(loaders.create_loader))
        yield


@pytest.fixture(scope="session", autouse=True)
def _command_lines_are_built_once() -> Generator[None]:
    """typer makes the parsers of all commands anew for each call; their code is changed by nobody."""
    from typer.main import get_command

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(get_command))
        yield


@pytest.fixture(scope="session", autouse=True)
def _json_as_the_schema_has_it() -> Generator[None]:
    """Whatever test has a command print JSON: it is what docs/output.schema.json says."""
    from commands import output
    from tests.support.json_output import check_output

    original = output.write

    def write(command: str | None, text: str) -> None:
        if command:
            check_output(command, json.loads(text))
        original(command, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "write", write)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What has been collected is not looked through again while tests run."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs the engine where there is none; tests never download or build it.

    What takes longest comes first: whoever begins with a disaster last has no help at the end.
    """
    items.sort(key=_place_in_the_queue)
    needing = [item for item in items if item.get_closest_marker("engine")]
    if not needing:
        return
    found = _engine()
    if isinstance(found, EngineNotFound):
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=_reason(found)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test of the engine that was skipped has failed: green would claim what nobody saw."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _in_ci() and item.get_closest_marker("engine"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} needs the engine, and in CI it may not be skipped.\n{reason}"
    return report


def _place_in_the_queue(item: pytest.Item) -> int:
    """Of a module's folder; modules of one folder stay in their order, and tests in their module's."""
    folder = item.path.parent
    return _LONGEST_FIRST.index(folder) if folder in _LONGEST_FIRST else len(_LONGEST_FIRST)


@cache
def _engine() -> Engine | EngineNotFound:
    try:
        return find_engine(prepare=False)
    except EngineNotFound as error:
        return error


def _reason(error: EngineNotFound) -> str:
    tried = "; ".join(f"{way}: {reason}" for way, reason in error.tried)
    return f"no Pulumi engine ({tried}); `make engine` prepares one"


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")

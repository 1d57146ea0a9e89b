"""A cloud for the tests of one module, kept in a journal, so that it can be replayed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.workspace.journal import Journal
from tests.support.aws_round_trip import ACCOUNT, OTHER_ACCOUNT, Life, WatchedCloud


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's cloud is kept."""
    return tmp_path_factory.mktemp("cloud") / "journal.jsonl"


@pytest.fixture(scope="module")
def cloud(journal: Path) -> Iterator[WatchedCloud]:
    """A started cloud."""
    with WatchedCloud(ACCOUNT, Journal(journal)) as started:
        yield started


@pytest.fixture(scope="module")
def other_cloud() -> Iterator[WatchedCloud]:
    """Another account's, in the same process."""
    with WatchedCloud(OTHER_ACCOUNT) as started:
        yield started


@pytest.fixture(scope="module")
def life(cloud: WatchedCloud) -> Life:
    """Resources in that cloud."""
    return Life(cloud)

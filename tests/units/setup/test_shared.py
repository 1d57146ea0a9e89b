"""What pytest's processes share is computed by one of them, and read by the others as it was."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import shared as module
from tests.support.checkout import ROOT
from tests.support.recordings import SYSTEMS, recording_of, system_recording
from tests.support.shared import shared


def _in_another_process(computed: list[str]) -> Callable[..., list[str]]:
    """The same function, of a process that has computed nothing yet; `computed` has what it does compute."""

    def result(*texts: str) -> list[str]:
        computed.append(",".join(texts))
        return [*texts, "computed"]

    return shared(result)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module._Folder, "path", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_it_is_computed_once_for_each_argument() -> None:
    computed: list[str] = []
    one, other = _in_another_process(computed), _in_another_process(computed)
    assert one("a") == other("a") == ["a", "computed"]
    assert other("a", "b") == one("a", "b") == ["a", "b", "computed"]
    assert computed == ["a", "a,b"]
    assert other("a") is not one("a")  # what one process did to its own, no other would see


@pytest.mark.usefixtures("folder")
def test_what_could_not_be_computed_is_computed_again() -> None:
    def fails(*_: str) -> list[str]:
        raise ValueError("not now")

    fails.__qualname__ = _in_another_process.__qualname__ + ".<locals>.result"
    with pytest.raises(ValueError, match="not now"):
        shared(fails)("a")
    assert _in_another_process([])("a") == ["a", "computed"]


def test_what_a_test_starts_shares_nothing(folder: Path) -> None:
    """A copy of the checkout, whose program is another one, is recorded anew."""
    lines = "from tests.support import shared; print(shared._Folder.path)"
    done = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
    assert list(folder.iterdir()) == []


def test_a_recording_is_the_same_when_it_has_been_read() -> None:
    for recording in (recording_of("prod"), system_recording(SYSTEMS[0], "dev")):
        written = pickle.dumps(recording, pickle.HIGHEST_PROTOCOL)
        assert pickle.loads(written) == recording  # noqa: S301  # as it was just written

"""DR-3, ENV-6: while the engine works, a recovery looks at other things; the engine is never left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.recovery.pulumi import Pulumi

pytestmark = pytest.mark.contract("DR-3", "ENV-6")


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that an engine of half a second's work leaves when it has ended in good order."""
    program, file = tmp_path / "pulumi", tmp_path / "ended"
    program.write_text(f"#!/bin/sh\nsleep 0.5\ntouch '{file}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return file


def test_an_error_beside_the_engine_waits_until_it_has_ended(tmp_path: Path, ended: Path) -> None:
    """Else it would work on without anybody, and the next command would find the stack locked."""

    def looking() -> None:
        raise RuntimeError("AWS does not answer")

    with pytest.raises(RuntimeError, match="AWS does not answer"):
        Pulumi(tmp_path, "dev").up(looking)
    assert ended.exists()


def test_it_is_waited_for_as_well_where_nothing_goes_wrong(tmp_path: Path, ended: Path) -> None:
    looked: list[int] = []
    Pulumi(tmp_path, "dev").up(lambda: looked.append(1))
    assert ended.exists()
    assert looked


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ((), []),
        (("urn:a", "urn:**b"), ["--exclude", "urn:a", "--exclude", "urn:**b", "--exclude-dependents"]),
    ],
)
def test_what_is_left_for_later_is_left_with_all_that_depends_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...], told: list[str]
) -> None:
    """Else the engine refuses: what depends on it has nothing to depend on."""
    program, words = tmp_path / "pulumi", tmp_path / "words"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{words}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    Pulumi(tmp_path, "dev").up(lambda: None, without)
    said = words.read_text(encoding="utf-8").splitlines()
    assert said[said.index("--parallel") + 2 : said.index("--stack")] == told

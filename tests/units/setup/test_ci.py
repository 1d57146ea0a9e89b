"""A test that needs the engine is skipped without one, and in CI that is a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

TESTS = """
import pytest

@pytest.mark.engine
def test_of_the_engine(engine):
    assert engine.is_file()

def test_of_something_else():
    pass
"""


def run(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Two tests, one of which needs the engine, in a session of their own."""
    (tmp_path / "test_two.py").write_text(TESTS)
    plugins = ["-p", "tests.conftest", "-p", "no:cacheprovider"]
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path)]
    own = {"PATH": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *options],
        cwd=tmp_path,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def engine_of_its_own(tmp_path: Path) -> Path:
    """Something that answers as an engine does, chosen by its environment variable."""
    path = tmp_path / "engine"
    path.write_text("#!/bin/sh\necho v3.256.0\n")
    path.chmod(0o755)
    return path


def test_without_an_engine_its_tests_are_skipped_with_the_reason(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert "1 passed, 1 skipped" in result.stdout
    assert "no Pulumi engine (pulumi on PATH: there is none; " in result.stdout
    assert result.returncode == 0


@pytest.mark.parametrize("value", ["true", "1"])
def test_in_ci_that_is_a_failure(tmp_path: Path, value: str) -> None:
    result = run(tmp_path, CI=value)
    assert "1 passed, 1 error" in result.stdout
    assert "test_of_the_engine needs the engine, and in CI it may not be skipped" in result.stdout
    assert result.returncode == 1


def test_with_an_engine_its_tests_run(tmp_path: Path, engine_of_its_own: Path) -> None:
    result = run(tmp_path, CI="true", GROUNDWORK_ENGINE=str(engine_of_its_own))
    assert "2 passed" in result.stdout

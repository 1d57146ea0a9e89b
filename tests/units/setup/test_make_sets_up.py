"""`make` sets itself up, once and whole, killed or with another one beside it; and clears what it made."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.units.setup.conftest import SETUP, Make


class TestSetUp:
    def test_the_environment_is_made_before_the_first_command(
        self, make: Make, calls: Callable[[], list[str]]
    ) -> None:
        make("up")
        assert calls() == [*SETUP, "-m rehearsal up --env dev"]

    def test_it_is_made_once(self, make: Make, calls: Callable[[], list[str]]) -> None:
        make("up")
        make("up")
        assert calls() == [*SETUP, *["-m rehearsal up --env dev"] * 2]

    def test_it_is_made_anew_for_other_requirements(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path
    ) -> None:
        make("up")
        (tmp_path / "checkout" / "requirements.txt").write_text("one==2\n")
        make("up")
        assert calls() == [*SETUP, "-m rehearsal up --env dev"] * 2

    def test_it_is_not_made_anew_when_git_has_written_the_same_requirements_again(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path
    ) -> None:
        make("up")
        tomorrow = time.time() + 86400
        os.utime(tmp_path / "checkout" / "requirements.txt", (tomorrow, tomorrow))
        make("up")
        assert calls() == [*SETUP, *["-m rehearsal up --env dev"] * 2]

    def test_packages_are_checked_against_their_hashes(self, make: Make, tmp_path: Path) -> None:
        make("up")
        assert "--require-hashes -r requirements.txt" in (tmp_path / "calls").read_text()

    def test_the_checkers_have_an_environment_of_their_own_once_they_are_asked_for(
        self, make: Make, calls: Callable[[], list[str]]
    ) -> None:
        make("audit")
        make("audit", "ENV=prod")
        theirs = ["-m venv .venv-audit", *SETUP[1:]]
        audit = "-m rehearsal audit --checkers .venv-audit"
        kinds = {"workflows": "workflows/*.yml", "actions": "actions/*/action.yml"}
        schemas = [f"vendor.github-{kind} .github/{files}" for kind, files in kinds.items()]
        schemas.append("vendor.dependabot .github/dependabot.yml")
        workflows = [f"-m check_jsonschema --quiet --builtin-schema {each}" for each in schemas]
        before = [*workflows, "-m rehearsal.audit.actionlint", "-m vulture"]
        assert calls() == [*SETUP, *theirs, *before, audit, *before, f"{audit} --env prod"]

    def test_only_the_tests_wait_for_what_they_need_on_top(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path
    ) -> None:
        make("up")
        assert "-r requirements-test.txt" not in (tmp_path / "calls").read_text()
        before = len(calls())
        make("test")
        make("test")
        installed = [call for call in calls()[before:] if call in ("-m pip install", SETUP[0])]
        assert installed == ["-m pip install"]
        assert "--require-hashes -r requirements-test.txt" in (tmp_path / "calls").read_text()

    @pytest.mark.parametrize("target", ["test", "lint", "docs"])
    def test_the_tests_may_be_the_first_command_of_a_fresh_checkout(
        self, make: Make, calls: Callable[[], list[str]], target: str
    ) -> None:
        make(target)
        assert calls()[:4] == [*SETUP, "-m pip install"]

    def test_a_failed_installation_of_what_tests_need_is_told_and_begun_again(
        self, make: Make, calls: Callable[[], list[str]]
    ) -> None:
        make("up")
        failed = make("lint", PIP="echo no such package; exit 1")
        assert failed.returncode != 0
        assert "no such package" in failed.stdout
        assert "run the same command again" in failed.stderr
        count = len(calls())
        make("lint")
        assert "-m pip install" in calls()[count:]

    def test_a_killed_installation_is_begun_again(self, make: Make, calls: Callable[[], list[str]]) -> None:
        assert make("up", PIP="kill -9 $$").returncode != 0
        make("up")
        assert calls() == [*SETUP[:2], *SETUP, "-m rehearsal up --env dev"]

    def test_a_failed_installation_shows_the_reason_and_what_to_do(self, make: Make) -> None:
        result = make("up", PIP="echo no such package; exit 1")
        assert result.returncode != 0
        assert "no such package" in result.stdout
        assert "run the same command again" in result.stderr

    def test_python_that_is_too_old_is_told(self, make: Make, tmp_path: Path) -> None:
        result = make("up", TOO_OLD="1")
        assert result.returncode != 0
        assert f"Python 3.11 or newer is needed; tried: {tmp_path / 'python'}." in result.stderr

    def test_a_checkout_that_cannot_be_written_is_told(self, make: Make, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        result = make("up", f"VENV={tmp_path / 'file' / 'venv'}")
        assert "cannot be written" in result.stderr
        assert "make VENV=" in result.stderr

    @pytest.mark.parametrize("target", ["up", "clean"])
    def test_a_folder_with_other_things_is_never_cleared(
        self, make: Make, tmp_path: Path, target: str
    ) -> None:
        precious = tmp_path / "home" / "precious"
        precious.parent.mkdir()
        precious.write_text("")
        make(target, f"VENV={precious.parent}")
        assert precious.exists()

    def test_an_environment_behind_a_link_is_used_but_never_cleared(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path
    ) -> None:
        shared = tmp_path / "shared"
        make("up", f"VENV={shared}")
        (tmp_path / "checkout" / ".venv").symlink_to(shared)
        assert make("up").returncode == 0
        (tmp_path / "checkout" / "requirements.txt").write_text("one==2\n")
        refused = make("up")
        assert f"make VENV={shared} " in refused.stderr
        assert (shared / "pyvenv.cfg").exists()
        assert sum("-m venv" in call for call in calls()) == 1


class TestTwoAtOnce:
    def test_the_second_waits_and_finds_the_environment_ready(
        self, make: Make, calls: Callable[[], list[str]]
    ) -> None:
        with ThreadPoolExecutor() as pool:
            both = list(pool.map(lambda _: make("up", PIP="sleep 0.3"), range(2)))
        assert [done.returncode for done in both] == [0, 0]
        assert sorted(calls()) == sorted([*SETUP, *["-m rehearsal up --env dev"] * 2])
        assert sum("Another make is at work in .venv; waiting" in done.stderr for done in both) == 1

    def test_the_tests_own_packages_are_added_once(self, make: Make, calls: Callable[[], list[str]]) -> None:
        make("up")
        before = len(calls())
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda _: make("lint", PIP="sleep 0.3"), range(2)))
        assert sum("pip install" in call for call in calls()[before:]) == 1

    @pytest.mark.parametrize("moment", ["KILLED", "PIP"])
    def test_what_a_kill_leaves_is_cleared_and_made_again(
        self, make: Make, calls: Callable[[], list[str]], moment: str
    ) -> None:
        assert make("up", **{moment: "kill -9 $$"}).returncode != 0
        assert make("up").returncode == 0
        assert not [call for call in calls() if call.startswith("left:")]

    def test_an_environment_that_was_half_cleared_is_no_other_folder(
        self, make: Make, tmp_path: Path
    ) -> None:
        make("up")
        environment = tmp_path / "checkout" / ".venv"
        (environment / "pyvenv.cfg").unlink()
        (tmp_path / "checkout" / "requirements.txt").write_text("one==2\n")
        assert make("up").returncode == 0


class TestClean:
    def test_it_says_what_is_deleted(self, make: Make, tmp_path: Path) -> None:
        make("up")
        (tmp_path / "checkout" / "manifests").mkdir()
        assert make("clean").stdout.startswith("Deleted: .venv manifests.\n")
        assert sorted(path.name for path in (tmp_path / "checkout").glob("[.m]*")) == []
        assert make("clean").stdout.startswith("There was nothing to delete.\n")

    def test_it_says_what_is_kept_and_why(self, make: Make, tmp_path: Path) -> None:
        checkout = tmp_path / "checkout"
        (checkout / "precious").mkdir()
        assert "precious is kept: it is no Python environment." in make("clean", "VENV=precious").stdout
        (checkout / ".venv").symlink_to(checkout / "precious")
        assert ".venv is kept: it is a link" in make("clean").stdout
        assert (checkout / "precious").is_dir()

    def test_an_environment_that_was_half_cleared_is_deleted(self, make: Make, tmp_path: Path) -> None:
        make("up")
        (tmp_path / "checkout" / ".venv" / "pyvenv.cfg").unlink()
        assert make("clean").stdout.startswith("Deleted: .venv.\n")

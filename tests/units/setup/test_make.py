"""`make` sets itself up, once and whole, and calls the command line with what the person said."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# Stands for Python, outside and inside the environment; notes every call but questions.
PYTHON = f"""#!/bin/sh
case "$*" in
"-c "*) exit ${{TOO_OLD:-0}} ;;
-V) echo Python 3.11.99; exit ;;
tools/environment/locked.py*) exec {sys.executable} -S "$@" ;;
esac
echo "$*" >> "$CALLS"
case "$*" in
"-m venv "*)
    for held in "$3"/* "$3"/.[!.]*; do
        case "$held" in *"*"|*"!"*|*/.groundwork-lock) ;; *) echo "left: $held" >> "$CALLS" ;; esac
    done
    eval "${{KILLED:-true}}"; mkdir -p "$3/bin"; touch "$3/pyvenv.cfg"; cp "$0" "$3/bin/python" ;;
"-m pip install "*) eval "${{PIP:-true}}" ;;
esac
"""

Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Runs `make` in a checkout of its own, with a stand-in for Python."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    shutil.copy(ROOT / "Makefile", checkout)
    shutil.copytree(ROOT / "tools" / "environment", checkout / "tools" / "environment")
    (checkout / "requirements.txt").write_text("one==1\n")
    (checkout / "requirements-test.txt").write_text("three==1\n")
    (checkout / "requirements-audit.txt").write_text("two==1\n")
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        calls = {"CALLS": str(tmp_path / "calls"), "PATH": os.defpath, **environment}
        command = ["make", f"PYTHON={python}", *arguments]
        return subprocess.run(command, cwd=checkout, env=calls, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """The calls of Python so far, without the installer's many options."""

    def read() -> list[str]:
        path = tmp_path / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [re.sub(r"(pip install|compileall) .*", r"\1", line) for line in lines]

    return read


SETUP = ["-m venv .venv", "-m pip install", "-m compileall"]


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


# What would run something, were it part of a command or expanded by make.
INJECTION = "x'; touch hit; '$(shell touch hit)`touch hit`$$(touch hit)"
SWITCHES = ["BACK", "FORCE", "FORWARD", "OWNER_GONE", "YES"]
TARGETS = {
    "up": ["ENV", "SYSTEM", "JSON"],
    "preview": ["ENV", "SYSTEM", "BASE", "TRY"],
    "serve": ["ENV", "SYSTEM", "PORT", "DATA"],
    "manifests": ["ENV", "OUTPUT"],
    "timeline": ["ENV", "OUTPUT", "PARALLEL"],
    "reset": ["ENV", "SYSTEM"],
    "promote": ["FROM", "TO", "DIGESTS"],
    "protect": ["TEAM", "SYSTEM"],
    "bootstrap": ["ENV", "REGION"],
    "plan": ["ENV", "OUTPUT"],
    "deploy": ["ENV", "PLAN", "ENDPOINT"],
    "smoke": ["ENV", "CONNECT", "ENDPOINT"],
    "gate": ["ENV", "WAIT"],
    "watch": ["ENV", "MINUTES", "SINCE"],
    "rollback": ["ENV", "TO"],
    "emergency": ["ENV", "REASON", "SECOND"],
    "purge": ["ENV", "PATHS", "ENDPOINT"],
    "secret": ["NAME", "ENV", "ENDPOINT"],
    "revoke": ["NAME", "ENV", "SYSTEM"],
    "parity": ["FROM", "TO", "SAVE", "HELD", "ACCEPT", "PROFILES", "ENDPOINTS"],
    "audit": ["ENV", "SYSTEM"],
    "dns": ["ENV", "ZONE", "NAMES"],
    "recover": ["WHAT", "TO", "SNAPSHOT", "BACKUP", "GENERATION", "OF", "OUTPUT", *SWITCHES],
    "disaster": ["ENV", "NAME"],
    "disasters": ["ONLY", "SYSTEM"],
    "release": ["VERSION"],
    "test": ["TESTS"],
}


# Lists, of which each word is handed on, and switches.
NOT_HANDED_ON = {
    "DATA",
    "JSON",
    "TRY",
    "DIGESTS",
    "PATHS",
    "ACCEPT",
    "PROFILES",
    "ENDPOINTS",
    "NAMES",
    "TESTS",
    *SWITCHES,
}


class TestValues:
    @pytest.mark.parametrize(("target", "names"), TARGETS.items(), ids=TARGETS)
    def test_nothing_of_a_value_is_run(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path, target: str, names: list[str]
    ) -> None:
        make("up")
        for name in names:
            make(target, f"{name}={INJECTION}")
            assert not (tmp_path / "checkout" / "hit").exists(), name
            if name not in NOT_HANDED_ON:
                assert INJECTION in calls()[-1]

    def test_nothing_of_a_value_from_the_environment_is_run(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path
    ) -> None:
        make("up", ENV=INJECTION)
        assert not (tmp_path / "checkout" / "hit").exists()
        assert calls()[-1] == f"-m rehearsal up --env {INJECTION}"

    @pytest.mark.parametrize("given", [INJECTION, "a b", "-rf", "x: ; touch hit", "a$(b)", 'a"'])
    def test_a_folder_of_special_characters_is_refused_by_name(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path, given: str
    ) -> None:
        refused = make("up", f"VENV={given}")
        assert refused.returncode != 0
        assert "VENV: found" in refused.stderr
        assert not (tmp_path / "checkout" / "hit").exists()
        assert calls() == []

    def test_every_variable_that_a_command_reads_is_handed_on_as_it_stands(self) -> None:
        """make expands what it exports by itself: a name that GIVEN lacks runs what a person wrote."""
        text = (ROOT / "Makefile").read_text()
        given = re.search(r"^GIVEN := ((?:.*\\\n)*.*)$", text, re.MULTILINE)
        assert given is not None
        read = set(re.findall(r"\$\$\{?([A-Z][A-Z_]+)|\$\(call each,([A-Z_]+)", text))
        names = {shell or listed for shell, listed in read} - {"CACHE"}
        assert len(names) > 40
        assert names <= set(given[1].replace("\\\n", " ").split())

    def test_no_command_has_a_value_of_a_person_in_it(self) -> None:
        text = (ROOT / "Makefile").read_text()
        own = set(re.findall(r"^(?:\$\(\w+\): |export )?([A-Z_]+)\s*[:?]?=", text, re.MULTILINE)) - {"ENV"}
        # What neither the Makefile nor make sets comes from a person. Whether there is one may be asked.
        asked = re.sub(r"\$\(if \$\((?:UPGRADE|DATA)\),", "", text)
        used = set(re.findall(r"\$\(([A-Z_]+)\)", asked))
        assert used - own == {"MAKE"}


class TestCommands:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["up", "ENV=prod"], "up --env prod"),
            (["up", "INVENTORY=1"], "up --env dev --inventory"),
            (["up", "SYSTEM=examples/a.yaml", "JSON=1"], "up --env dev --system examples/a.yaml --json"),
            (["preview", "ENV=prod", "BASE=main", "JSON=1"], "preview --env prod --json --base main"),
            (["preview", "BASE=main", "TRY=1"], "preview --env dev --base main --try"),
            (["serve", "PORT=5000"], "serve --env dev --port 5000"),
            (["serve", "DATA=1"], "serve --env dev --data"),
            (["manifests", "ENV=prod", "OUTPUT=out"], "manifests --env prod --output out"),
            (["timeline", "OUTPUT=a.svg", "PARALLEL=64"], "timeline --env dev --output a.svg --parallel 64"),
            (["refresh", "ENV=staging"], "refresh --env staging"),
            (["destroy"], "destroy --env dev"),
            (["sdk", "ENV=prod"], "bench-sdk --env prod"),
            (["disasters", "ONLY=bad-data"], "disasters --only bad-data"),
            (["disasters", "WRITE=1"], "disasters --write"),
            (["release", "VERSION=1.2.0"], "release --version 1.2.0"),
            (["reset", "ENV=prod"], "reset --env prod"),
            (["preview", "BASE=a branch; x"], "preview --env dev --base a branch; x"),
        ],
    )
    def test_the_command_line_gets_what_the_person_said(
        self, make: Make, calls: Callable[[], list[str]], arguments: list[str], expected: str
    ) -> None:
        make(*arguments)
        assert calls()[-1] == f"-m rehearsal {expected}"

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["TO=latest"], "database --env dev --to latest"),
            (["ENV=prod", "WHAT=region", "FORCE=1", "YES=1"], "region --env prod --force --yes"),
            (["WHAT=plan", "OF=region", "OUTPUT=a.svg"], "plan --env dev --of region --output a.svg"),
            (["WHAT=deployment", "FORWARD=1"], "deployment --env dev --forward"),
            (["WHAT=region", "OWNER_GONE=1"], "region --env dev --owner-gone"),
            (
                ["WHAT=account", "BACKUP_PROFILE=outside", "BACKUP_ENDPOINT=http://127.0.0.1:1"],
                "account --env dev --backup-profile outside --backup-endpoint-url http://127.0.0.1:1",
            ),
            (["WHAT=retire", "GENERATION=1"], "retire --env dev --generation 1"),
        ],
    )
    def test_a_recovery_gets_what_the_person_said(
        self, make: Make, calls: Callable[[], list[str]], arguments: list[str], expected: str
    ) -> None:
        make("recover", *arguments)
        assert calls()[-1] == f"-m operations recover {expected}"

    def test_a_shell_that_evaluates_what_is_printed_gets_nothing_of_the_installation(
        self, make: Make, calls: Callable[[], list[str]]
    ) -> None:
        printed = make("env", "ENV=prod")
        assert printed.stdout == ""
        assert "packages" in printed.stderr
        assert calls()[-1] == "-m rehearsal env --env prod"

    def test_without_a_target_everything_there_is_is_listed(self, make: Make) -> None:
        phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert phony is not None
        listed = re.findall(r"^  (\w+)  ", make().stdout, re.MULTILINE)
        assert sorted(listed) == sorted(phony[1].split())


class TestRun:
    @pytest.mark.parametrize("failing", ["ruff", "mypy", "pytest"])
    def test_one_failing_check_fails_the_whole(self, make: Make, tmp_path: Path, failing: str) -> None:
        assert make("engine").returncode == 0
        tools = tmp_path / "checkout" / ".venv" / "bin"
        (tools / "ruff").write_text(f"#!/bin/sh\nexit {int(failing == 'ruff')}\n")
        (tools / "ruff").chmod(0o755)
        python = (tools / "python").read_text()
        (tools / "python").write_text(python.replace("esac\n", f'*"-m {failing} "*) exit 1 ;;\nesac\n', 1))
        result = make("test")
        assert result.returncode != 0
        assert result.stdout.splitlines()[-1] == f"Failed: {failing}"

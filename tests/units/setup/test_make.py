"""`make` calls the command line with what the person said, and with nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.units.setup.conftest import Make

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

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["deploy", "env=prod"], "found the name env; allowed: "),
            (["recover", "ENV=prod", "TOO=latest"], "found the name TOO; allowed: "),
            (["deploy", "prod"], "found the target prod; allowed: help up "),
            (["upp"], "found the target upp; allowed: help up "),
            ([f"x{INJECTION}"], f"found the target x{INJECTION}"),
        ],
    )
    def test_a_slip_in_a_name_is_refused_before_anything_is_done(
        self, make: Make, calls: Callable[[], list[str]], tmp_path: Path, arguments: list[str], expected: str
    ) -> None:
        refused = make(*arguments)
        assert refused.returncode == 2
        assert expected in refused.stderr
        assert calls() == []
        assert not (tmp_path / "checkout" / "hit").exists()

    def test_what_commands_read_in_the_environment_may_be_given_too(
        self, make: Make, calls: Callable[[], list[str]]
    ) -> None:
        done = make(
            "up", "GROUNDWORK_ENGINE=/opt/pulumi", "AWS_PROFILE=kept", "HTTPS_PROXY=http://proxy:3128"
        )
        assert done.returncode == 0, done.stderr
        assert calls()

    def test_no_command_has_a_value_of_a_person_in_it(self) -> None:
        text = (ROOT / "Makefile").read_text()
        own = set(re.findall(r"^(?:\$\(\w+\): |export )?([A-Z_]+)\s*[:?]?=", text, re.MULTILINE)) - {"ENV"}
        # What neither the Makefile nor make sets comes from a person. Whether there is one may be asked.
        asked = re.sub(r"\$\(if \$\((?:UPGRADE|DATA)\),", "", text)
        used = set(re.findall(r"\$\(([A-Z_]+)\)", asked))
        # Targets are compared and shown, and no command has them.
        assert used - own == {"MAKE", "MAKECMDGOALS"}


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
            (["ENV=prod", "PLAN=a.json"], "deploy --env prod --plan a.json"),
            (["ENV=prod", "BACKUP_ACCOUNT=1"], "deploy-backup-account --env prod"),
            (["BACKUP_ACCOUNT=1", "WHAT=plan"], "deploy-backup-account --env dev --dry-run"),
            (["BACKUP_ACCOUNT=1", "PLAN=a.json"], "deploy-backup-account --env dev --plan a.json"),
            # Refused, and not a deployment by mistake: `make plan` shows the environment's.
            (["WHAT=plan"], "deploy --env dev --dry-run"),
        ],
    )
    def test_a_deployment_is_the_environments_or_the_backup_accounts(
        self, make: Make, calls: Callable[[], list[str]], arguments: list[str], expected: str
    ) -> None:
        make("deploy", *arguments)
        assert calls()[-1] == f"-m operations {expected}"

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
        text = (ROOT / "Makefile").read_text()
        targets = re.search(r"^TARGETS := ((?:.*\\\n)*.*)$", text, re.MULTILINE)
        assert targets is not None
        listed = re.findall(r"^  (\w+)  ", make().stdout, re.MULTILINE)
        assert sorted(listed) == sorted(targets[1].replace("\\\n", " ").split())


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

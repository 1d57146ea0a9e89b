"""No test depends on the day that it is run on: a recovery in some years starts from tests that pass."""

from __future__ import annotations

import ast
import os
from datetime import date

import pytest

from operations.checkout import ROOT, declared
from tests.support.recorder import TODAY

# Who asks the clock, and compares with nothing but what has been made in the same test.
OWN_AGE = {
    "functions/test_check_outside.py",
    "functions/test_check_recovery.py",
    "functions/test_escalate.py",
    "functions/test_remind.py",
    "functions/test_restore_test_rows.py",
    "operations/test_backup.py",
    "operations/files/conftest.py",
    "operations/test_missed_objects.py",
    "operations/test_restore_tests_command.py",
    "rehearsal/test_deployed_functions.py",
    "support/deployed.py",
    "support/emptied_account.py",
    "units/rehearsal/aws/test_backup_jobs.py",
    "units/rehearsal/aws/test_rds_backups.py",
    "units/rehearsal/datastores/test_rds.py",
    "units/setup/test_ci_scripts.py",
    "units/setup/test_make_sets_up.py",
}
CLOCKS = {"now", "today", "utcnow", "time"}


def _asks_the_clock(source: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date", "time")
        for node in ast.walk(ast.parse(source))
    )


def test_the_day_of_what_ends_is_fixed_for_all_tests() -> None:
    assert os.environ["GROUNDWORK_TODAY"] == TODAY.isoformat()


def test_no_other_test_asks_the_clock() -> None:
    tests = ROOT / "tests"
    asking = {
        str(file.relative_to(tests)) for file in tests.rglob("*.py") if _asks_the_clock(file.read_text())
    }
    assert asking == OWN_AGE


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_no_operation_is_refused_for_a_day_that_is_over(
    monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    # A deployment is, until it is renewed (SEC-5); what brings back or renews is not.
    monkeypatch.setenv("GROUNDWORK_TODAY", "2031-11-21")
    assert min(each.ends for each in declared(environment).system.expiries.values()) < date(2031, 11, 21)

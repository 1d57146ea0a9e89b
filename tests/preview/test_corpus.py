"""A corpus of changes: for each the risks that are named, and no others. It grows with each mistake."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from preview.money import cost_of
from tests.preview.case import Case, mistakes, played, together
from tests.preview.changes_of_buckets_and_backups import CASES as OF_BUCKETS_AND_BACKUPS
from tests.preview.changes_of_data import CASES as OF_DATA
from tests.preview.changes_of_edge import CASES as OF_EDGE
from tests.preview.changes_of_files import CASES as OF_FILES
from tests.preview.changes_of_network import CASES as OF_NETWORK
from tests.preview.changes_of_pods import CASES as OF_PODS
from tests.preview.changes_of_rights import CASES as OF_RIGHTS
from tests.preview.changes_of_rights_and_alarms import CASES as OF_RIGHTS_AND_ALARMS
from tests.preview.changes_of_schedules import CASES as OF_SCHEDULES
from tests.preview.changes_of_services import CASES as OF_SERVICES
from tests.preview.changes_of_services import OF_DECLARED as OF_RUNNING
from tests.preview.changes_of_settings import CASES as OF_SETTINGS
from tests.preview.changes_of_sizes import CASES as OF_SIZES
from tests.preview.changes_of_standards import CASES as OF_STANDARDS
from tests.preview.changes_of_stores import CASES as OF_STORES
from tests.preview.changes_of_versions import CASES as OF_VERSIONS
from tests.preview.changes_of_watching import CASES as OF_WATCHING
from tests.preview.changes_of_ways import CASES as OF_WAYS
from tests.preview.changes_of_what_is_needed import CASES as OF_WHAT_IS_NEEDED

OF_VALUES = (*OF_FILES, *OF_SIZES, *OF_STANDARDS, *OF_SERVICES)
OF_PROGRAM = (
    *OF_DATA,
    *OF_BUCKETS_AND_BACKUPS,
    *OF_NETWORK,
    *OF_RIGHTS_AND_ALARMS,
    *OF_PODS,
    *OF_SETTINGS,
    *OF_SCHEDULES,
    *OF_WATCHING,
    *OF_EDGE,
    *OF_STORES,
    *OF_RUNNING,
    *OF_WAYS,
    *OF_RIGHTS,
    *OF_VERSIONS,
    *OF_WHAT_IS_NEEDED,
)
TOGETHER = together(OF_VALUES)


def test_every_change_of_the_corpus_is_another() -> None:
    names = Counter(case.name for case in (*OF_VALUES, *OF_PROGRAM))
    assert [name for name, count in names.items() if count > 1] == []
    assert names.total() >= 100


@pytest.mark.parametrize("cases", TOGETHER, ids=lambda cases: f"{cases[0].name} and {len(cases) - 1} more")
def test_changes_of_values_name_their_risks_and_no_others(cases: list[Case], tmp_path: Path) -> None:
    # Changes that have nothing to do with each other are evaluated together; each by itself when that fails.
    if mistakes(cases, played(cases, tmp_path)):
        alone = {case.name: mistakes([case], played([case], tmp_path)) for case in cases}
        assert {name: found for name, found in alone.items() if found} == {}
        pytest.fail("only together: play them apart")


def test_a_larger_database_and_fewer_gateways_are_told_in_dollars(tmp_path: Path) -> None:
    wanted = ("the database gets a larger machine", "one NAT gateway")
    cases = [case for case in OF_VALUES if case.name in wanted]
    cost = cost_of(played(cases, tmp_path))
    # By hand: 2*(0.337 - 0.168)*730; two gateways at 0.045 and two addresses at 0.005.
    assert {area: round(dollars, 2) for area, dollars in cost.parts.items()} == {
        "Database": 246.74,
        "Network": -73.0,
    }
    # The replica's price in the recovery region is not known.
    assert "+1 x db.m7g.xlarge in us-east-2" in cost.missing


@pytest.mark.parametrize("case", OF_PROGRAM, ids=lambda case: case.name)
def test_changes_of_the_program_name_their_risks_and_no_others(case: Case, tmp_path: Path) -> None:
    assert mistakes([case], played([case], tmp_path)) == []

"""What `make systems` says of each attempt."""

from __future__ import annotations

from pathlib import Path

from rehearsal.systems import Attempt, environments_of, name_of, systems_of
from rehearsal.workspace.workspace import ENVIRONMENTS
from tests.support.checkout import ROOT
from tests.support.recordings import SYSTEMS


def test_the_default_system_comes_first_and_none_twice() -> None:
    names = [name_of(system) for system in systems_of(ROOT)]
    assert names[0] == name_of(ROOT / "system.yaml")
    assert sorted(names) == list(SYSTEMS)


def test_a_system_is_tried_where_it_has_versions(tmp_path: Path) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("name: some\nimages: {dev: {}, prod: {}}\n", encoding="utf-8")
    assert environments_of(system) == ["dev", "prod"]
    assert environments_of(ROOT / "system.yaml") == list(ENVIRONMENTS)


def test_a_second_preview_that_is_not_empty_is_no_success() -> None:
    attempt = Attempt("node", "prod", resources=300, seconds=5.0, settled=False)
    assert not attempt.good
    assert str(attempt).endswith("second preview: NOT empty")


def test_what_did_not_come_up_says_why() -> None:
    attempt = Attempt("node", "prod", mistake="the bucket is taken")
    assert not attempt.good
    assert "did not come up: the bucket is taken" in str(attempt)

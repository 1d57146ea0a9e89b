"""What `make systems` says of each attempt."""

from __future__ import annotations

from rehearsal.systems import Attempt, name_of, systems_of
from tests.support.checkout import ROOT


def test_the_default_system_comes_first_and_none_twice() -> None:
    names = [name_of(system) for system in systems_of(ROOT)]
    assert names[0] == name_of(ROOT / "system.yaml")
    assert sorted(names) == ["escrow", "fixzit", "node", "paintbox", "triangle"]


def test_a_second_preview_that_is_not_empty_is_no_success() -> None:
    attempt = Attempt("node", "prod", resources=300, seconds=5.0, settled=False)
    assert not attempt.good
    assert str(attempt).endswith("second preview: NOT empty")


def test_what_did_not_come_up_says_why() -> None:
    attempt = Attempt("node", "prod", mistake="the bucket is taken")
    assert not attempt.good
    assert "did not come up: the bucket is taken" in str(attempt)

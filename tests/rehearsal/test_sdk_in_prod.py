"""The whole of prod with Pulumi's SDK as published, and as rehearsals quicken it: no difference."""

from __future__ import annotations

from pathlib import Path

from rehearsal.program.sdk_speed import quick_sdk
from tests.support.published_recording import published_recording
from tests.support.recorder import record


def test_the_engine_is_told_the_same_of_prod_by_the_published_sdk_and_by_the_quickened_one(
    tmp_path: Path,
) -> None:
    """With the engine behind them `test_sdk_speed.py` compares both, with a small program that comes to every
    replacement, and `make sdk` every week with the whole of prod, property by property."""
    published, quick = published_recording("prod", tmp_path), record("prod", sdk=quick_sdk)
    assert len(published.resources) > 900
    assert sorted(each.urn for each in quick.resources) == sorted(each.urn for each in published.resources)
    told = {each.urn: each for each in published.resources}
    assert [each for each in quick.resources if each != told[each.urn]] == []
    assert quick.outputs == published.outputs

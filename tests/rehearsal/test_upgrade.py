"""Whoever has deployed a release goes on with the present program: nothing is replaced, no data removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.released import ENVIRONMENT, bring_in, kept_releases, losses
from rehearsal.throwaway import throwaway_session
from tests.support.checkout import ROOT

RELEASES = kept_releases(ROOT)

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("file", RELEASES, ids=lambda file: file.name)
def test_an_upgrade_from_a_release_replaces_nothing(file: Path, engine: Path) -> None:
    with throwaway_session(ROOT, ENVIRONMENT, engine) as session:
        bring_in(session, file)
        known = {each["urn"] for each in session.export()["deployment"]["resources"]}
        log = session.preview().log
    assert losses(log) == []
    stay = {step.urn for step in log.planned if step.operation in ("same", "update")}
    assert len(stay) > 500, "the program is compared with what the release has made"
    assert len(known & stay) / len(known) > 0.9

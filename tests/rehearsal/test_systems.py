"""Another system than the default one comes up on the real engine, with no code changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.systems import attempt
from tests.support.checkout import ROOT

pytestmark = pytest.mark.engine


@pytest.mark.contract("ENV-1")
@pytest.mark.parametrize(("system", "environment"), [("paintbox", "prod"), ("node", "dev")])
def test_a_system_comes_up_and_stays_as_it_is(engine: Path, system: str, environment: str) -> None:
    made = attempt(ROOT, engine, ROOT / "examples" / "systems" / f"{system}.yaml", environment)
    assert made.good, made
    assert (made.system, made.environment) == (system, environment)

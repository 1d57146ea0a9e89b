"""The whole of prod with Pulumi's SDK as rehearsals quicken it, then as published: no difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.bench.sdk import both
from rehearsal.program.programs import sdk_as_published, sdk_without
from tests.support.checkout import ROOT

pytestmark = pytest.mark.engine


def test_the_published_sdk_leaves_prod_as_the_quickened_one_has_made_it(engine: Path) -> None:
    """The other way round takes twice as long, and is compared property by property as well: `make sdk`."""
    _, resources, differences = both(ROOT, engine, "prod", sdk_without(), sdk_as_published())
    assert resources > 700
    assert differences == []

"""The whole of prod, deployed with Pulumi's SDK as published and as rehearsals quicken it: no difference."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from rehearsal.programs import sdk_as_published, sdk_without
from rehearsal.sdk_bench import both
from tests.support.checkout import ROOT

pytestmark = pytest.mark.engine


# One for each, so that they run side by side.
class TestAsPublishedFirst:
    def test_the_quickened_one_leaves_it_as_it_is(self, engine: Path) -> None:
        assert _differences(engine, sdk_as_published(), sdk_without()) == []


class TestQuickenedFirst:
    def test_the_published_one_leaves_it_as_it_is(self, engine: Path) -> None:
        assert _differences(engine, sdk_without(), sdk_as_published()) == []


def _differences(
    engine: Path, first: AbstractContextManager[None], then: AbstractContextManager[None]
) -> list[str]:
    _, resources, differences = both(ROOT, engine, "prod", first, then)
    assert resources > 700
    return differences

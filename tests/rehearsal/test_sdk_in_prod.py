"""The whole of prod, deployed with Pulumi's SDK as published and as rehearsals quicken it: no difference."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from rehearsal.programs import sdk_as_published, sdk_without
from rehearsal.sdk_bench import both
from tests.support.checkout import ROOT

pytestmark = pytest.mark.engine

Sdk = Callable[[], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("first", "then"),
    [(sdk_as_published, sdk_without), (sdk_without, sdk_as_published)],
    ids=["published first", "quickened first"],
)
def test_what_one_has_deployed_the_other_leaves_as_it_is(first: Sdk, then: Sdk, engine: Path) -> None:
    _, resources, differences = both(ROOT, engine, "prod", first(), then())
    assert resources > 700
    assert differences == []

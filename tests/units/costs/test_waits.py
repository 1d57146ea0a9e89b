"""DR-3: what waits in the other region, with its price and the minutes it saves, as the pages have it."""

from __future__ import annotations

import pytest

from costs.waits import Part, catalogue, catalogue_table
from infra.configuration.waits import Waits
from preview.change import Change
from preview.money import bill_after
from tests.support.changes import change_between
from tests.support.checkout import ROOT
from tests.support.recorder import Recording, record
from tests.support.recordings import configuration_of, recording_of

pytestmark = pytest.mark.contract("DR-3")

SETTINGS = configuration_of("triangle", "prod").settings


def _bill(recording: Recording) -> dict[tuple[str, str], float]:
    """Quantities by item and region."""
    nothing = Recording(recording.environment, [], recording.outputs)
    change: Change = change_between(nothing, recording)
    found: dict[tuple[str, str], float] = {}
    for line in bill_after(change).lines:
        key = (line.item.what, line.item.region)
        found[key] = found.get(key, 0) + line.item.quantity
    return found


@pytest.mark.parametrize("part", catalogue(SETTINGS), ids=lambda part: "+".join(part.names))
def test_a_part_costs_what_the_program_declares_for_it(part: Part) -> None:
    left = [each.value for each in Waits if each not in part.names]
    usual, without = _bill(recording_of("prod")), _bill(record("prod", {"waits": left}))
    saved = {key: count - without.get(key, 0) for key, count in usual.items() if count != without.get(key, 0)}
    assert saved == {(line.item.what, line.item.region): line.item.quantity for line in part.bill.lines}


def test_a_control_plane_is_paid_for_by_the_hour_and_what_has_no_price_is_said() -> None:
    cluster, redis, both = catalogue(SETTINGS)
    assert cluster.price == "73.00"  # by hand: 0.10 * 730
    assert redis.price == "not known: 2 x cache.t4g.medium in us-east-2"
    assert both.price == f"{cluster.price}; {redis.price}"


@pytest.mark.parametrize("page", ["recovery.md", "configuration.md"])
def test_both_pages_have_the_table_of_today(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert "\n".join(catalogue_table(SETTINGS)) in text, (
        "write the page anew: make docs; docs/recovery.md by hand"
    )

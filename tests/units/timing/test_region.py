"""DR-5: how long people cannot work when a region is lost, by what waits in the other one."""

from __future__ import annotations

import pytest

from infra.configuration.waits import Waits
from tests.support.recordings import SYSTEMS, configuration_of
from timing.data.recovery import FOUNDATIONS_WITHOUT, RETURN_WITHOUT, WAITS, Wait
from timing.region import (
    PARTS,
    PROMISE_SECONDS,
    STEPS,
    longer_without,
    notes,
    times_of,
    until_people_are_back,
)

pytestmark = pytest.mark.contract("DR-5")


@pytest.mark.parametrize("system", SYSTEMS)
def test_as_prod_s_file_stands_people_are_back_in_time(system: str) -> None:
    waits = configuration_of(system, "prod").settings.waits
    assert until_people_are_back(waits).slow <= PROMISE_SECONDS == 30 * 60
    assert until_people_are_back(waits).typical <= 20 * 60
    assert notes(waits) == []


def test_every_part_that_may_wait_has_its_minutes() -> None:
    assert {each.value for each in Waits} == PARTS
    assert (
        FOUNDATIONS_WITHOUT.keys()
        == RETURN_WITHOUT.keys()
        == {
            frozenset(),
            frozenset({"cluster"}),
            frozenset({"redis"}),
            frozenset({"cluster", "redis"}),
        }
    )


def test_a_promotion_goes_on_while_what_did_not_wait_is_made() -> None:
    """So that its ten minutes are not counted twice; some seconds to see that it is done are left."""
    assert times_of(Wait.PROMOTED) == WAITS[Wait.PROMOTED].times
    for waits in ((), ("cluster",), ("redis",)):
        assert times_of(Wait.PROMOTED, waits) == WAITS[Wait.QUICK].times
    for some in ([], ["cluster"], ["redis"], [*PARTS]):
        together = [times_of(each, some) for each in (Wait.FOUNDATIONS, Wait.PROMOTED)]
        assert sum(each.typical for each in together) >= 255
        assert sum(each.slow for each in together) >= 660


def test_a_part_saves_what_a_deployment_without_it_takes_longer() -> None:
    """By hand, of the table: foundations and the promotion, the only steps that depend on it."""
    assert longer_without(["cluster"]).typical == (760 + 5) - (200 + 55)
    assert longer_without(["cluster"]).slow == (1400 + 30) - (600 + 60)
    assert longer_without(["redis"]).typical == (670 + 5) - (200 + 55)
    assert longer_without(["redis"], ["redis"]).slow == 0  # the cluster takes as long, and is made beside it
    assert longer_without([]).slow == 0


@pytest.mark.parametrize("waits", [(), ("cluster",), ("redis",)])
def test_what_does_not_keep_the_promise_is_said(waits: tuple[str, ...]) -> None:
    assert until_people_are_back(waits).slow > PROMISE_SECONDS
    (said,) = notes(waits)
    assert said.startswith(" and ".join(sorted(PARTS.difference(waits))))
    assert "and not after 12 min (slow case 30 min); 30 min are promised, also in the slow case" in said


def test_only_steps_of_the_deployment_depend_on_what_waits() -> None:
    differing = {name for name, wait in STEPS.items() if times_of(wait, ()) != times_of(wait)}
    assert differing == {"foundations", "promoted"}
    assert times_of(Wait.RETURN, ()).slow > times_of(Wait.RETURN).slow

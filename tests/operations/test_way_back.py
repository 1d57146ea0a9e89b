"""K8S-5: what stands of a release that was taken back, said in the stack file of the one before."""

from __future__ import annotations

from typing import Any

import pytest

from infra.configuration.images import release_name
from infra.configuration.taken_back_release import TakenBack
from operations.deployment.records import Record
from operations.deployment.way_back import taken_back

pytestmark = pytest.mark.contract("DEP-1", "K8S-5")

BEFORE, GOOD, BAD = (f"sha256:{digit * 64}" for digit in "123")
NOTHING = TakenBack()
# A release was taken back before, and its snapshot stands.
STANDS = TakenBack(BEFORE, GOOD)


def record(version: str) -> Record:
    return Record("1", "prod", "", {"api": version, "admin": GOOD}, "ann", "2026-11-30T00:00:00Z")


def state(version: str) -> dict[str, Any]:
    """Of the engine, when the last release that came to its migration is that of a version."""
    urn = "urn:pulumi:prod::groundwork::groundwork:release:Release$random:index/x:X::release"
    resource = {"urn": urn, "inputs": {"keepers": {"version": release_name(version)}}}
    return {"deployment": {"resources": [resource]}}


@pytest.mark.parametrize(
    ("bad", "reached", "present", "expected"),
    [
        (BAD, BAD, NOTHING, TakenBack(BAD, GOOD)),
        (BAD, BAD, STANDS, TakenBack(BAD, GOOD)),
        # It never came to its migration: nothing stands of it, and what stood before still does.
        (BAD, GOOD, NOTHING, NOTHING),
        (BAD, BEFORE, STANDS, STANDS),
        # Another service was bad.
        (GOOD, GOOD, NOTHING, NOTHING),
        (GOOD, BEFORE, STANDS, STANDS),
        # What the section says is of other versions than those that are gone back to.
        (BAD, GOOD, TakenBack(BEFORE, BAD), NOTHING),
    ],
)
def test_a_snapshot_that_stands_is_named_and_no_other(
    bad: str, reached: str, present: TakenBack, expected: TakenBack
) -> None:
    assert taken_back("api", record(bad), record(GOOD), state(reached), present) == expected

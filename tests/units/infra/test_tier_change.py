"""When the stack file need not name the size any more that the database had before."""

from __future__ import annotations

import asyncio

import pulumi
import pytest

from infra.configuration.tiers import DATABASE_TIERS, DatabaseTier
from infra.data.tier_change import TierChange

STANDARD, HIGH = (DATABASE_TIERS[name] for name in ("standard", "high"))


@pytest.mark.parametrize(
    ("previous", "found", "told"),
    [
        (STANDARD, HIGH, True),
        (STANDARD, STANDARD, False),  # RDS tells the old one until the maintenance window
        (HIGH, HIGH, False),  # the stack file names one alone
    ],
)
def test_the_class_that_rds_tells_decides(
    monkeypatch: pytest.MonkeyPatch, previous: DatabaseTier, found: DatabaseTier, told: bool
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)

    async def deployed() -> None:
        instance_class = pulumi.Output.from_input(found.instance_class)
        TierChange(HIGH, previous, "Pulumi.prod.yaml").tell_when_over(instance_class)
        await asyncio.sleep(0.01)

    asyncio.run(deployed())
    assert [line.split(" can be removed")[0] for line in said] == [
        "Pulumi.prod.yaml: groundwork:database.previousTier"
    ] * told

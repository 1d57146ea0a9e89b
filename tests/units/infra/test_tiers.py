"""The sizes."""

from __future__ import annotations

import pytest

from infra.configuration.tiers import DATABASE_TIERS, GIGABYTE, REDIS_NODE_TYPES


@pytest.mark.contract("DB-3")
@pytest.mark.parametrize(
    ("tier", "memory", "storage"), [("small", 2, 20), ("standard", 8, 100), ("high", 16, 100)]
)
def test_a_database_tier_has_the_contracts_memory_and_storage(tier: str, memory: int, storage: int) -> None:
    assert (DATABASE_TIERS[tier].memory, DATABASE_TIERS[tier].storage) == (memory * GIGABYTE, storage)


@pytest.mark.contract("DB-4")
@pytest.mark.parametrize("tier", DATABASE_TIERS)
def test_connections_stay_below_what_rds_itself_would_allow(tier: str) -> None:
    size = DATABASE_TIERS[tier]
    assert 0.8 < size.connections / min(size.memory / 9_531_392, 5000) < 1


@pytest.mark.contract("RED-1")
def test_the_standard_redis_has_two_gigabytes_for_data() -> None:
    gibibytes = {"cache.t4g.micro": 0.5, "cache.t4g.small": 1.37, "cache.t4g.medium": 3.09}
    assert set(REDIS_NODE_TYPES.values()) == set(gibibytes)
    assert 2 <= gibibytes[REDIS_NODE_TYPES["standard"]] * 0.75 < 2.5


def test_what_is_certain_of_two_sizes_is_the_less_of_each_whichever_comes_first() -> None:
    small, high = DATABASE_TIERS["small"], DATABASE_TIERS["high"]
    for certain in (small.or_less(high), high.or_less(small)):
        assert (certain.memory, certain.storage, certain.connections) == (
            small.memory,
            small.storage,
            small.connections,
        )

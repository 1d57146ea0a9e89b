"""Every environment, evaluated once for all tests."""

from __future__ import annotations

import pytest

from tests.support.recorder import Recording
from tests.support.recordings import dev_without_redis, prod_with_paging, recording_of


@pytest.fixture
def dev() -> Recording:
    return recording_of("dev")


@pytest.fixture
def staging() -> Recording:
    return recording_of("staging")


@pytest.fixture
def prod() -> Recording:
    return recording_of("prod")


@pytest.fixture(params=["dev", "staging", "prod"])
def each(request: pytest.FixtureRequest) -> Recording:
    """All three, one after the other."""
    return recording_of(request.param)


@pytest.fixture(params=["staging", "prod"])
def like_prod(request: pytest.FixtureRequest) -> Recording:
    """The two that hold data worth keeping."""
    return recording_of(request.param)


@pytest.fixture
def paged() -> Recording:
    """prod with its paging addresses set."""
    return prod_with_paging()


@pytest.fixture
def without_redis() -> Recording:
    """dev with Redis switched off."""
    return dev_without_redis()

"""Every environment, evaluated once for all tests."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.recorder import PLANTED, Recording, record, stack_file

# Everything that a person could hand to the stack as a secret.
PAGING = {
    "pagerduty": f"https://events.example.com/{PLANTED}-pagerduty",
    "slack": f"{PLANTED}-slack@example.slack.com",
}


@cache
def recording_of(environment: str) -> Recording:
    """The environment as its stack file has it."""
    return record(environment)


@pytest.fixture(scope="session")
def dev() -> Recording:
    return recording_of("dev")


@pytest.fixture(scope="session")
def staging() -> Recording:
    return recording_of("staging")


@pytest.fixture(scope="session")
def prod() -> Recording:
    return recording_of("prod")


@pytest.fixture(scope="session", params=["dev", "staging", "prod"])
def each(request: pytest.FixtureRequest) -> Recording:
    """All three, one after the other."""
    return recording_of(request.param)


@pytest.fixture(scope="session", params=["staging", "prod"])
def like_prod(request: pytest.FixtureRequest) -> Recording:
    """The two that hold data worth keeping."""
    return recording_of(request.param)


@pytest.fixture(scope="session")
def paged() -> Recording:
    """prod with its paging addresses set."""
    return record("prod", {"paging": PAGING}, encrypted=("paging",))


@pytest.fixture(scope="session")
def without_redis() -> Recording:
    """dev with Redis switched off."""
    return record("dev", {"redis": {**stack_file("dev")["redis"], "enabled": False}})

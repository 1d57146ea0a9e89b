"""Clusters without anything in them, and the provider for them."""

from __future__ import annotations

import pytest

from rehearsal.kubernetes import Clusters
from tests.support.kubernetes import Harness


@pytest.fixture
def clusters() -> Clusters:
    return Clusters()


@pytest.fixture
def engine(clusters: Clusters) -> Harness:
    return Harness(clusters)

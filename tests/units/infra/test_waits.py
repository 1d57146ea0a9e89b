"""DR-3: `waits` in the stack file, which says what stands in the other region beside the data."""

from __future__ import annotations

from typing import Any

import pytest

from infra.configuration import load_configuration
from infra.configuration.validation import ConfigurationError
from infra.configuration.waits import Waits
from tests.support.recorder import TODAY, stack_file, system_file

pytestmark = pytest.mark.contract("DR-3")

ALL = {Waits.CLUSTER, Waits.REDIS}


def waits(environment: str, **keys: Any) -> frozenset[Waits]:
    stack = {**stack_file(environment), **keys}
    return load_configuration(environment, stack, system_file(), "system.yaml", today=TODAY).settings.waits


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, ALL),
        ({"waits": ["cluster", "redis"]}, ALL),
        ({"waits": ["redis"]}, {Waits.REDIS}),
        ({"waits": ["cluster"]}, {Waits.CLUSTER}),
        ({"waits": []}, set()),
    ],
)
def test_everything_waits_in_prod_where_nothing_else_is_said(
    keys: dict[str, Any], expected: set[Waits]
) -> None:
    assert waits("prod", **keys) == expected


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_nothing_waits_where_nothing_is_copied(environment: str) -> None:
    assert waits(environment) == set()


@pytest.mark.parametrize(
    ("environment", "value", "expected"),
    [
        ("dev", ["cluster"], "allowed: nothing here: only prod has copies in another region. Remove it."),
        ("staging", [], "allowed: nothing here: only prod has copies in another region. Remove it."),
        ("prod", "cluster", 'found "cluster"; allowed: a list, each one of cluster, redis'),
        ("prod", ["clusters"], 'found "clusters"; allowed: one of cluster, redis'),
        ("prod", ["replica"], 'found "replica"; allowed: one of cluster, redis'),
        ("prod", ["redis", "redis"], 'different entries. "redis" stands there twice'),
    ],
)
def test_what_else_it_names_is_refused(environment: str, value: Any, expected: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        waits(environment, waits=value)
    assert f"Pulumi.{environment}.yaml: waits: " in str(refused.value)
    assert expected in str(refused.value)

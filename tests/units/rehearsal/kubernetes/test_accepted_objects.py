"""An object that stays as these very checks have passed it is not checked again; all else is."""

from __future__ import annotations

import pytest

from rehearsal.kubernetes import Clusters, KubernetesProvider
from rehearsal.providers.provider import Properties, Resource

TOKEN = "kubernetes:core/v1:ConfigMap"
METADATA = {"metadata": {"name": "settings"}}
REFUSED: Properties = {"apiVersion": "v1", "kind": "ConfigMap", **METADATA, "data": {"a": 1}}


@pytest.mark.parametrize(
    ("accepted", "old", "refused"),
    [
        (True, REFUSED, False),
        (False, REFUSED, True),
        (True, None, True),
        (True, {**REFUSED, "data": {"a": 2}}, True),
    ],
)
def test_only_what_stays_as_it_was_accepted_passes(
    accepted: bool, old: Properties | None, refused: bool
) -> None:
    provider = KubernetesProvider(Clusters(), "1.35", is_accepted=lambda: accepted)
    resource = Resource(f"urn:pulumi:dev::p::{TOKEN}::it", TOKEN, "it")
    _, failures = provider.check(resource, old, REFUSED)
    assert bool(failures) is refused

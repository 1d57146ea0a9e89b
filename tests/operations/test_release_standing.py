"""DEP-1: a service runs in its version when the cluster says so of all its pods, and of no other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from operations.checkout import declared
from operations.environments import Connection
from operations.recovery import release_standing
from operations.recovery.release_standing import ReleaseStanding

pytestmark = pytest.mark.contract("DEP-1", "K8S-5")

DEV = declared("dev")
VERSION = "sha256:" + "a" * 64
WHOLE = {"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, "observedGeneration": 7}


def _not_rolled_out(
    monkeypatch: pytest.MonkeyPatch, status: dict[str, int], *, wanted: int = 3
) -> str | None:
    """What is told where one service of the system has this status, and all others are whole."""
    first, *_ = DEV.system.services

    def deployment(path: str) -> dict[str, Any]:
        of_first = path.endswith(f"/{first}")
        pods = {"containers": [{"image": f"registry/repository@{VERSION}"}]}
        return {
            "metadata": {"generation": 7},
            "spec": {"replicas": wanted if of_first else 3, "template": {"spec": pods}},
            "status": status if of_first else WHOLE,
        }

    cluster = SimpleNamespace(get=deployment)
    monkeypatch.setattr(release_standing, "KubernetesApi", lambda *_: cluster)
    standing = ReleaseStanding(DEV, cast(Connection, None))
    return standing.not_rolled_out(dict.fromkeys(DEV.system.services, VERSION))


def test_with_all_pods_of_its_version_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _not_rolled_out(monkeypatch, WHOLE) is None


@pytest.mark.parametrize(
    ("status", "told"),
    [
        # Pods of before serve still: all new ones are there, and an old one is not gone.
        ({**WHOLE, "replicas": 4}, "2 of 3 pods"),
        ({**WHOLE, "replicas": 4, "updatedReplicas": 1}, "1 of 3 pods"),
        ({**WHOLE, "availableReplicas": 2}, "2 of 3 pods"),
        # What the controller says is about the specification of before.
        ({**WHOLE, "observedGeneration": 6}, "0 of 3 pods"),
        ({}, "0 of 3 pods"),
    ],
)
def test_until_then_it_is_told_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, status: dict[str, int], told: str
) -> None:
    assert told in (_not_rolled_out(monkeypatch, status) or "nothing")


def test_one_that_is_to_have_no_pods_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "0 of 0 pods" in (_not_rolled_out(monkeypatch, {"observedGeneration": 7}, wanted=0) or "nothing")

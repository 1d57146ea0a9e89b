"""Custom resources: fields that their definitions do not have are refused, as by a server that has them."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.kubernetes.kinds import Kind
from rehearsal.kubernetes.schemas import schema_failures
from rehearsal.providers.provider import UNKNOWN

NODE_CLASS = Kind("eks.amazonaws.com", "v1", "NodeClass")
SPEC: dict[str, Any] = {
    "role": "node",
    "subnetSelectorTerms": [{"id": "subnet-1"}],
    "securityGroupSelectorTerms": [{"tags": {"a": "b"}}],
}


def _failures(kind: Kind = NODE_CLASS, **spec: Any) -> dict[str, str]:
    content = {
        "apiVersion": kind.api_version,
        "kind": kind.name,
        "metadata": {"name": "a"},
        "spec": {**SPEC, **spec},
    }
    return {failure.property: failure.reason for failure in schema_failures(kind, content, "1.35")}


@pytest.mark.parametrize(
    ("spec", "place", "reason"),
    [
        ({"podSubnetSelectorTerm": []}, "spec.podSubnetSelectorTerm", "did you mean podSubnetSelectorTerms?"),
        ({"networkPolicy": "Deny"}, "spec.networkPolicy", "DefaultAllow, DefaultDeny"),
        ({"ephemeralStorage": {"size": "80 GB"}}, "spec.ephemeralStorage.size", "does not match"),
        ({"ephemeralStorage": {"iops": 1}}, "spec.ephemeralStorage.iops", "minimum of 3000"),
    ],
)
def test_a_node_class_is_judged_by_its_user_guide(spec: dict[str, Any], place: str, reason: str) -> None:
    found = _failures(**spec)
    assert list(found) == [place]
    assert reason in found[place]


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"role": UNKNOWN, "subnetSelectorTerms": [{"id": UNKNOWN}]},
        {"subnetSelectorTerms": UNKNOWN},
        {"ephemeralStorage": {"size": "80Gi", "iops": 3000, "throughput": 125}},
    ],
)
def test_what_is_right_or_not_known_yet_passes(spec: dict[str, Any]) -> None:
    assert _failures(**spec) == {}


def test_a_version_that_is_not_served_is_told_with_the_one_that_is() -> None:
    found = _failures(Kind("eks.amazonaws.com", "v1beta1", "NodeClass"))
    assert "served is v1" in found["apiVersion"]
    found = _failures(Kind("batch", "v1beta9", "CronJob"))
    assert "served is v1" in found["apiVersion"]


def test_kinds_that_nobody_here_knows_pass() -> None:
    assert _failures(Kind("example.com", "v1", "Widget"), anything=1) == {}

"""Kubernetes' quantities as numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from rehearsal.kubernetes.quantities import amount, pod_total


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("500m", Fraction(1, 2)),
        (2, 2),
        ("1.5", Fraction(3, 2)),
        ("1Ki", 1024),
        ("1Gi", 1024**3),
        ("1G", 10**9),
        ("2E", 2 * 10**18),
        ("1Ei", 1024**6),
        ("1e3", 1000),
        ("5E-1", Fraction(1, 2)),
    ],
)
def test_a_quantity_is_a_number(text: Any, number: Fraction) -> None:
    assert amount(text) == number


def test_what_is_no_quantity_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 GB"):
        amount("1 GB")


def test_a_pod_needs_what_runs_together_or_what_runs_before() -> None:
    def container(cpu: str, **more: str) -> dict[str, Any]:
        return {"resources": {"requests": {"cpu": cpu}}, **more}

    spec = {"containers": [container("1"), container("500m")]}
    assert pod_total(spec, "requests", "cpu") == Fraction(3, 2)
    assert pod_total({**spec, "initContainers": [container("2")]}, "requests", "cpu") == 2
    sidecar = container("1", restartPolicy="Always")
    assert pod_total({**spec, "initContainers": [sidecar]}, "requests", "cpu") == Fraction(5, 2)
    assert pod_total(spec, "limits", "memory") == 0

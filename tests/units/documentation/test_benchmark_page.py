"""The page about speed: figures as they were measured, and which goals they miss."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from documentation.benchmark_page import benchmark_page


def figures(
    up: float,
    preview: float,
    evaluation: float,
    nothing_to_do: float = 3.9,
    changed: float = 3.8,
    first: float = 9.0,
) -> dict[str, Any]:
    return {
        "base": {"resources": 800, "up": up, "preview": preview},
        "floor": {"resources": 800, "up": 1.0, "preview": 2.0},
        "side_by_side": {"resources": 800, "up": 1.0, "preview": 1.5},
        "published": {"resources": 800, "up": 30.0, "preview": 3.0},
        "scaled": {"3": {"resources": 1000, "up": 5.0, "preview": 3.0}},
        "evaluation_seconds": evaluation,
        "commands": {
            "floor": 4.0,
            "up": first,
            "nothing_to_do": nothing_to_do,
            "cold_preview": 12.5,
            "preview": changed,
        },
    }


def test_ratios_and_milliseconds_are_computed_from_one_run() -> None:
    page = benchmark_page(figures(1.8, 3.0, 1.5), date(2026, 11, 29), 2)
    assert "on 2026-11-29, on 2 cores" in page
    assert "| prod, 800 resources: `up` from nothing | 1.80, 1.8 times the floor | 2 times |" in page
    assert "| 3 times its services and buckets, 1000 resources: `up` | 5.00, 5.0 ms each |" in page
    assert (
        "`make up`, nothing to do, in a new process | 3.90, 1.9 times the engine's own empty preview "
        "(2.6 times one that asks side by side) | 2 times |" in page
    )
    assert (
        "`make up` from nothing, in a new process | 9.00, 2.2 times the same of the floor | 2.5 times" in page
    )
    assert "never deployed before | 12.50 |" in page
    assert "not met" not in page


@pytest.mark.parametrize(
    ("measured", "row"),
    [
        ((2.1, 3.0, 1.5), "resources: `up` from nothing"),
        ((1.8, 4.2, 1.5), "prod: empty preview"),
        ((1.8, 3.0, 2.1), "Python"),
        ((1.8, 3.0, 1.5, 4.1), "nothing to do"),
        ((1.8, 3.0, 1.5, 3.9, 4.1), "one changed image"),
        ((1.8, 3.0, 1.5, 3.9, 3.8, 10.1), "`make up` from nothing"),
    ],
)
def test_a_goal_that_was_missed_is_said_to_be(measured: tuple[float, ...], row: str) -> None:
    page = benchmark_page(figures(*measured), date(2026, 11, 29), 2)
    (missed,) = [line for line in page.splitlines() if "not met" in line]
    assert row in missed

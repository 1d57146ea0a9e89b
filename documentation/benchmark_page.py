"""`docs/benchmark.md`: how long things took, in one run of `make bench WRITE=1`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from commands.markdown import table
from documentation.graph import GENERATED
from rehearsal.bench.bench import GOAL_EVALUATION_SECONDS, GOAL_RATIO
from rehearsal.bench.commands import EMPTY_PREVIEW, Compared, compared


def benchmark_page(figures: Mapping[str, Any], day: date, cores: int) -> str:
    """The page.

    Args:
        figures: what `rehearsal.bench.bench.as_json` gives.
        day: on which they were measured.
        cores: of the machine.
    """
    lines = [
        "# How fast",
        "",
        f"Measured by `make bench WRITE=1` on {day.isoformat()}, on {cores} cores; the fastest of three.",
        "Machines differ and are busy: a ratio within one run says more than seconds. The floor runs with",
        "all that makes rehearsals quick, which is why it is so low, but for one thing: its previews ask for",
        "one resource after another what differs, as the engine comes, and ours side by side.",
        "",
        *table(("what", "seconds", "goal"), _rows(figures)),
    ]
    return GENERATED.replace("make docs", "make bench WRITE=1") + "\n".join(lines) + "\n"


def _rows(figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    base, floor, published = figures["base"], figures["floor"], figures["published"]
    evaluation, beside = figures["evaluation_seconds"], figures["side_by_side"]
    return [
        ("the engine's floor: as many resources of `random` alone", _both(floor), ""),
        ("the same with previews that ask side by side", _both(beside), ""),
        ("the same with Pulumi as it is published: its own SDK, checkpoints", _both(published), ""),
        (
            f"prod, {base['resources']} resources: `up` from nothing",
            f"{base['up']:.2f}, {_ratio(base, floor, 'up'):.1f} times the floor",
            _goal(_ratio(base, floor, "up"), GOAL_RATIO, "times"),
        ),
        (
            "prod: empty preview",
            f"{base['preview']:.2f}, {_ratio(base, floor, 'preview'):.1f} times the floor",
            _goal(_ratio(base, floor, "preview"), GOAL_RATIO, "times"),
        ),
        *(
            (
                f"{factor} times its services and buckets, {timing['resources']} resources: `up`",
                f"{timing['up']:.2f}, {timing['up'] / timing['resources'] * 1000:.1f} ms each",
                f"linear; prod has {base['up'] / base['resources'] * 1000:.1f} ms each",
            )
            for factor, timing in figures["scaled"].items()
        ),
        (
            "the program without an engine, from the start of Python",
            f"{evaluation:.2f}",
            _goal(evaluation, GOAL_EVALUATION_SECONDS, "s"),
        ),
        *(
            (
                f"the whole of {row.what}, in a new process",
                f"{row.seconds:.2f}, {row.ratio:.1f} times {row.floor}{_of_beside(row, beside)}",
                _goal(row.ratio, row.goal, "times"),
            )
            for row in compared(figures["commands"], floor["preview"])
        ),
        (
            "the same preview when its base was never deployed before",
            f"{figures['commands']['cold_preview']:.2f}",
            "",
        ),
    ]


def _of_beside(row: Compared, beside: Mapping[str, Any]) -> str:
    """The ratio to an empty preview that asks as ours do."""
    of = f" ({row.seconds / beside['preview']:.1f} times one that asks side by side)"
    return of if row.floor == EMPTY_PREVIEW else ""


def _both(timing: Mapping[str, Any]) -> str:
    return f"{timing['up']:.2f} up, {timing['preview']:.2f} empty preview"


def _ratio(timing: Mapping[str, Any], floor: Mapping[str, Any], what: str) -> float:
    return float(timing[what] / floor[what])


def _goal(reached: float, goal: float, unit: str) -> str:
    return f"{goal:g} {unit}" + ("" if reached <= goal else ": **not met**")

"""The review of a plan: what whoever agrees to a deployment looks at first, as `make preview` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from operations.deployment.approval import steps_of
from timing.forecast import Forecast
from timing.recorded import graph_of, run_of

if TYPE_CHECKING:
    from preview.approvals import Approval
    from preview.report import Report

BASE = "what is deployed"


def review_of(
    environment: str,
    preview: Mapping[str, Any],
    approvals: Iterable[Approval],
    today: date,
    *,
    base: str = BASE,
) -> Report:
    """Risks, time, cost, and what needs a line of approvals.yaml.

    Args:
        environment: where it is to happen.
        preview: as `pulumi preview --json --show-sames` tells it.
        approvals: the lines of approvals.yaml.
        today: of approvals.
        base: what it is compared with, in people's words.
    """
    # Here and not above: policies are evaluated by rights, which few operations need.
    from preview.change import change_of
    from preview.report import Report

    steps = list(steps_of(preview))
    before, after = (
        graph_of(state for each in preview.get("steps", ()) if (state := each.get(name)))
        for name in ("oldState", "newState")
    )
    return Report(
        change_of(environment, steps),
        base,
        forecast=Forecast(run_of(steps, after, before)),
        approvals=tuple(approvals),
        today=today,
    )

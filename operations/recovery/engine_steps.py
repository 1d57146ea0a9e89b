"""The engine's steps of a recovery: a deployment, and that program and state agree afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from operations.console import OperationFailed
from operations.recovery.pulumi import Pulumi
from operations.recovery.run import Run
from operations.recovery.steps import Progress, Step
from timing.data.recovery import Wait
from timing.facts import Times


def up(
    pulumi: Pulumi,
    run: Run,
    name: str,
    does: str,
    wait: Wait,
    without: Callable[[], Sequence[str]] = tuple,
    expected: Times | None = None,
) -> Step:
    """`pulumi up`, once; that it was done is noted in the run.

    Args:
        pulumi: the engine.
        run: the recovery.
        name: of the step.
        does: for people.
        wait: how long it takes.
        without: URNs of what is left for another deployment, with all that depends on it.
        expected: how long it takes, where that follows from what stands already.
    """

    def act(progress: Progress) -> str:
        pulumi.up(lambda: progress("pulumi up"), without())
        run.about[name] = True
        return "deployed"

    return Step(name, does, wait, lambda: bool(run.about.get(name)), act, expected)


def agreed(pulumi: Pulumi, run: Run) -> Step:
    """The preview is empty."""

    def act(_: Progress) -> str:
        if changes := pulumi.changes():
            said = ", ".join(f"{count} to {name}" for name, count in changes.items())
            raise OperationFailed(f"the preview is not empty ({said}): `pulumi preview --diff`")
        run.about["agreed"] = True
        return "pulumi preview: nothing to change"

    return Step("agree", "program and state agree", Wait.STATE, lambda: bool(run.about.get("agreed")), act)

"""What tests of `recover account` look at when it has ended, and how it is ended before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from infra.configuration.strict_yaml import parse
from operations.recovery.run import Run
from operations.recovery.steps import Progress, Recovery, Step
from tests.support.account_parts import Killed
from tests.support.emptied_account import World

STEPS = [
    "state",
    "write",
    "foundations",
    "ask",
    "images",
    "entries",
    "copied",
    "begin",
    "files",
    "restore",
    "adopt",
    "build",
    "check",
    "services",
    "ready",
    "finish",
    "complete",
    "agree",
]


def killed_after(name: str) -> Any:
    """Has the machine be lost when a step has done its work, before anything is written down of it."""

    def changed(plan: Recovery) -> Recovery:
        return replace(plan, steps=tuple(_killed(each) if each.name == name else each for each in plan.steps))

    return changed


def _killed(step: Step) -> Step:
    def done() -> bool:
        if step.done():
            raise Killed
        return False

    def act(progress: Progress) -> str:
        step.act(progress)
        raise Killed

    return replace(step, done=done, act=act)


def database_of(text: str) -> dict[str, Any]:
    """What a stack file says of generations."""
    section: dict[str, Any] = parse(text)["config"]["groundwork:database"]
    names = ("generation", "retired", "lost", "adopt", "promoted")
    return {name: section[name] for name in names if name in section}


def check_done_once(world: World, run: Run) -> None:
    """Everything is there, and nothing was done a second time."""
    assert run.outcome == "done"
    assert [each["State"] for each in world.copy_jobs()] == ["COMPLETED"]
    assert world.wire.changes["PutImage"] == 2  # of two repositories
    assert world.wire.changes["CompleteLayerUpload"] == 4
    assert world.wire.changes["PutSecretValue"] == 2
    assert world.wire.changes["CopyObject"] == 2
    assert world.wire.changes["RestoreDBInstanceFromDBSnapshot"] == 1
    assert len(world.engine.taken) == 1
    assert world.instances() == [f"{world.naming.prefix}-2"]
    assert world.value("stripe-secret-key") == "sk_of_people"
    assert (world.shown("documents"), world.shown("photos")) == (
        {"offer.pdf": "an offer"},
        {"roof.jpg": "a roof"},
    )
    assert database_of(world.file.read_text(encoding="utf-8")) == {"generation": 2}
    assert world.pods.ready


def recorded_steps(world: World, run: Run) -> list[str]:
    """The table of steps that people read."""
    lines = (world.folder / "recoveries" / f"{run.id}.md").read_text(encoding="utf-8").splitlines()
    return [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")][2:]

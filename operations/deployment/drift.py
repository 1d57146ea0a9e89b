"""Drift: what an account has otherwise than it was deployed, looked for by the engine and told as a review.

No value of a secret is read: the entries' policies leave those to their readers, and an alarm tells of
everybody else (contract SEC-6). So the versions of secrets are not looked at, whoever looks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from commands.markdown import table
from operations.console import OperationFailed
from operations.deployment.approval import steps_of
from operations.deployment.engine import Engine, StackLocked
from operations.recovery.pulumi import Pulumi
from rights.unread import NOT_LOOKED_AT
from timing.engine_step import EngineStep

if TYPE_CHECKING:
    from preview.property import Property
    from preview.report import Report

# A pattern of Pulumi's (`pulumi preview --help`: wildcards).
SECRET_VERSIONS = f"urn:pulumi:**{NOT_LOOKED_AT}::*"
LOOK = ("--refresh", "--show-sames", "--exclude", SECRET_VERSIONS)

_STAYS = ("same", "read", "refresh")
_STACK = "pulumi:pulumi:Stack"
_ROWS = 200
# A path in Pulumi's notation begins with the property: `spec.replicas`, `rules[0]`.
_NAME_OF_PART = re.compile(r"[.\[]")


@dataclass(frozen=True)
class Drift:
    """What an account has otherwise than the program declares.

    Args:
        environment: of the account.
        steps: that bring it back, as the engine would take them.
        undeployed: what else a deployment would do: main has it, and nobody has deployed it yet.
    """

    environment: str
    steps: tuple[EngineStep, ...]
    undeployed: tuple[EngineStep, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps or self.undeployed)

    @property
    def title(self) -> str:
        """Of the issue."""
        if self.steps:
            return f"{self.environment} has drifted"
        return f"{self.environment} lacks what main has"

    @cached_property
    def found(self) -> Report:
        """What has become of what was deployed, with its risks."""
        return self._report((_other_way_round(each) for each in self.steps), "what was deployed")

    @cached_property
    def back(self) -> Report:
        """What a deployment would do to bring it back, with its risks."""
        return self._report((*self.steps, *self.undeployed), "what the account has now")

    def rows(self) -> Iterator[tuple[str, Property]]:
        """Every property that differs, with what was deployed and what was found; of a resource that one side
        has alone that it is there."""
        from preview.property import Property, shown

        for step in self.steps:
            resource = _resource(step)
            deployed, found = (side.get("inputs") or {} for side in (step.new, step.old))
            if step.operation in ("create", "delete"):
                here, gone = "is there", "is not there"
                ends = (here, gone) if step.operation == "create" else (gone, here)
                yield resource, Property("", *ends)
            for path in step.changed:
                yield resource, Property(path, shown(deployed, path), shown(found, path))

    @property
    def waiting(self) -> list[str]:
        """What nobody has deployed yet, in the engine's words."""
        return [f"{each.operation} {_resource(each)}" for each in self.undeployed]

    def markdown(self) -> str:
        """The issue, its title as the heading."""
        from preview.markdown import cell, comment

        rows = list(self.rows())
        shown = (
            [cell(text) for text in (resource, each.path, each.before, each.after)]
            for resource, each in rows[:_ROWS]
        )
        more = [f"and {len(rows) - _ROWS} more: `make drifted ENV={self.environment}`"]
        differences = "\n".join(table(("resource", "property", "deployed", "found"), shown))
        happened = ["## What has happened\n\n" + comment(self.found).rstrip("\n"), differences]
        parts = (
            f"# {self.title}",
            *(happened if self.steps else []),
            *(more if len(rows) > _ROWS else []),
            *([f"Not deployed yet: {cell(', '.join(self.waiting))}"] if self.waiting else []),
            "## What a deployment of main would do\n\n" + comment(self.back).rstrip("\n"),
        )
        return "\n\n".join(parts) + "\n"

    def as_json(self) -> dict[str, Any]:
        """The same for scripts."""
        return {
            "environment": self.environment,
            "drift": [
                {"resource": resource, "property": each.path, "deployed": each.before, "found": each.after}
                for resource, each in self.rows()
            ],
            "notDeployed": self.waiting,
            "risks": self.found.as_json()["risks"],
            "risksOfBringingBack": self.back.as_json()["risks"],
        }

    def _report(self, steps: Iterable[EngineStep], base: str) -> Report:
        # Here and not above: policies are evaluated by rights, which no other operation needs.
        from preview.change import change_of
        from preview.report import Report

        return Report(change_of(self.environment, steps), base)


def look(environment: str, engine: Engine, stack: Pulumi) -> Drift:
    """What differs; raises what `refreshed` does."""
    return drift_in(environment, refreshed(environment, engine, stack))


def refreshed(environment: str, engine: Engine, stack: Pulumi) -> dict[str, Any]:
    """The engine's preview on what AWS and the cluster have now, and not on what was deployed.

    Raises:
        StackLocked: a deployment is under way or was cut off, so that what is there is nobody's intention.
        OperationFailed: the state, AWS or the cluster could not be asked; nothing is known then.
    """
    begun = _deployed(environment, stack)
    preview = engine.preview(*LOOK)
    if _deployed(environment, stack) != begun:
        raise StackLocked(f"{environment} was deployed while this looked. Look again when that is done.")
    return preview


def planned(preview: Mapping[str, Any]) -> dict[str, Any]:
    """Of a refreshed preview, what the program would do: without what the refresh itself has found.

    The engine tells first of a resource that it refreshes it, or that it is gone.
    """
    seen: set[str] = set()
    steps: list[Mapping[str, Any]] = []
    times = Counter(each["urn"] for each in preview["steps"])
    for each in preview["steps"]:
        gone = each["op"] == "delete" and each["urn"] not in seen and times[each["urn"]] > 1
        seen.add(each["urn"])
        if not gone and each["op"] != "refresh":
            steps.append(each)
    return {**preview, "steps": steps}


def drift_in(environment: str, preview: Mapping[str, Any]) -> Drift:
    """What a refreshed preview has found."""
    steps: list[EngineStep] = []
    undeployed: list[EngineStep] = []
    for told in _by_resource(preview):
        step, drifted = _outcome(told)
        if step.operation not in _STAYS and step.type != _STACK:
            (steps if drifted else undeployed).append(step)
    return Drift(environment, tuple(steps), tuple(undeployed))


def _by_resource(preview: Mapping[str, Any]) -> list[list[EngineStep]]:
    found: dict[str, list[EngineStep]] = {}
    for each in steps_of(preview):
        found.setdefault(each.urn, []).append(each)
    if not found:
        raise OperationFailed("The engine has looked at nothing. Is the environment deployed?")
    return list(found.values())


def _outcome(told: Sequence[EngineStep]) -> tuple[EngineStep, bool]:
    """What the program makes of a resource, and whether AWS has it otherwise than it was deployed.

    The engine tells first that it refreshes, with what it knew before; then the program's steps, with what
    it has found. A replacement is several of these.
    """
    known, *planned = told
    if not planned:
        return known, known.operation == "delete"
    step = next((each for each in planned if each.operation == "replace"), planned[-1])
    gone = step.operation == "create"
    parts = {_NAME_OF_PART.split(path, maxsplit=1)[0] for path in step.changed}
    return step, gone or any(
        (known.old.get(side) or {}).get(part) != (step.old.get(side) or {}).get(part)
        for side in ("inputs", "outputs")
        for part in parts
    )


def _resource(step: EngineStep) -> str:
    return f"{step.type} {step.urn.rpartition('::')[2]}"


def could_not_look(environment: str, why: str) -> str:
    """The issue where nothing is known, its title as the heading."""
    fenced = why.replace("```", "'''")
    return (
        f"# Could not look at {environment}\n\nWhether it has drifted is not known.\n\n```\n{fenced}\n```\n"
    )


def _deployed(environment: str, stack: Pulumi) -> str:
    """When the stack was last written to.

    The engine's preview asks for no lock (pkg/backend/diy of Pulumi), and would show half of a deployment.
    """
    deployment: Mapping[str, Any] = stack.export().get("deployment") or {}
    pending = deployment.get("pending_operations") or ()
    if pending:
        raise StackLocked(
            f"A deployment of {environment} is under way, or was cut off: the state says that "
            f"{len(pending)} operations have not ended. Look again when it is done, or mend it with "
            f"`make recover ENV={environment} WHAT=deployment`."
        )
    return str((deployment.get("manifest") or {}).get("time", ""))


def _other_way_round(step: EngineStep) -> EngineStep:
    """What has happened, of the step that takes it back: nothing was replaced, it is another one now."""
    turned = {"create": "delete", "delete": "create"}.get(step.operation, "update")
    ends = {"add": "delete", "delete": "add"}
    kinds = {
        path: ends.get(plain, plain)
        for path, kind in step.changed.items()
        for plain in (kind.removesuffix("-replace"),)
    }
    return replace(step, operation=turned, changed=kinds, old=step.new, new=step.old)

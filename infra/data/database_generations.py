"""Generations of a database, kept apart in the engine's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra.configuration.generations import FIRST, Generations
from infra.naming import generation_suffix

_NAME = "database-generations"

# RDS's and EC2's groups keep the description that they were made with.
CLIENTS = "PostgreSQL, for pods and the function that rotates"

# Of a retired generation nothing is changed any more, whatever the stack file says of the current one.
AS_IT_IS = ["*"]


def logical(name: str, generation: int) -> str:
    """The name in the program of what each generation has its own of: `database`, `database-2`."""
    return f"{name}{generation_suffix(generation)}"


def refuse_adoption(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Why a deployment must not adopt what it would; None when it may.

    The engine imports over a name that the state has as a replacement: it deletes the instance that has it,
    which neither `protect` nor a preview's refusal prevents.

    Args:
        before: the stash's input as it is deployed; empty before the first one.
        after: as it would be.
    """
    adopting = after.get("adopting")
    if not adopting or before.get("adopting") == adopting:
        return None
    # The engine's numbers are those of JSON.
    if int(adopting) not in [int(each) for each in before.get("declared", [FIRST])]:
        return None
    return (
        f"groundwork:database.adopt: generation {int(adopting)} is in the state already, and adopting "
        "another instance over it would delete the one that is there. Remove `adopt`; to adopt what was "
        "restored, count `generation` on."
    )


def declare_guard(generations: Generations, parent: pulumi.Resource) -> list[pulumi.Resource]:
    """What the instances wait for: it refuses an adoption that would delete one.

    A stash keeps in the state which generations there are, so that the engine can compare without a call to
    AWS, in previews too. An environment with the first generation alone has nothing to adopt, and none.
    """
    if generations.declared == (FIRST,):
        return []

    def check(change: pulumi.ResourceHookArgs) -> None:
        before, after = _value(change.old_inputs), _value(change.new_inputs)
        if refused := refuse_adoption(before, after):
            raise pulumi.RunError(refused)

    hook = pulumi.ResourceHook("adopted-once", check, pulumi.ResourceHookOptions(on_dry_run=True))
    value = {
        "declared": list(generations.declared),
        "adopting": generations.current if generations.adopt else None,
    }
    return [
        pulumi.Stash(
            _NAME,
            input={name: each for name, each in value.items() if each is not None},
            opts=pulumi.ResourceOptions(
                parent=parent,
                hooks=pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook]),
            ),
        )
    ]


def _value(inputs: Mapping[str, Any] | None) -> Mapping[str, Any]:
    found = (inputs or {}).get("input", {})
    return found if isinstance(found, Mapping) else {}

"""Generations of the database: one that was restored stands beside the one that it took over from.

`python -m operations recover database` writes these keys (docs/recovery.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from infra.configuration.kinds import Number, Numbers, Switch
from infra.configuration.validation import Reader

FIRST = 1
MOST = 99
_SERVED = "the generations that served before, and not the one that serves now"
_DIFFERENT = "different generations"
_DECLARED = "`generation`, or some of `retired`"
_OF_RETIRED = "some of `retired`"
_NOT_FIRST = "false, or nothing, for generation 1"
UPGRADE = "false while there are retired generations"

GENERATION = Number(
    "generation",
    meaning="which instance serves, where one was restored beside another: 2 is `<system>-<environment>-2`."
    " Everything follows it: entries, alarms, backups, the replica",
    minimum=FIRST,
    maximum=MOST,
    default=FIRST,
    example=2,
)


def _several(name: str, meaning: str, *rules: str) -> Numbers:
    return Numbers(
        name,
        meaning=meaning,
        minimum=FIRST,
        maximum=MOST,
        unit="(generations of the database)",
        most=MOST,
        default=(),
        rules=(*rules, _DIFFERENT),
        example=[FIRST],
    )


RETIRED = _several(
    "retired",
    "the generations that served before: each stays as it is, protected, with its logs, snapshots and"
    " replica",
    _SERVED,
)
LOST = _several("lost", "of these, whose instance is gone: its logs and snapshots stay", _OF_RETIRED)
ADOPT = Switch(
    "adopt",
    meaning="the next deployment takes over the instance of `generation`, which was restored through AWS's"
    " API. Taken out after that deployment; without it a generation that there is not is made, as in an empty"
    " account",
    default=False,
    rules=(_NOT_FIRST, "only for the newest generation, and for none that the state has"),
    example=True,
)
PROMOTED = _several(
    "promoted",
    "the generations that began as replicas in the recovery region, and serve or served there since the"
    " other one was lost",
    _DECLARED,
)
GENERATION_KEYS = (GENERATION, RETIRED, LOST, ADOPT, PROMOTED)


@dataclass(frozen=True)
class Generations:
    """Which instances of the database there are.

    Args:
        current: serves. What everything else follows: entries, alarms, backups, the replica.
        retired: served before. They stay as they are, protected, until somebody removes them.
        lost: of these, whose instance is gone; its logs and snapshots stay.
        adopt: the current one was restored through AWS's API, and the next deployment takes it over.
        promoted: those that began as replicas: what they had from their primary is not declared.
    """

    current: int = FIRST
    retired: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    adopt: bool = False
    promoted: tuple[int, ...] = ()

    @property
    def declared(self) -> tuple[int, ...]:
        """All of them, the oldest first."""
        return tuple(sorted((self.current, *self.retired)))

    def but(self, **changes: Any) -> Generations:
        """With other values; of a generation that is not declared any more nothing is said."""
        changed = replace(self, **changes)
        promoted = tuple(each for each in changed.promoted if each in changed.declared)
        return replace(changed, promoted=promoted)

    @property
    def newest(self) -> int:
        """The latest one that there is."""
        return self.declared[-1]


def read_generations(section: Reader) -> Generations:
    """The keys `generation`, `retired`, `lost`, `adopt` and `promoted` of the section `database`."""
    current = GENERATION.read(section)
    retired, lost = _different(section, RETIRED), _different(section, LOST)
    adopt = ADOPT.read(section)
    promoted = _different(section, PROMOTED)
    found = Generations(current, retired, lost, adopt, promoted)
    if current in retired:
        section.problem(RETIRED.name, list(retired), _SERVED, f"Take {current} out of it.")
    if unknown := [each for each in lost if each not in retired]:
        section.problem(LOST.name, list(lost), _OF_RETIRED, f"Add {unknown[0]} to `retired`, too.")
    if unknown := [each for each in promoted if each not in found.declared]:
        section.problem(PROMOTED.name, list(promoted), _DECLARED, f"Take {unknown[0]} out of it.")
    if adopt and current == FIRST:
        # An import over a name that the state has deletes the instance that has it, protected or not.
        section.problem(ADOPT.name, adopt, _NOT_FIRST, "It is the program's own. Remove `adopt`.")
    elif adopt and current != found.newest:
        allowed = f"false, or nothing: generation {current} is not the newest one"
        section.problem(ADOPT.name, adopt, allowed, "Who goes back to one of before adopts nothing.")
    if section.value("majorUpgrade") is True and retired:
        advice = "Retire them first: `python -m operations recover retire`."
        section.problem("majorUpgrade", True, UPGRADE, advice)
    return found


def _different(section: Reader, key: Numbers) -> tuple[int, ...]:
    found = key.read(section)
    if len(set(found)) < len(found):
        section.problem(key.name, list(found), _DIFFERENT, "Take one of the two out.")
    return tuple(sorted(set(found)))

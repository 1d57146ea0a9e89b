"""Generations of the database: one that was restored stands beside the one that it took over from.

`python -m operations recover database` writes these keys (docs/recovery.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration.validation import Reader

FIRST = 1
MOST = 99
_UNIT = "(generations of the database)"
_RETIRED = "the generations that served before, and not the one that serves now"


@dataclass(frozen=True)
class Generations:
    """Which instances of the database there are.

    Args:
        current: serves. What everything else follows: entries, alarms, backups, the replica.
        retired: served before. They stay as they are, protected, until somebody removes them.
        lost: of these, whose instance is gone; its logs and snapshots stay.
        adopt: the current one was restored through AWS's API, and the next deployment takes it over.
    """

    current: int = FIRST
    retired: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    adopt: bool = False

    @property
    def declared(self) -> tuple[int, ...]:
        """All of them, the oldest first."""
        return tuple(sorted((self.current, *self.retired)))

    @property
    def newest(self) -> int:
        """The latest one that there is."""
        return self.declared[-1]


def read_generations(section: Reader) -> Generations:
    """The keys `generation`, `retired`, `lost` and `adopt` of the section `database`."""
    current = section.integer("generation", minimum=FIRST, maximum=MOST, default=FIRST)
    retired = _several(section, "retired")
    lost = _several(section, "lost")
    adopt = section.switch("adopt", default=False)
    found = Generations(current, retired, lost, adopt)
    if current in retired:
        section.problem("retired", list(retired), _RETIRED, f"Take {current} out of it.")
    if unknown := [each for each in lost if each not in retired]:
        section.problem("lost", list(lost), "some of `retired`", f"Add {unknown[0]} to `retired`, too.")
    if adopt and current == FIRST:
        # An import over a name that the state has deletes the instance that has it, protected or not.
        section.problem(
            "adopt", adopt, "false, or nothing, for generation 1", "It is the program's own. Remove `adopt`."
        )
    elif adopt and current != found.newest:
        allowed = f"false, or nothing: generation {current} is not the newest one"
        section.problem("adopt", adopt, allowed, "Who goes back to one of before adopts nothing.")
    if section.value("majorUpgrade") is True and retired:
        advice = "Retire them first: `python -m operations recover retire`."
        section.problem("majorUpgrade", True, "false while there are retired generations", advice)
    return found


def _several(section: Reader, name: str) -> tuple[int, ...]:
    found = section.integers(name, minimum=FIRST, maximum=MOST, unit=_UNIT, default=(), most=MOST)
    if len(set(found)) < len(found):
        section.problem(name, list(found), "different generations", "Take one of the two out.")
    return tuple(sorted(set(found)))

"""Parity of two environments before a promotion: they declare and hold the same (contract ENV-5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from infra.configuration import Configuration
from operations.holdings import Holding, State


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same: which kind, its name, and what each environment has."""

    kind: str
    name: str
    source: str
    target: str

    def as_json(self) -> dict[str, str]:
        """For scripts."""
        return asdict(self)


def differences(
    source: Sequence[Holding],
    target: Sequence[Holding],
    flags: Mapping[str, tuple[bool, bool]],
    accepted: Collection[str] = (),
) -> list[Difference]:
    """What keeps a promotion back.

    Args:
        source: what the environment holds where the version was tried.
        target: what the next one holds. An entry without a value, or with a placeholder, is missing.
        flags: whether each feature is on in the source and in the target.
        accepted: names of entries and features that are meant to differ.
    """
    found = [*_secrets(source, target), *_flags(flags)]
    return [each for each in found if each.name not in accepted]


def flags_of(source: Configuration, target: Configuration) -> dict[str, tuple[bool, bool]]:
    """Every feature, and whether it is on in each of the two."""
    environments = source.settings.environment, target.settings.environment
    both = {**source.system.flags, **target.system.flags}
    return {
        name: (
            environments[0] in source.system.flags.get(name, ()),
            environments[1] in target.system.flags.get(name, ()),
        )
        for name in both
    }


def _secrets(source: Sequence[Holding], target: Sequence[Holding]) -> list[Difference]:
    here, there = ({each.declared.name: each for each in side} for side in (source, target))
    found = []
    for name in sorted(here.keys() | there.keys()):
        one, other = here.get(name), there.get(name)
        states = tuple(each.state.value if each else "not declared" for each in (one, other))
        if states != (State.HELD, State.HELD):
            found.append(Difference("secret", name, *states))
        elif one is not None and other is not None and one.fields != other.fields:
            missing, added = (
                ", ".join(sorted(fields)) or "no others"
                for fields in (one.fields - other.fields, other.fields - one.fields)
            )
            found.append(Difference("fields", name, missing, added))
    return found


def _flags(flags: Mapping[str, tuple[bool, bool]]) -> list[Difference]:
    words = {True: "on", False: "off"}
    return [
        Difference("feature", name, words[one], words[other])
        for name, (one, other) in sorted(flags.items())
        if one != other
    ]

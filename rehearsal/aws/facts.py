"""Facts about what a change does to an AWS resource, asked of AWS's own provider.

`data/replacement.json.gz` has, for each Pulumi type, which properties replace the resource, which
lists are sets and which outputs AWS computes. The facts were taken from the real Terraform AWS
provider 5.100.0 by asking it for plans; keys are explained where they are read below.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rehearsal.aws.later_facts import DEFAULTS, LATER
from rehearsal.providers.property_differences import property_changes, without_indexes
from rehearsal.providers.provider import UNKNOWN, ChangeKind, Properties, PropertyChange

_FILE = Path(__file__).parent / "data" / "replacement.json.gz"


@lru_cache(maxsize=1)
def _lines() -> dict[str, bytes]:
    """The file has one type a line; a line is parsed when its type is asked for."""
    lines = {}
    for line in gzip.decompress(_FILE.read_bytes()).splitlines():
        token, separator, rest = line.partition(b'": {')
        if separator:
            lines[token.strip().strip(b'"').decode()] = b"{" + rest.rstrip().rstrip(b",")
    return lines


@dataclass(frozen=True)
class Facts:
    """The facts of one type; a type that the file does not have replaces nothing.

    `terraform` is the type's name in AWS's provider itself (`aws_s3_bucket`), `defaults` what properties have
    that are left out, `given_back` are blocks that AWS does not keep when they are.
    """

    replace: frozenset[str]
    in_place: frozenset[str]
    sets: frozenset[str]
    computed: frozenset[str]
    optional_computed: frozenset[str]
    conditional: Mapping[str, Mapping[str, list[str]]]
    known: bool
    terraform: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    given_back: frozenset[str] = frozenset()

    def replaces(self, change: PropertyChange, old: Properties, new: Properties) -> bool:
        """Whether AWS's provider would replace the resource for this change.

        The exact path decides, then the nearest `x.**` above it; a rule that hangs on the direction
        of the change (`set`, `to_true`, `increase`…) or on a sibling decides before both.
        """
        path = without_indexes(change.path)
        for candidate in _and_parents(path):
            if candidate in self.conditional:
                decided = _conditional(self.conditional[candidate], change, path, old, new)
                if decided is not None:
                    return decided
            if candidate in self.replace:
                return True
            if candidate in self.in_place:
                return False
        return self._map_replaces(path) or self._block_replaces(path)

    def _map_replaces(self, path: str) -> bool:
        """A map is one value to AWS's provider, whichever of its keys has changed."""
        parent, _, key = path.rpartition(".")
        return bool(key) and parent in self.replace and not self._block_replaces(parent)

    def _block_replaces(self, path: str) -> bool:
        """A block that comes or goes replaces when anything inside it does."""
        return any(known.startswith(f"{path}.") for known in self.replace)


@cache
def facts_of(token: str) -> Facts:
    """The facts of `token`; empty ones (`known` False) for a type that the file lacks."""
    raw = _lines().get(token)
    entry: dict[str, Any] = json.loads(raw) if raw else {}
    later = LATER.get(token, {})
    return Facts(
        replace=frozenset((*entry.get("replace", ()), *later.get("replace", ()))),
        in_place=frozenset(entry.get("in_place", ())),
        sets=frozenset(entry.get("sets", ())),
        computed=frozenset(entry.get("computed", ())),
        optional_computed=frozenset(
            (*entry.get("optional_computed", ()), *later.get("optional_computed", ()))
        ),
        conditional={**entry.get("conditional", {}), **later.get("conditional", {})},
        known=bool(entry),
        terraform=entry.get("terraform", ""),
        defaults=DEFAULTS.get(token, {}),
        given_back=frozenset(later.get("given_back", ())),
    )


def changes_of(token: str, old: Properties, new: Properties) -> list[PropertyChange]:
    """The property-level difference of two sets of inputs, with AWS's replacements marked."""
    facts = facts_of(token)
    changes = property_changes(old, new, sets=facts.sets.__contains__)
    return [
        PropertyChange(change.path, change.kind, facts.replaces(change, old, new))
        for change in changes
        if not (_left_to_aws(change, facts) or _is_default(change, facts, old, new))
    ]


def _left_to_aws(change: PropertyChange, facts: Facts) -> bool:
    """An optional property that AWS fills in keeps AWS's value when the program stops naming it."""
    whole = not change.path.endswith("]")  # an item that leaves a list is the program's business
    kept = facts.optional_computed - facts.given_back
    return whole and change.kind is ChangeKind.DELETE and without_indexes(change.path) in kept


def _is_default(change: PropertyChange, facts: Facts, old: Properties, new: Properties) -> bool:
    """Whether a property comes or goes with the value that it has without."""
    if change.kind is ChangeKind.UPDATE or change.path not in facts.defaults:
        return False
    written = old if change.kind is ChangeKind.DELETE else new
    return bool(written[change.path] == facts.defaults[change.path])


def _and_parents(path: str) -> list[str]:
    parts = path.split(".")
    above = [".".join([*parts[:length], "**"]) for length in range(len(parts), 0, -1)]
    return [path, *above]


def _conditional(
    rules: Mapping[str, list[str]], change: PropertyChange, path: str, old: Properties, new: Properties
) -> bool | None:
    """What a conditional rule says (`{"replace": ["set"], "in_place": ["change"]}`); None if nothing."""
    before, after = _at(old, path), _at(new, path)
    for outcome, conditions in rules.items():
        if any(_holds(condition, change.kind, before, after, new) for condition in conditions):
            return outcome == "replace"
    for outcome, conditions in rules.items():
        if "otherwise" in conditions:
            return outcome == "replace"
    return None


def _holds(condition: str, kind: ChangeKind, before: Any, after: Any, new: Properties) -> bool:
    """Whether a condition of the file (see `_conditional`) speaks of this change.

    `engine=memcached` looks at a sibling, `engine=memcached: change, set` at a sibling and then at
    the change itself, `a -> b` at the two values, a single word at the direction.
    """
    if "=" in condition:
        sibling, _, rest = condition.partition("=")
        value, _, words = rest.partition(": ")
        matches = str(new.get(sibling)).lower() == value.lower()
        return matches and (not words or any(_word(word, kind, before, after) for word in words.split(", ")))
    if "->" in condition:
        return condition == f"{before} -> {after}"
    return _word(condition, kind, before, after)


def _word(condition: str, kind: ChangeKind, before: Any, after: Any) -> bool:
    if after is UNKNOWN:
        return condition == "change"
    both = before is not None and after is not None
    numbers = both and isinstance(before, (int, float)) and isinstance(after, (int, float))
    lists = isinstance(before, list) and isinstance(after, list)
    return {
        "set": kind is ChangeKind.ADD,
        "add": kind is ChangeKind.ADD,
        "unset": kind is ChangeKind.DELETE,
        "remove": kind is ChangeKind.DELETE,
        "change": kind is ChangeKind.UPDATE,
        "back": kind is ChangeKind.UPDATE,
        "to_true": after is True,
        "to_false": after is False or (before is True and after is None),
        "increase": numbers and after > before,
        "decrease": numbers and after < before,
        "upgrade": both and _version(after) > _version(before),
        "downgrade": both and _version(after) < _version(before),
        "grow": lists and len(after) > len(before),
        "more": lists and len(after) > len(before),
        "shrink": lists and len(after) < len(before),
        "fewer": lists and len(after) < len(before),
        "from_empty": both and not before,
        "to_empty": both and not after,
    }.get(condition, False)


def _version(value: Any) -> tuple[int, ...]:
    return tuple(int(part) for part in str(value).split(".") if part.isdigit())


def _at(properties: Properties, path: str) -> Any:
    value: Any = properties
    for part in path.split("."):
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else None
        value = value.get(part) if isinstance(value, Mapping) else None
    return value

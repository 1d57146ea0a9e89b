"""The place where the cause of a risk stands: a key of the two files, or a module of the program."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from preview.risk import Group

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
# What a key is called, and what AWS or Kubernetes call what comes of it.
_ALSO: dict[str, tuple[str, ...]] = {
    "api": ("public", "endpoint"),
    "images": ("image", "workloads", "deployment", "migration", "snapshot"),
    "minimum": ("min",),
    "maximum": ("max",),
    "replicas": ("horizontal", "autoscaler", "min"),
    "retention": ("retention",),
    "tier": ("instance", "class", "database"),
    "zones": ("subnet", "nat", "network"),
    "domain": ("dns", "zone", "certificate", "distribution"),
    "thresholds": ("alarm", "threshold", "metric"),
}
# Lines of a module that still say what they are about.
_FEW_LINES = 20
# Of these a risk may come of any.
_MOST_MODULES = 5
# Words that stand in most names and tell nothing apart.
_COMMON = frozenset(
    {"aws", "kubernetes", "groundwork", "v1", "index", "the", "name", "type", "id", "metadata", "py"}
)


@dataclass(frozen=True)
class DifferingPlace:
    """Something that differs between the base and the working tree.

    Args:
        file: in the checkout.
        key: of a file of YAML; empty for a module.
        line: where it stands; 0 where it is no more.
        text: the lines of a module that differ, where they are few.
    """

    file: str
    key: str = ""
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line} {self.key}".strip()

    @property
    def words(self) -> frozenset[str]:
        """What it is about."""
        path = self.key or Path(self.file).with_suffix("").as_posix().removeprefix("infra/")
        words = _words([path, self.text])
        return words | {also for word in words for also in _ALSO.get(word, ())}


def differing_places(old: Path, new: Path, files: Iterable[str]) -> list[DifferingPlace]:
    """What differs between two checkouts: keys of the files of YAML, and modules of the program.

    Args:
        old: the base.
        new: the working tree.
        files: the stack file and the system file, by their names in the checkout.
    """
    found = [place for file in files for place in _keys(old / file, new / file, file)]
    for folder in ("infra", "functions"):
        names = {
            path.relative_to(root).as_posix() for root in (old, new) for path in (root / folder).rglob("*.py")
        }
        found += [_module(old / name, new / name, name) for name in sorted(names) if _differ(old, new, name)]
    return found


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _differ(old: Path, new: Path, name: str) -> bool:
    return _bytes(old / name) != _bytes(new / name)


def _module(old: Path, new: Path, name: str) -> DifferingPlace:
    before, after = (_bytes(path).decode("utf-8", "replace").splitlines() for path in (old, new))
    first, lines = 0, []
    for kind, start, end, there, stop in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if kind != "equal":
            first = first or there + 1
            lines += [*before[start:end], *after[there:stop]]
    return DifferingPlace(name, "", first, " ".join(lines) if len(lines) <= _FEW_LINES else "")


def _keys(old: Path, new: Path, file: str) -> Iterator[DifferingPlace]:
    before, after = (_leaves(_composed(path)) for path in (old, new))
    for key in {**after, **before}:
        if key not in before or key not in after or before[key][0] != after[key][0]:
            line = after[key][1] if key in after else 0
            yield DifferingPlace(file, key.removeprefix("config.groundwork:"), line)


def _composed(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader) if path.is_file() else None
    except (yaml.YAMLError, UnicodeDecodeError):
        return None  # whoever reads it for the program says what is wrong with it


def _leaves(node: yaml.Node | None, path: str = "") -> dict[str, tuple[Any, int]]:
    """Values and lines by key; a list is one value."""
    if not isinstance(node, yaml.MappingNode):
        return {} if node is None else {path: (_value(node), node.start_mark.line + 1)}
    found: dict[str, tuple[Any, int]] = {}
    for key, value in node.value:
        name = f"{path}.{key.value}" if path else str(key.value)
        if isinstance(value, yaml.MappingNode) and value.value:
            found |= _leaves(value, name)
        else:
            found[name] = (_value(value), key.start_mark.line + 1)
    return found


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(item) for key, item in node.value}
    return node.value


def places_of(group: Group, places: list[DifferingPlace]) -> tuple[str, ...]:
    """The places that a risk comes from, as far as they can be told; none where it could be any of many."""
    if len(places) == 1:
        return (str(places[0]),)
    if told := [str(place) for place in places if group.key and place.key == group.key]:
        return tuple(told)
    # Where much of the program differs, a word that both have says nothing.
    if sum(not place.key for place in places) > _MOST_MODULES:
        places = [place for place in places if place.key]
    scores = {place: _score(group, place) for place in places}
    best = max(scores.values(), default=0)
    chosen = [str(place) for place, score in scores.items() if score == best and score > 0]
    return tuple(chosen) if len(chosen) <= 2 else ()


def _score(group: Group, place: DifferingPlace) -> int:
    """How much of a place's words speaks of the resource: its name counts most."""
    # Of several resources what they have in common: the names of 27 logs speak of everything.
    names = frozenset.intersection(*(_words([risk.step.name]) for risk in group.risks))
    areas = frozenset.intersection(*(_words([risk.step.type, risk.step.area]) for risk in group.risks))
    others = areas | _words(group.properties)
    return 3 * len(place.words & names) + len(place.words & (others - names))


def _words(texts: Iterable[str]) -> frozenset[str]:
    found = {word.lower() for text in texts for word in _WORD.findall(text)}
    return frozenset(found | {word.removesuffix("s") for word in found}) - _COMMON

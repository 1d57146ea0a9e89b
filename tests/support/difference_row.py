"""A rule of the difference table: a change that the provider does not see, and a near one that it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.providers.provider import Properties


@dataclass(frozen=True)
class Row:
    """One rule: `before` becomes `same` unseen, and `other` seen.

    Attributes:
        path: with `[]` after what is a list.
        block: what else is in the block around the value.
        properties: what else the resource has.
        elsewhere: what is in place of `block` or `properties` where even `same` is seen, by name.
    """

    token: str
    path: str
    before: Any
    same: Any
    other: Any = None
    block: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    elsewhere: Mapping[str, Any] | None = None

    @property
    def rule(self) -> tuple[str, str]:
        return self.token, self.path.replace("[]", "")

    def written(self, value: Any, elsewhere: Mapping[str, Any] | None = None) -> Properties:
        """The properties with `value` at the path; None leaves it out."""
        instead = elsewhere or {}
        *above, last = self.path.split(".")
        block = {**self.block, **{name: item for name, item in instead.items() if name in self.block}}
        outside = {name: item for name, item in instead.items() if name not in self.block}
        written: dict[str, Any] = {**block, **({} if value is None else {last: value})}
        for name in reversed(above):
            written = {name.removesuffix("[]"): [written] if name.endswith("[]") else written}
        return {**self.properties, **outside, **written}


def cases(token: str, *paths: str) -> list[Row]:
    """Properties whose letters may be small or capital."""
    return [Row(token, path, "some", "Some", "other") for path in paths]


def ignored(
    token: str, names: str, values: tuple[Any, Any], kind: str, where: str, elsewhere: str
) -> list[Row]:
    """Properties that do not matter while `kind` is `where`, and do when it is `elsewhere`."""
    return [
        Row(token, name, *values, properties={kind: where}, elsewhere={kind: elsewhere})
        for name in names.split()
    ]

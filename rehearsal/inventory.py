"""An inventory of what a session made, by area and by how real it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rehearsal.aws import services
from timing.graph import area_of


class Standing(StrEnum):
    """How much stands behind a resource in a rehearsal."""

    REAL = "created in the embedded AWS"
    RECORDED = "recorded only"
    VALIDATED = "validated and stored"
    GENERATED = "generated"


def standing_of(resource_type: str) -> Standing | None:
    """The standing of a type; None for components, providers and the stack itself."""
    package = resource_type.split(":", maxsplit=1)[0]
    if package == "aws":
        return Standing.REAL if services.mapping_of(resource_type) else Standing.RECORDED
    return {"kubernetes": Standing.VALIDATED, "random": Standing.GENERATED}.get(package)


@dataclass
class Inventory:
    """Counts of the resources in a stack.

    `areas` has a count by standing for each area; `recorded` the recorded types with their counts;
    `undescribed` the AWS types that have neither a mapping nor a description yet.
    """

    areas: dict[str, Counter[Standing]] = field(default_factory=lambda: defaultdict(Counter))
    recorded: Counter[str] = field(default_factory=Counter)
    undescribed: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def of(state: dict[str, Any]) -> Inventory:
        """The inventory of an exported state."""
        inventory = Inventory()
        for resource in state["deployment"].get("resources", []):
            inventory._add(resource["urn"], resource["type"])
        return inventory

    def _add(self, urn: str, resource_type: str) -> None:
        standing = standing_of(resource_type)
        if standing is None:
            return
        self.areas[area_of(urn)][standing] += 1
        if standing is Standing.RECORDED:
            self.recorded[resource_type] += 1
            if services.recorded_of(resource_type) is None:
                self.undescribed[resource_type] += 1

    @property
    def totals(self) -> Counter[Standing]:
        """Counts by standing over all areas."""
        return sum(self.areas.values(), Counter())

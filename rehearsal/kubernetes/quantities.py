"""Kubernetes' quantities: `500m`, `1Gi`, `2`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

# Source: the type Quantity of the Kubernetes API reference.
QUANTITY = re.compile(r"(?P<number>[+-]?(\d+\.?\d*|\.\d+))(?P<unit>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?\Z")

_UNITS = {
    "": Fraction(1),
    **{
        unit: Fraction(10) ** power
        for unit, power in zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True)
    },
    **{f"{unit}i": Fraction(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
}


def amount(quantity: Any) -> Fraction:
    """The number that a quantity stands for. Raises ValueError for what is none."""
    match = QUANTITY.match(str(quantity))
    if match is None:
        raise ValueError(f"{quantity!r} is no quantity")
    unit = match["unit"] or ""
    if unit[:1] in ("e", "E") and unit not in ("E", "Ei"):
        return Fraction(match["number"]) * Fraction(10) ** int(unit[1:])
    return Fraction(match["number"]) * _UNITS[unit]


def written(number: Fraction, like: str) -> str:
    """The number in words that people know: as cpu in thousandths, as bytes in MiB where that is whole."""
    if like == "cpu" and number.denominator != 1:
        return f"{int(number * 1000)}m"
    if like in ("memory", "ephemeral-storage") and number and number % 1024**2 == 0:
        return f"{int(number / 1024**2)}Mi"
    return str(int(number)) if number.denominator == 1 else str(float(number))


def pod_total(spec: Mapping[str, Any], kind: str, resource: str) -> Fraction:
    """What a pod asks for, or may use: all its containers together, or what one that comes before them needs.

    Args:
        spec: of the pod.
        kind: `requests` or `limits`.
        resource: `cpu`, `memory`, `ephemeral-storage`.
    """

    def of(containers: Iterable[Mapping[str, Any]]) -> list[Fraction]:
        return [amount(((one.get("resources") or {}).get(kind) or {}).get(resource, 0)) for one in containers]

    first = [one for one in spec.get("initContainers") or () if one.get("restartPolicy") != "Always"]
    # Those that restart always run beside the others (sidecars).
    beside = [one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"]
    return max(sum(of(beside), sum(of(spec["containers"]), Fraction(0))), *of(first), Fraction(0))

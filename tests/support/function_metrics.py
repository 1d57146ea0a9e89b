"""The metrics that the code of each function declares, found where it is."""

from __future__ import annotations

import importlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from functions.shared import rotation
from functions.shared.metrics import Metric
from infra.functions.function_code import ROOT


def folders() -> list[str]:
    """The folders of all functions."""
    found: list[Path] = sorted((ROOT / "functions").glob("*/handler.py"))
    return [handler.parent.name for handler in found]


@cache
def metrics_of(folder: str) -> dict[str, Metric]:
    """What a function writes, by the names in its code: its own metrics, and those of a rotation."""
    own = f"functions.{folder}.metrics"
    modules = [rotation, *([importlib.import_module(own)] if find_spec(own) else [])]
    declared = {
        name: value for module in modules for name, value in vars(module).items() if isinstance(value, Metric)
    }
    return {name: metric for name, metric in declared.items() if metric.is_written_by([folder])}

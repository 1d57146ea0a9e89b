"""Modules of one name in the folders of functions, found because they are there."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.util import find_spec
from types import ModuleType


def modules(package: ModuleType, part: str) -> list[ModuleType]:
    """The module of this name of every function that has one, by the functions' names.

    Args:
        package: in which each function has a folder.
        part: `function` or `alarms`.
    """
    folders = sorted(each.name for each in pkgutil.iter_modules(package.__path__) if each.ispkg)
    names = [f"{package.__name__}.{folder}.{part}" for folder in folders]
    return [importlib.import_module(name) for name in names if find_spec(name)]

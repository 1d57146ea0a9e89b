"""Functions that run by the clock: a folder for each, which says all that there is to say of it.

`function.py` has its name, schedule, environment and permissions in `FUNCTION`; `alarms.py`, if there is one,
the alarms on what it measures in `ALARMS`. They are apart because commands read alarms and load no Pulumi.
Both are found because they are here. The function's code, and its metrics, are in `functions/`, in the folder
of the same name.
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.util import find_spec
from types import ModuleType


def modules(part: str) -> list[ModuleType]:
    """The module of this name of every function that has one, by the functions' names.

    Args:
        part: `function` or `alarms`.
    """
    folders = sorted(each.name for each in pkgutil.iter_modules(__path__))
    names = [f"{__name__}.{folder}.{part}" for folder in folders]
    return [importlib.import_module(name) for name in names if find_spec(name)]

"""Which of the replaced attributes of Pulumi's SDK a program comes to use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rehearsal.program.sdk_speed import Replacement, replacements


class _Noting:
    """Stands in front of a replacement and writes its name into a file when it is used for the first time."""

    def __init__(self, replacement: Replacement, file: Path) -> None:
        self._replacement = replacement
        self._file = file
        self._noted = False

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._note()
        return self._replacement.value(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        # What a replaced module does as always says nothing.
        if name in vars(type(self._replacement.value)):
            self._note()
        return getattr(self._replacement.value, name)

    def _note(self) -> None:
        if not self._noted:
            self._noted = True
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{self._replacement.name}\n")


def note_uses(file: Path) -> None:
    """From here on in this process: `file` gets the names of the replacements that are used."""
    for each in replacements():
        setattr(each.module, each.attribute, _Noting(each, file))

"""A recovery on a machine that is lost: what ends it, and where it is written down."""

from __future__ import annotations

import json
from typing import Any

from operations.console import OperationFailed
from operations.recovery.run import Run


class KilledHere(OperationFailed):
    """Stands for the loss of the machine: nothing after it happens."""


class Kept:
    """Where a recovery is written down; a machine that is lost takes nothing of it along."""

    def __init__(self) -> None:
        self.text = ""

    def save(self, run: Run) -> None:
        self.text = json.dumps(run.as_json())

    def end(self, run: Run, *_: Any) -> str:
        self.save(run)
        return "s3://backups/record"

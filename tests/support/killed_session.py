"""A session in a process of its own that can be killed: `python -m tests.support.killed_session`.

Arguments: the small program's folder, the engine, how many AWS calls to let through, and whether the
engine writes checkpoints (`yes` or `no`). At the call after those a file `reached` is written beside the
program, and the call waits until it is killed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.support.small_program import SmallProgram, session_of


def main(folder: str, engine: str, calls: str, checkpoints: str) -> None:
    """Deploys until the given number of AWS calls has been made, then waits."""
    root, left = Path(folder), [int(calls)]

    def fault(_service: str, _operation: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            (root / "reached").touch()
            time.sleep(60)

    program = SmallProgram.__new__(SmallProgram)
    program.root = root
    with session_of(program, Path(engine), faults=fault, checkpoints=checkpoints == "yes") as session:
        session.up()


if __name__ == "__main__":
    main(*sys.argv[1:])

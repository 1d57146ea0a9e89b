"""`python -m rehearsal`: see `rehearsal.cli`."""

from __future__ import annotations

import atexit
import os
import sys

from rehearsal.garbage import collect_garbage_rarely

# All that is loaded stays; looking for something to throw away meanwhile takes a tenth of the time.
collect_garbage_rarely()

from commands.output import take_any_text  # noqa: E402
from rehearsal.cli import app  # noqa: E402


def _leave(code: int) -> None:
    """Ends the process as it stands: taking apart the SDK's classes and the models would take seconds."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


take_any_text()
try:
    app(prog_name="python -m rehearsal")
except SystemExit as end:
    _leave(end.code if isinstance(end.code, int) else int(end.code is not None))

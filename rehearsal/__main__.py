"""`python -m rehearsal`: see `rehearsal.cli`."""

from rehearsal.cli import app

app(prog_name="python -m rehearsal")

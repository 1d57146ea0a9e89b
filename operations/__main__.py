"""`python -m operations`."""

from commands.output import take_any_text
from operations.cli import app

if __name__ == "__main__":
    take_any_text()
    app(prog_name="python -m operations")

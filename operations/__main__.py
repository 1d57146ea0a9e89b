"""`python -m operations`."""

from operations.cli import app

if __name__ == "__main__":
    app(prog_name="operations")

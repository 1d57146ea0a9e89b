"""`python -m rehearsal.engine`: makes sure that there is an engine and says which."""

from __future__ import annotations

import sys

from rehearsal.engine import EngineNotFound, find_engine


def main() -> int:
    """0 when there is an engine, 3 when there is none, 130 after Ctrl-C."""
    try:
        print(f"engine: {find_engine()}")  # noqa: T201  (its one line of output)
    except EngineNotFound as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3
    except KeyboardInterrupt:
        print("\nInterrupted. Nothing unfinished is left; run the same command again.", file=sys.stderr)  # noqa: T201
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

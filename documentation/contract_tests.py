"""Tests by the contract row that they prove, as JSON on standard output (`python -m` this module).

A test names its rows with a marker: `@pytest.mark.contract("DB-1")`.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections import defaultdict

import pytest


class Collector:
    """A pytest plugin that takes the markers of all collected tests."""

    def __init__(self) -> None:
        self.rows: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Called by pytest once it knows every test."""
        for item in session.items:
            test = item.nodeid.split("[")[0]
            for marker in item.iter_markers("contract"):
                for row in marker.args:
                    if test not in self.rows[row]:
                        self.rows[row].append(test)


def main() -> int:
    """Prints the rows with their tests; pytest's own words go to standard error when it fails."""
    collector, said = Collector(), io.StringIO()
    with contextlib.redirect_stdout(said):
        # Without running, every snapshot would count as unused.
        arguments = ["--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:syrupy", "tests"]
        code = pytest.main(arguments, plugins=[collector])
    if code != pytest.ExitCode.OK:
        sys.stderr.write(said.getvalue())
        return 1
    json.dump(collector.rows, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m rehearsal.audit.actionlint`: actionlint on the workflows of CI, built from its Go module.

It knows what GitHub's schema does not say: contexts and their types, what an expression may use where, text
of others in a shell. https://github.com/rhysd/actionlint; its version is in tools/actionlint/go.mod.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rehearsal.engine.binary import Unavailable
from rehearsal.engine.build import build_tool
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store
from rehearsal.workspace.user_folders import cache_home

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "tools" / "actionlint"
COMMAND = "github.com/rhysd/actionlint/cmd/actionlint"


def lint(root: Path) -> int:
    """Checks the workflows of a checkout; actionlint's exit code: 0 nothing found, 1 something.

    Raises:
        Unavailable: it cannot be built.
    """
    store = Store(cache_home(os.environ) / "actionlint")
    tool = build_tool(MODULE, COMMAND, store, dict(os.environ), Progress())
    files = sorted((root / ".github" / "workflows").glob("*.yml"))
    command = [str(tool), *map(str, files)]
    return subprocess.run(command, cwd=root, check=False).returncode


def main() -> int:
    """0 when all is well, 1 for findings, 3 when actionlint cannot be had."""
    try:
        return lint(ROOT)
    except Unavailable as error:
        remedy = error.remedy or "Install Go 1.26 or newer (https://go.dev/dl)."
        print(f"actionlint cannot be built: {error.reason}. {remedy}", file=sys.stderr)  # noqa: T201
        return 3


if __name__ == "__main__":
    sys.exit(main())

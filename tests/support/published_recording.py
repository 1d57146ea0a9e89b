"""What the program tells the engine with Pulumi's SDK as published, none of which is replaced."""

from __future__ import annotations

import pickle
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from tests.support.recorder import ROOT, Recording, record


def published_recording(environment: str, folder: Path) -> Recording:
    """An environment, evaluated with the SDK as published; `folder` may be written to."""
    file = folder / "recording"
    subprocess.run([sys.executable, "-m", __name__, environment, file], cwd=ROOT, check=True)
    found: Recording = pickle.loads(file.read_bytes())  # noqa: S301  # just written
    return found


if __name__ == "__main__":
    written = pickle.dumps(record(sys.argv[1], sdk=nullcontext))
    Path(sys.argv[2]).write_bytes(written)

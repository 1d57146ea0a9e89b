"""`make` in a checkout of its own, with a stand-in for Python that notes its calls."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

# Stands for Python, outside and inside the environment; notes every call but questions.
PYTHON = f"""#!/bin/sh
case "$*" in
"-c "*) exit ${{TOO_OLD:-0}} ;;
-V) echo Python 3.11.99; exit ;;
tools/environment/locked.py*) exec {sys.executable} -S "$@" ;;
esac
echo "$*" >> "$CALLS"
case "$*" in
"-m venv "*)
    for held in "$3"/* "$3"/.[!.]*; do
        case "$held" in *"*"|*"!"*|*/.groundwork-lock) ;; *) echo "left: $held" >> "$CALLS" ;; esac
    done
    eval "${{KILLED:-true}}"; mkdir -p "$3/bin"; touch "$3/pyvenv.cfg"; cp "$0" "$3/bin/python" ;;
"-m pip install "*) eval "${{PIP:-true}}" ;;
esac
"""

Make = Callable[..., subprocess.CompletedProcess[str]]
# What is called until everything is installed.
SETUP = ["-m venv .venv", "-m pip install", "-m compileall"]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Runs `make` in a checkout of its own, with a stand-in for Python."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    shutil.copy(ROOT / "Makefile", checkout)
    shutil.copytree(ROOT / "tools" / "environment", checkout / "tools" / "environment")
    (checkout / "requirements.txt").write_text("one==1\n")
    (checkout / "requirements-test.txt").write_text("three==1\n")
    (checkout / "requirements-audit.txt").write_text("two==1\n")
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        calls = {"CALLS": str(tmp_path / "calls"), "PATH": os.defpath, **environment}
        command = ["make", f"PYTHON={python}", *arguments]
        return subprocess.run(command, cwd=checkout, env=calls, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """The calls of Python so far, without the installer's many options."""

    def read() -> list[str]:
        path = tmp_path / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [re.sub(r"(pip install|compileall) .*", r"\1", line) for line in lines]

    return read

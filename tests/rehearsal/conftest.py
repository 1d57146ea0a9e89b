"""Fixtures of the tests that run the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.small_program import SmallProgram


@pytest.fixture
def program(tmp_path: Path) -> SmallProgram:
    """An empty small program."""
    return SmallProgram(tmp_path)

"""What is written into buckets that may be locked says its checksum, however somebody's SDK is set."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Functions have the SDK of Lambda's runtime, commands the settings of a person's machine, where
# AWS_REQUEST_CHECKSUM_CALCULATION=when_required is common: S3-compatible stores of others ask for it.
WRITERS = ("functions", "operations")
UPLOADS = {"put_object", "upload_part", "upload_file", "upload_fileobj"}


def _uploads() -> Iterator[tuple[str, ast.Call]]:
    for folder in WRITERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                called = node.func if isinstance(node, ast.Call) else None
                if (
                    isinstance(node, ast.Call)
                    and isinstance(called, ast.Attribute)
                    and called.attr in UPLOADS
                ):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


@pytest.mark.parametrize("call", [pytest.param(call, id=where) for where, call in _uploads()])
def test_an_upload_says_its_checksum(call: ast.Call) -> None:
    assert "ChecksumAlgorithm" in {each.arg for each in call.keywords}

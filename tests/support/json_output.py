"""Whether what a command prints with `--json` is what docs/output.schema.json says of it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.checkout import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "output.schema.json").read_text(encoding="utf-8"))


def check_output(command: str, value: Any) -> None:
    """Fails when `value` is neither the command's result nor an error.

    Args:
        command: as it is called: `secret set`.
        value: what it prints, read as JSON.
    """
    name = "error" if isinstance(value, dict) and "error" in value else command
    mistakes = [f"{each.json_path}: {each.message}" for each in _validator(name).iter_errors(value)]
    assert not mistakes, f"{command} --json: docs/output.schema.json has it otherwise: {mistakes}"


@cache
def _validator(name: str) -> Draft202012Validator:
    assert name in SCHEMA["$defs"], f"docs/output.schema.json does not have {name}"
    _is_a_schema()
    return Draft202012Validator({"$defs": SCHEMA["$defs"], **SCHEMA["$defs"][name]})


@cache
def _is_a_schema() -> None:
    """Fails when the file itself is no JSON Schema; it is large, so this is asked once."""
    Draft202012Validator.check_schema(SCHEMA)

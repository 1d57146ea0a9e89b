"""What stands in a stack file means the same to the engine and to everybody who reads the file itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.configuration.files import stack_config, stack_values
from tests.support.small_program import SmallProgram, session_of

pytestmark = pytest.mark.engine

KINDS = """
  groundwork:number: 210000000001
  groundwork:switch: true
  groundwork:share: 0.25
  groundwork:quoted: "0123"
  groundwork:words: [a, 1, true, null, {deep: [1.5]}]
  groundwork:nested: {number: 1, switch: false, text: "1", list: [], mapping: {}}
  groundwork:shared: &shared {a: 1}
  groundwork:again: *shared
  groundwork:key: {secure: AAABAOne}
  groundwork:paging: {pagerduty: {secure: AAABATwo}, slack: {secure: AAABAThree}}
  groundwork:escalation: {lead: lead@example.org, cto: {secure: AAABAFour}}
secretsprovider: awskms://alias/state
encryptedkey: AQICAHgnotOurs
"""


def test_the_reader_of_the_file_finds_what_the_engine_hands_to_the_program(
    program: SmallProgram, engine: Path
) -> None:
    stack_file = program.root / "Pulumi.dev.yaml"
    stack_file.write_text(stack_file.read_text(encoding="utf-8") + KINDS.lstrip("\n"), encoding="utf-8")
    program.write("""
        import json
        from infra.configuration.stack import stack_values
        from infra.configuration.validation import EncryptedText

        def secret(value):
            if isinstance(value, dict):
                return {key: secret(item) for key, item in value.items()}
            return isinstance(value, EncryptedText)

        pulumi.export("values", json.dumps(stack_values()))
        pulumi.export("secrets", json.dumps(secret(stack_values())))
    """)
    with session_of(program, engine) as session:
        session.up()
        outputs = session.outputs(show_secrets=True)
    read = stack_values(stack_config(program.root, "dev"))
    assert json.loads(outputs["values"]) == read
    assert json.loads(outputs["secrets"])["paging"] == {"pagerduty": True, "slack": True}

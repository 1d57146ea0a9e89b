"""Encrypted values of a stack file are not needed for a rehearsal: stand-ins take their place."""

from __future__ import annotations

from typing import Any

from infra.configuration import load_configuration
from infra.configuration.stand_ins import take_encrypted
from infra.configuration.validation import EncryptedText
from tests.support.recorder import TODAY, stack_file, system_file


def test_every_encrypted_value_is_taken_out_and_nothing_else() -> None:
    config: dict[str, Any] = {
        "groundwork:key": {"secure": "v1:a"},
        "groundwork:deep": {"list": ["kept", {"secure": "v1:b"}], "plain": 1},
    }
    found = take_encrypted(config)
    assert list(found) == ["groundwork:key", 'groundwork:deep["list"][1]']
    assert config == {"groundwork:deep": {"list": ["kept", ""], "plain": 1}}


def test_a_stand_in_changes_with_the_value_and_not_without() -> None:
    first, again, other = (
        take_encrypted({"groundwork:key": {"secure": text}})["groundwork:key"] for text in ("a", "a", "b")
    )
    assert first == again != other


def test_the_program_takes_the_stand_ins_of_its_own_secrets() -> None:
    paging = {"pagerduty": {"secure": "v1:a"}, "slack": {"secure": "v1:b"}}
    pagerduty, slack = take_encrypted({"groundwork:paging": paging}).values()
    stack = {
        **stack_file("prod"),
        "paging": {"pagerduty": EncryptedText(pagerduty), "slack": EncryptedText(slack)},
    }
    read = load_configuration("prod", stack, system_file(), today=TODAY).settings.paging
    assert (read.pagerduty, read.slack) == (pagerduty, slack)

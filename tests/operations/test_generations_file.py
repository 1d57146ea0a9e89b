"""DR-1: a recovery writes into the stack file what the program has to know, and leaves all else as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.configuration.generations import Generations
from operations.checkout import ROOT
from operations.console import OperationError
from operations.recovery.generations_file import write, written

pytestmark = pytest.mark.contract("DR-1")

BLOCK = """\
config:
  groundwork:region: us-west-2  # Oregon
  groundwork:database:
    # the big one
    tier: standard
    backupRetention: 30  # days
  groundwork:redis:
    enabled: true
"""
FLOW = "config:\n  groundwork:database: {tier: standard, backupRetention: 30}  # small\n"
RESTORED = Generations(2, (1,), (), adopt=True)


def test_keys_are_added_and_comments_stay() -> None:
    added = "    generation: 2\n    retired: [1]\n    adopt: true\n"
    text = written(BLOCK, RESTORED)
    assert text == BLOCK.replace("  # days\n", f"  # days\n{added}")


def test_keys_are_exchanged_and_removed_where_they_stand() -> None:
    text = written(BLOCK, RESTORED).replace("retired: [1]", "retired: [1]  # the broken one")
    after = written(text, Generations(3, (1, 2), (1,)))
    assert "generation: 3\n    retired: [1, 2]  # the broken one\n    lost: [1]\n" in after
    assert "adopt" not in after
    assert written(after, Generations()) == BLOCK


def test_the_same_again_is_no_change() -> None:
    text = written(BLOCK, RESTORED)
    assert written(text, RESTORED) == text


def test_a_section_on_one_line_stays_on_one() -> None:
    text = written(FLOW, Generations(2, (1,)))
    assert "{tier: standard, backupRetention: 30, generation: 2, retired: [1]}  # small" in text
    assert written(text, Generations()) == FLOW


def test_windows_line_endings_stay() -> None:
    text = written(BLOCK.replace("\n", "\r\n"), RESTORED)
    assert text.count("\r\n") == text.count("\n") == BLOCK.count("\n") + 3


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_stack_files_of_this_checkout_can_be_written(environment: str) -> None:
    text = (ROOT / f"Pulumi.{environment}.yaml").read_text(encoding="utf-8")
    changed = written(text, RESTORED)
    assert written(changed, Generations()) == text


def test_what_cannot_be_exchanged_is_told_with_the_lines_to_write(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text("x: &all {tier: small}\nconfig:\n  groundwork:database: *all\n", encoding="utf-8")
    with pytest.raises(OperationError, match=r"(?s)Pulumi\.dev\.yaml: .*exactly:\n    generation: 2"):
        write(file, RESTORED)


def test_what_began_as_a_replica_is_remembered_for_as_long_as_it_is_declared() -> None:
    """The program would replace an instance that it forgets this of."""
    serving_there = Generations(1, promoted=(1,))
    restored = serving_there.but(current=2, retired=(1,), adopt=True)
    assert restored.promoted == (1,)
    assert restored.but(current=1, retired=(2,), adopt=False).promoted == (1,)
    assert restored.but(retired=()).promoted == ()
    assert "promoted: [1]" in written(BLOCK, restored)

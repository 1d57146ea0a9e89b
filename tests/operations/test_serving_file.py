"""DR-3: the stack file says where everything runs after the loss of a region, and all else stays."""

from __future__ import annotations

import re

import pytest

from infra.configuration.file_names import stack_file_name
from infra.configuration.generations import Generations
from operations.checkout import ROOT
from operations.console import OperationError
from operations.recovery.serving_file import written

pytestmark = pytest.mark.contract("DR-3")

TEXT = """\
config:
  groundwork:region: us-west-2  # Oregon
  groundwork:recoveryRegion: us-east-2  # Ohio
  groundwork:database:
    tier: standard
"""
PROMOTED = Generations(promoted=(1,))


def test_both_keys_come_after_the_regions_and_the_database_says_what_was_promoted() -> None:
    text = written(TEXT, "us-east-2", "us-west-2", PROMOTED)
    assert (
        "# Ohio\n  groundwork:serving: us-east-2\n  groundwork:lost: us-west-2\n  groundwork:database:\n"
        in text
    )
    assert "    promoted: [1]\n" in text
    assert written(text, "us-east-2", "us-west-2", PROMOTED) == text


def test_a_region_that_is_back_is_not_named_any_more() -> None:
    text = written(TEXT, "us-east-2", "us-west-2", PROMOTED)
    assert "groundwork:lost" not in written(text, "us-east-2", "", PROMOTED)


def test_windows_line_endings_stay() -> None:
    text = written(TEXT.replace("\n", "\r\n"), "us-east-2", "us-west-2", PROMOTED)
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_keys_in_quotes_are_the_same_keys(quote: str) -> None:
    text = re.sub(r"groundwork:\w+", rf"{quote}\g<0>{quote}", TEXT)
    lost = written(text, "us-east-2", "us-west-2", PROMOTED)
    assert lost.count("groundwork:serving") == 1
    quoted = lost.replace("groundwork:lost", f"{quote}groundwork:lost{quote}")
    assert "groundwork:lost" not in written(quoted, "us-east-2", "", PROMOTED)


def test_the_checkouts_own_file_can_be_written() -> None:
    text = (ROOT / stack_file_name("prod")).read_text(encoding="utf-8")
    assert "groundwork:serving: us-east-2" in written(text, "us-east-2", "us-west-2", PROMOTED)


def test_a_file_of_another_form_is_left_alone_and_says_what_to_write() -> None:
    text = "config: {groundwork:recoveryRegion: us-east-2, groundwork:database: {tier: standard}}\n"
    with pytest.raises(OperationError, match=r"groundwork:serving: us-east-2\n  groundwork:lost: us-west-2"):
        written(text, "us-east-2", "us-west-2", PROMOTED)

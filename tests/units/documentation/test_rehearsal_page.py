"""The page of what a rehearsal can do names everything that there is."""

from __future__ import annotations

from documentation.rehearsal_page import rehearsal_page
from rehearsal.aws import services
from rehearsal.aws.functions import FUNCTIONS
from tests.support.checkout import ROOT


def test_the_committed_page_is_the_one_that_is_written() -> None:
    committed = (ROOT / "docs" / "rehearsal.md").read_text(encoding="utf-8")
    assert rehearsal_page() == committed, "write the page anew: make docs"


def test_every_type_and_function_is_named_and_every_recorded_one_says_why() -> None:
    page = rehearsal_page()
    named = [*services.all_mappings(), *services.all_recorded()]
    named += [token.rpartition(":")[2] for token in FUNCTIONS]
    assert [name for name in named if f"`{name}`" not in page] == []
    assert all(entry.why in page for entry in services.all_recorded().values())
    assert "|  |" in page  # read back as it was given
    assert "| `aws:lambda/function:Function` | `code`, `sourceCodeHash` |" in page

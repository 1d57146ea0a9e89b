"""The generated parts of docs/secrets.md are as the kinds of secrets say, and the rest of the page stays."""

from __future__ import annotations

import pytest

from documentation.graph import DocumentationError
from documentation.secret_parts import OVERLAPS, with_secret_parts
from infra.configuration.platform_secrets import PLATFORM_SECRETS
from tests.support.checkout import ROOT

PAGE = (ROOT / "docs" / "secrets.md").read_text(encoding="utf-8")


def test_the_committed_page_is_the_one_that_is_written() -> None:
    assert with_secret_parts(PAGE) == PAGE, "write the page anew: make docs"


def test_what_stood_in_a_part_goes_and_the_rest_stays() -> None:
    other = PAGE.replace("# Secrets", "# Ours")
    old = other.replace(OVERLAPS.begin, f"{OVERLAPS.begin}\n\nIt was otherwise.")
    assert with_secret_parts(old) == other


@pytest.mark.parametrize("entry", PLATFORM_SECRETS)
def test_every_entry_of_the_platform_has_its_rows(entry: str) -> None:
    cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ")]
    assert sum(f"`{entry}`" in cell for cell in cells) == 2


def test_a_page_without_a_place_for_a_part_is_told() -> None:
    with pytest.raises(DocumentationError, match=r"docs/secrets\.md: .* put them back"):
        with_secret_parts(PAGE.replace(OVERLAPS.begin, ""))

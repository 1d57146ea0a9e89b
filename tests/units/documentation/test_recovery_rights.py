"""The table of rights in docs/recovery.md: every call of the commands, for who wants a narrower role."""

from __future__ import annotations

import pytest

from documentation.graph import DocumentationError
from documentation.markdown import END
from documentation.recovery_rights import PART, WITHIN_A_REGION, with_rights
from rights.commands import COMMANDS, EVERYTHING
from rights.recoveries import RECOVERIES, About, Asked
from tests.support.checkout import ROOT

PAGE = f"# When something is lost\n\n{PART.begin}\nof yesterday\n{END}\n\n## Next\n"


def _on(part: Asked) -> str:
    return "`*`" if part.about is About.ALL else str(part.about)


def test_the_page_has_the_table_of_today() -> None:
    page = (ROOT / "docs" / "recovery.md").read_text(encoding="utf-8")
    assert with_rights(page) == page, "write the page anew: make docs"


def test_every_call_is_in_it_and_what_stands_around_it_stays() -> None:
    page = with_rights(PAGE)
    for parts in RECOVERIES.values():
        for part in parts:
            wanted = [f"`{action}`" for action in part.actions]
            lines = [line for line in page.splitlines() if line.split(" | ")[2:3] == [_on(part)]]
            assert any(all(each in line for each in wanted) for line in lines), part
    assert "of yesterday" not in page
    assert page.startswith("# When something is lost\n")
    assert page.endswith(f"{END}\n\n## Next\n")


@pytest.mark.parametrize(("command", "said"), WITHIN_A_REGION.items())
def test_every_command_within_a_region_is_in_it_with_all_its_calls(command: str, said: str) -> None:
    lines = with_rights(PAGE).splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith(f"| `{said}` |"))
    end = next((n for n in range(begin + 1, len(lines)) if not lines[n].startswith("|  |")), len(lines))
    text = "\n".join(lines[begin:end])
    for action, about in COMMANDS[command].calls:
        on = "`*`" if about == EVERYTHING else about
        assert any(f" {on} |" in line and f"`{action}`" in line for line in text.splitlines()), (
            action,
            about,
        )


def test_what_comes_with_a_call_is_in_it_where_the_call_is() -> None:
    lines = with_rights(PAGE).splitlines()
    restoring = next(n for n, line in enumerate(lines) if "rds:RestoreDBInstanceFromDBSnapshot" in line)
    keys = next(line for line in lines[restoring:] if "the keys of these" in line)
    assert "`kms:CreateGrant`" in keys


def test_without_a_place_for_it_the_page_is_told_of() -> None:
    with pytest.raises(DocumentationError, match="put them back"):
        with_rights("# When something is lost\n")

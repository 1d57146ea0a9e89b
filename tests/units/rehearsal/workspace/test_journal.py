"""The journal keeps whole changes, whatever happens while one is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rehearsal.workspace.journal import Journal, JournalError, decode


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([{"n": 1}, {"n": 2}])
    journal.append([{"n": 3}])
    assert [entry["n"] for entry in journal.entries()] == [1, 2, 3]


def test_bytes_come_back_as_bytes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([{"body": b"\x00\xff"}])
    assert [decode(entry) for entry in journal.entries()] == [{"body": b"\x00\xff"}]


def test_a_torn_last_line_is_a_change_that_did_not_happen(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text('{"n": 1}\n{"n": 2', encoding="utf-8")
    journal = Journal(path)
    assert [entry["n"] for entry in journal.entries()] == [1]
    journal.append([{"n": 3}])
    assert [entry["n"] for entry in journal.entries()] == [1, 3]


@pytest.mark.parametrize("line", ["not JSON", "3", "\0\0"])
def test_a_line_that_is_no_change_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal"
    path.write_text(f'{{"n": 1}}\n{line}\n', encoding="utf-8")
    with pytest.raises(JournalError, match="line 2"):
        list(Journal(path).entries())


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([{"n": 1}])
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:4]))
    with pytest.raises(OSError, match="No space left"):
        journal.append([{"n": 2}])
    monkeypatch.undo()
    journal.append([{"n": 3}])
    assert [entry["n"] for entry in journal.entries()] == [1, 3]

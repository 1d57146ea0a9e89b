"""DR-5: `make up` says what the stack file costs on the day on which the region is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rehearsal.deploy import Deployment, notes_of
from rehearsal.events import Log
from rehearsal.inventory import Inventory
from rehearsal.outcome import Result
from tests.support.checkout import ROOT

pytestmark = pytest.mark.contract("DR-5")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", ""),
        ("  groundwork:waits: [redis, cluster]\n", ""),
        ("  groundwork:waits: [redis]\n", "cluster does not wait in the other region: "),
        ("  groundwork:waits: []\n", "cluster and redis do not wait in the other region: "),
    ],
)
def test_what_does_not_wait_is_told_with_its_minutes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    text = (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    (tmp_path / "Pulumi.prod.yaml").write_text(text.replace("config:\n", f"config:\n{line}", 1), "utf-8")
    notes = tuple(notes_of(tmp_path, "prod"))
    result = Result(Log(), 1.0)
    done = Deployment("prod", "1" * 12, result, result, Inventory(), {}, notes=notes)
    assert [each[: len(said)] for each in done.as_json()["warnings"]] == ([said] if said else [])
    done.show()
    assert ("warning: " in capsys.readouterr().out) is bool(said)


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_where_nothing_is_copied_nothing_is_missed(environment: str) -> None:
    assert notes_of(ROOT, environment) == []

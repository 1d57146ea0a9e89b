"""ENV-6: what a change does in the backup account is on the page of `make preview`, like all else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from preview.risk import Kind
from rehearsal.review.base import Base
from rehearsal.review.review import Refused, Reviewed, review
from tests.support.json_output import check_output
from tests.support.small_program import SmallProgram

pytestmark = [pytest.mark.engine, pytest.mark.contract("ENV-6")]

HOME = 'aws.sns.Topic("told", name="told", opts=options())\n'
OUTSIDE = """\
import pulumi
import pulumi_aws as aws

there = aws.Provider("aws-backup-account", region="us-west-2", allowed_account_ids=["{account}"])
opts = pulumi.ResourceOptions(provider=there, protect={protect})
aws.cloudwatch.LogGroup("copies", name="copies", retention_in_days={days}, opts=opts)
"""
ACCOUNT, ANOTHER = "230000000009", "230000000008"


class Both:
    """A checkout with both programs, whose base is committed."""

    def __init__(self, program: SmallProgram) -> None:
        self.program, self.root = program, program.root
        folder = self.root / "backup_account"
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: groundwork-backup-account\nruntime: python\n")
        self.home(HOME)
        self.outside(days=365)
        self.copies_to(ACCOUNT)

    def home(self, text: str) -> None:
        self.program.write(text)

    def outside(self, *, days: int | None, account: str = ACCOUNT, protect: bool = False) -> None:
        """A log group that is kept for so many days; without any there is none."""
        file = self.root / "backup_account" / "__main__.py"
        text = OUTSIDE.format(days=days, account=account, protect=protect)
        file.write_text(text if days is not None else text.rpartition("aws.cloudwatch")[0])

    def copies_to(self, account: str) -> None:
        file = self.root / "Pulumi.dev.yaml"
        lines = [line for line in file.read_text().splitlines() if "backupAccount" not in line]
        added = [f'  groundwork:backupAccount: "{account}"'] if account else []
        file.write_text("\n".join([*lines, *added]) + "\n")

    def commit(self) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        for words in (["init", "-b", "main"], ["add", "."], ["commit", "-m", "base"]):
            command = ["/usr/bin/env", "git", "-C", str(self.root), *identity, *words]
            subprocess.run(command, check=True, capture_output=True)

    def reviewed(self, engine: Path, *, as_json: bool = False) -> Reviewed:
        return review(self.root, "dev", engine, base=Base(self.root, "main"), as_json=as_json)


@pytest.fixture
def both(program: SmallProgram) -> Both:
    return Both(program)


def test_its_risks_stand_among_the_others_and_its_diff_behind(both: Both, engine: Path) -> None:
    both.commit()
    both.outside(days=30)
    found = both.reviewed(engine)
    told = found.page(width=None, diff=True)
    assert told.startswith("dev against main: 1 risk; 1 updated in the backup account\n")
    assert "WEAKER      log group copies in the backup account keeps 30 days, instead of 365" in told
    assert "\nThe backup account (backup_account/):\n" in told
    assert "~ retentionInDays: 365 => 30" in told
    assert "| **WEAKER** | log group copies in the backup account" in found.comment()
    as_json = both.reviewed(engine, as_json=True).as_json()
    check_output("preview", json.loads(json.dumps(as_json)))
    assert as_json["changes"] == {}
    assert as_json["backupAccount"]["changes"] == {"updated": 1}
    assert as_json["backupAccount"]["diff"]["changeSummary"]["update"] == 1
    assert [each["kind"] for each in as_json["risks"]] == ["protection"]


def test_where_nothing_that_it_reads_has_changed_it_is_not_looked_at(both: Both, engine: Path) -> None:
    both.commit()
    both.home(HOME.replace('name="told"', 'name="told", display_name="new"'))
    file = both.root / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace('version: "1.34"', 'version: "1.35"'))
    found = both.reviewed(engine)
    assert found.report.outside is None
    assert found.report.headline == "dev against main: no risk; 1 updated"


def test_what_a_change_of_a_shared_module_does_there_is_seen(both: Both, engine: Path) -> None:
    """Also when the process that runs programs has loaded the base's module a moment ago."""
    shared = both.root / "infra"
    shared.mkdir()
    (shared / "__init__.py").touch()
    (shared / "kept.py").write_text("DAYS = 365\n")
    text = OUTSIDE.format(days="DAYS", account=ACCOUNT, protect=False)
    path = (
        "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).resolve().parents[1]))\n"
    )
    program = both.root / "backup_account" / "__main__.py"
    program.write_text(f"{path}from infra.kept import DAYS\n{text}")
    both.commit()
    (shared / "kept.py").write_text("DAYS = 400\n")
    found = both.reviewed(engine)
    assert found.report.headline == "dev against main: no risk; 1 updated in the backup account"


def test_the_first_and_another_account_are_made_from_nothing(both: Both, engine: Path) -> None:
    both.copies_to("")
    both.commit()
    both.copies_to(ACCOUNT)
    assert (
        both.reviewed(engine).report.headline == "dev against main: no risk; 1 created in the backup account"
    )
    both.commit()
    both.copies_to(ANOTHER)
    both.outside(days=365, account=ANOTHER)
    assert (
        both.reviewed(engine).report.headline == "dev against main: no risk; 1 created in the backup account"
    )


def test_where_there_is_none_any_more_nobody_deploys_it(both: Both, engine: Path) -> None:
    both.commit()
    both.copies_to("")
    assert both.reviewed(engine).report.outside is None


def test_a_program_that_fails_there_refuses_the_change(both: Both, engine: Path) -> None:
    both.commit()
    both.outside(days=-1)
    both.home(HOME.replace('name="told"', 'name="told", display_name="new"'))
    with pytest.raises(Refused, match="The backup account \\(backup_account/\\)") as refused:
        both.reviewed(engine)
    page = refused.value.reviewed.page(width=None, diff=False)
    assert page.startswith("dev against main: REFUSED by the engine")
    assert "refused     The backup account (backup_account/): " in page


def test_what_is_refused_there_is_told_with_its_risk(both: Both, engine: Path) -> None:
    """All but this base's own program is as in the tests before: what is kept of theirs is not taken."""
    both.outside(days=365, protect=True)
    both.commit()
    both.outside(days=None)
    with pytest.raises(Refused) as refused:
        both.reviewed(engine, as_json=True)
    reviewed = refused.value.reviewed
    page = reviewed.page(width=None, diff=False)
    assert "DATA        log group copies in the backup account is deleted with the logs in it" in page
    check_output("preview", json.loads(json.dumps(reviewed.as_json())))


def test_a_weakening_there_needs_its_line_in_prod(both: Both, engine: Path) -> None:
    both.commit()
    both.outside(days=30)
    report = both.reviewed(engine).report
    (group,) = report.groups
    assert (group.kind, group.needs_approval) == (Kind.PROTECTION, True)
    assert group.fingerprint("prod") != group.fingerprint("staging")

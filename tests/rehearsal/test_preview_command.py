"""`make preview`, on a small program."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rehearsal.review.base import Base, RevisionError
from rehearsal.review.review import Refused, Reviewed, review
from tests.support.json_output import check_output
from tests.support.small_program import SmallProgram

pytestmark = pytest.mark.engine

VPC = 'aws.ec2.Vpc("main", cidr_block="{cidr}", opts=options())\n'


def _reviewed(program: SmallProgram, engine: Path, **more: Any) -> Reviewed:
    """What the working tree changes on the branch main."""
    return review(program.root, "dev", engine, base=Base(program.root, "main"), **more)


def _commit(root: Path) -> None:
    """What is in the folder becomes the branch `main` of a repository."""
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init", "--initial-branch=main"], ["add", "."], ["commit", "-m", "base"]):
        subprocess.run(["git", "-C", str(root), *identity, *command], check=True, capture_output=True)  # noqa: S607


def test_a_preview_shows_what_the_working_tree_would_replace(program: SmallProgram, engine: Path) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    _commit(program.root)
    program.write(VPC.replace("{cidr}", "10.9.0.0/16"))
    found = _reviewed(program, engine)
    risk = "OUTAGE      VPC main is replaced: meanwhile everything in it has to move  [cidrBlock:"
    piped = found.page(width=None, diff=True)
    assert piped.startswith(f"dev against main: 1 risk; 1 replaced\n{risk}")
    assert "+-aws:ec2/vpc:Vpc: (replace)" in piped
    assert '~ cidrBlock: "10.0.0.0/16" => "10.9.0.0/16"' in piped
    shown = found.page(width=80, diff=False)
    assert "(replace)" not in shown
    assert shown.endswith("DIFF=1 shows the engine's diff, JSON=1 has everything\n")
    told = review(program.root, "dev", engine, base=Base(program.root, "HEAD"), as_json=True).as_json()
    check_output("preview", json.loads(json.dumps(told)))
    assert told["diff"]["changeSummary"]["replace"] == 1
    (only,) = told["risks"]
    assert only["resources"][0]["properties"] == [
        {"path": "cidrBlock", "before": '"10.0.0.0/16"', "after": '"10.9.0.0/16"'}
    ]


def test_a_preview_begins_with_how_long_aws_takes_and_who_is_interrupted_when(
    program: SmallProgram, engine: Path
) -> None:
    database = """
        aws.rds.Instance(
            "database", identifier="shop", engine="postgres", instance_class="db.{0}", allocated_storage=20,
            username="shop", password="not-a-secret", skip_final_snapshot=True, multi_az=True,
            maintenance_window="sun:04:00-sun:05:00", opts=options(),
        )
    """
    program.write(database.format("t4g.small"))
    _commit(program.root)
    nothing = _reviewed(program, engine)
    assert nothing.page(width=80, diff=False) == "dev against main: nothing changes.\n"
    program.write(database.format("t4g.large"))
    _, risk, time, *_ = _reviewed(program, engine).page(width=None, diff=False).splitlines()
    assert time == "time        about 60 s on AWS (slow case 3 min): RDS instance database 60 s"
    assert risk.startswith("INTERRUPTS  RDS instance database")
    assert "it fails over to its standby, 60 s to 2 min; Sunday 04:00 UTC  [instanceClass: " in risk


def test_a_preview_of_another_system_compares_its_file_with_the_base_s(
    program: SmallProgram, engine: Path
) -> None:
    program.write("""
        from pathlib import Path
        cidr = Path(pulumi.Config("groundwork").require("systemFile")).read_text()
        aws.ec2.Vpc("main", cidr_block=cidr, opts=options())
    """)
    system = program.root / "other.yaml"
    system.write_text("10.0.0.0/16", encoding="utf-8")
    _commit(program.root)
    system.write_text("10.9.0.0/16", encoding="utf-8")
    changed = _reviewed(program, engine, system=system)
    assert '~ cidrBlock: "10.0.0.0/16" => "10.9.0.0/16"' in changed.diff
    # One that the base does not have is taken for both: what differs is the program alone.
    new = system.rename(program.root / "new.yaml")
    assert "3 unchanged" in _reviewed(program, engine, system=new).diff


def test_a_refused_preview_shows_the_diff_as_far_as_it_goes(program: SmallProgram, engine: Path) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    _commit(program.root)
    wrong = 'aws.ec2.Subnet("wrong", vpc_id=other.id, cidr_block="10.9.0.0/99", opts=options())\n'
    program.write(VPC.replace("{cidr}", "10.9.0.0/16").replace("aws.ec2", "other = aws.ec2", 1) + wrong)
    with pytest.raises(Refused, match=r"10\.9\.0\.0/99") as refused:
        _reviewed(program, engine)
    text = refused.value.reviewed.page(width=None, diff=True)
    headline, risk, reason, *_ = text.splitlines()
    assert headline == "dev against main: REFUSED by the engine; the change as far as it goes"
    assert risk.startswith("OUTAGE      VPC main is replaced")
    assert reason.startswith("refused     ")
    assert "10.9.0.0/99" in reason
    assert '~ cidrBlock: "10.0.0.0/16" => "10.9.0.0/16"' in text


def test_what_is_protected_and_would_go_is_named_although_the_engine_refuses_it(
    program: SmallProgram, engine: Path
) -> None:
    bucket = 'aws.s3.Bucket("files", bucket="{0}", opts=options(protect=True))\n'
    program.write(bucket.format("one"))
    _commit(program.root)
    program.write(bucket.format("two"))
    with pytest.raises(Refused, match="marked for protection") as refused:
        _reviewed(program, engine)
    headline, risk, reason, *_ = refused.value.reviewed.page(width=None, diff=False).splitlines()
    assert "REFUSED" in headline
    assert risk.startswith(
        "DATA        bucket files is replaced: the new one is empty; the old one goes with"
    )
    assert "Pulumi refuses: it is protected" in risk
    assert reason.startswith("refused     aws:s3/bucket:Bucket files: unable to replace resource")


def test_a_preview_that_is_tried_says_what_only_the_deployment_meets(
    program: SmallProgram, engine: Path
) -> None:
    subnet = 'aws.ec2.Subnet("{name}", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options())\n'
    network = VPC.replace("{cidr}", "10.0.0.0/16").replace("aws.ec2", "vpc = aws.ec2", 1)
    program.write(network + subnet.format(name="first"))
    _commit(program.root)
    program.write(network + subnet.format(name="second"))
    assert "tried" not in _reviewed(program, engine).page(width=80, diff=False)
    with pytest.raises(
        Refused, match=r"^Tried on main: .* `up` fails\.\n.*InvalidSubnet\.Conflict"
    ) as failed:
        _reviewed(program, engine, attempt=True)
    assert "+ aws:ec2/subnet:Subnet: (create)" in failed.value.reviewed.page(width=80, diff=True)
    program.write(network)
    found = _reviewed(program, engine, as_json=True, attempt=True)
    tried = json.loads(json.dumps(found.as_json()))
    check_output("preview", tried)
    assert tried["up"] | {"seconds": 0} == {
        "changes": {"delete": 1},
        "seconds": 0,
        "secondPreview": {"changes": {}},
    }
    assert tried["diff"]["changeSummary"]["delete"] == 1
    assert "tried on main: 1 deleted in " in found.page(width=80, diff=False)


def test_a_base_that_cannot_be_deployed_is_not_taken_for_the_working_tree(
    program: SmallProgram, engine: Path
) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/99"))
    _commit(program.root)
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    with pytest.raises(RevisionError, match="This is main, not the working tree"):
        _reviewed(program, engine)

"""What people run: `make up`, `make preview` and `make manifests`, on a small program."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.deploy import Deployment, deploy, take_away
from rehearsal.manifests import write_manifests
from rehearsal.outcome import EngineError
from rehearsal.review import Refused, RevisionError, review
from rehearsal.session import Session
from rehearsal.timeline import as_json, timeline, write_picture
from rehearsal.workspace import Workspace, WorkspaceError
from tests.support.json_output import check_output
from tests.support.small_program import ACCOUNT, SmallProgram

pytestmark = pytest.mark.engine

VPC = 'aws.ec2.Vpc("main", cidr_block="{cidr}", opts=options())\n'
RECORDED = 'aws.gamelift.Fleet("fleet", name="fleet", ec2_instance_type="c5.large", opts=options())\n'
NAMESPACE = '''
kubeconfig = """
clusters: [{name: main, cluster: {server: https://main.example.org}}]
contexts: [{name: main, context: {cluster: main, user: main}}]
current-context: main
"""
cluster = kubernetes.Provider("cluster", kubeconfig=kubeconfig, cluster_identifier="main")
kubernetes.core.v1.Namespace(
    "shop", metadata={"name": "shop"}, opts=pulumi.ResourceOptions(provider=cluster)
)
'''


@pytest.fixture
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("state") / "dev", "dev")


def test_up_counts_what_is_real_apart_from_what_is_recorded(
    program: SmallProgram, engine: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/16") + RECORDED + 'pulumi.export("answer", 42)')
    deployment = deploy(program.root, "dev", engine, workspace, quiet=True)
    result = json.loads(json.dumps(deployment.as_json()))
    check_output("up", result)
    assert result["resources"] == {"real": 1, "recorded": 1, "validated": 0, "generated": 0}
    assert result["undescribedTypes"] == ["aws:gamelift/fleet:Fleet"]
    assert (result["account"], result["outputs"]) == (ACCOUNT, {"answer": 42})
    assert result["secondPreview"]["changes"] == {}
    deployment.show()
    shown = capsys.readouterr().out
    assert "aws:gamelift/fleet:Fleet  not described yet" in shown
    assert "second preview: nothing to change" in shown
    # By hand: a VPC, and a type that has no entry.
    assert shown.endswith("about 10 s on AWS (slow case 20 s)\n")
    assert result["onAws"]["seconds"] == {"typical": 12, "slow": 20}


def test_where_nothing_is_to_do_the_engine_compares_once_and_a_change_that_no_preview_shows_is_made(
    program: SmallProgram,
    engine: Path,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    runs: list[str] = []
    operate = Session._operate

    def watched(session: Session, operation: str, *arguments: Any) -> Any:
        runs.append(operation)
        return operate(session, operation, *arguments)

    monkeypatch.setattr(Session, "_operate", watched)

    def up(options: str = "") -> tuple[Deployment, list[str]]:
        runs.clear()
        program.write(VPC.replace("{cidr}", "10.0.0.0/16").replace("options()", f"options({options})"))
        return deploy(program.root, "dev", engine, workspace, quiet=True), [*runs]

    assert up()[1] == ["up", "preview"]
    second, how = up()
    assert (how, second.result.changes, second.settled) == (["preview"], {}, True)
    assert second.forecast.sentence() == ""
    second.show()
    assert "\nnothing to change (3 unchanged, " in capsys.readouterr().out
    # A protection is in the state alone: previews count it as no change.
    protected, how = up("protect=True")
    assert (how, protected.result.changes, protected.settled) == (["preview", "up"], {}, True)
    assert _is_protected(workspace)
    assert up("protect=True")[1] == ["preview"]
    # What others have done to the state is not taken for what this program has left.
    with Session(program.root, "dev", engine, workspace) as session:
        session.command("state", "unprotect", "--all", "--yes")
    assert not _is_protected(workspace)
    assert up("protect=True")[1] == ["preview", "up"]
    assert _is_protected(workspace)


def _is_protected(workspace: Workspace) -> bool:
    (vpc,) = (each for each in workspace.resources() if each["type"] == "aws:ec2/vpc:Vpc")
    return bool(vpc.get("protect"))


def test_an_up_that_the_preview_refuses_does_nothing_and_is_left_by_going_back(
    program: SmallProgram, engine: Path, workspace: Workspace
) -> None:
    network = 'vpc = aws.ec2.Vpc("{0}", cidr_block="10.0.0.0/16", opts=options(protect=True))\n'
    subnet = 'aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options(protect=True))\n'
    program.write(network.format("here") + subnet)
    deploy(program.root, "dev", engine, workspace, quiet=True)
    program.write(network.format("there") + subnet)
    with pytest.raises(EngineError, match="marked for protection"):
        deploy(program.root, "dev", engine, workspace, quiet=True)
    program.write(network.format("here") + subnet)
    # Another network, protected as well, would be in the way.
    assert deploy(program.root, "dev", engine, workspace, quiet=True).result.changes == {}


def test_up_after_a_change_says_what_changed_first_what_cannot_be_taken_back(
    program: SmallProgram, engine: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    log = 'aws.cloudwatch.LogGroup("{0}", name="{0}", retention_in_days={1}, opts=options())\n'
    name = 'pulumi.export("password", pulumi.Output.secret("{0}"))\npulumi.export("cidr", "{0}")\n'
    old, new = "10.0.0.0/16", "10.9.0.0/16"
    program.write(
        VPC.replace("{cidr}", old) + log.format("kept", 7) + log.format("gone", 7) + name.format(old)
    )
    deploy(program.root, "dev", engine, workspace, quiet=True)
    program.write(
        VPC.replace("{cidr}", new) + log.format("new", 7) + log.format("kept", 14) + name.format(new)
    )
    deployment = deploy(program.root, "dev", engine, workspace, quiet=True)
    deployment.show()
    shown = capsys.readouterr().out
    assert [line.split() for line in shown.splitlines()[:6]] == [
        ["replaced", "Stack", "aws:ec2/vpc:Vpc", "main", "cidrBlock:", f'"{old}"', "=>", f'"{new}"'],
        ["deleted", "Stack", "aws:cloudwatch/logGroup:LogGroup", "gone"],
        ["updated", "Stack", "aws:cloudwatch/logGroup:LogGroup", "kept", "retentionInDays:", "7", "=>", "14"],
        ["created", "Stack", "aws:cloudwatch/logGroup:LogGroup", "new"],
        [],
        ["Outputs", "that", "are", "others", "than", "before:"],
    ]
    assert f"  cidr: {old} => {new}" in shown
    assert "password" not in shown
    assert "Area" not in shown
    result = json.loads(json.dumps(deployment.as_json()))
    check_output("up", result)
    assert [line["name"] for line in result["changed"]] == ["main", "gone", "kept", "new"]
    deployment.show(inventory=True)
    assert "Area" in capsys.readouterr().out


def test_a_refused_destroy_names_what_is_protected_and_says_what_to_do(
    program: SmallProgram, engine: Path, workspace: Workspace
) -> None:
    protected = 'aws.ec2.Vpc("{0}", cidr_block="10.0.0.0/16", opts=options(protect=True))\n'
    program.write(protected.format("one") + protected.format("two"))
    deploy(program.root, "dev", engine, workspace, quiet=True)
    with pytest.raises(EngineError) as refused:
        take_away(program.root, "dev", engine, workspace, quiet=True)
    assert str(refused.value).splitlines()[:3] == [
        "Refused, and nothing was removed: 2 resources of dev are protected.",
        "  aws:ec2/vpc:Vpc one",
        "  aws:ec2/vpc:Vpc two",
    ]
    assert "make reset ENV=dev" in str(refused.value)


def test_everything_that_is_protected_is_named_also_what_the_engine_does_not_come_to(
    program: SmallProgram, engine: Path, workspace: Workspace
) -> None:
    program.write("""
        vpc = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16", opts=options(protect=True))
        aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options(protect=True))
        aws.sqs.Queue("queue", name="queue", opts=options())
    """)
    deploy(program.root, "dev", engine, workspace, quiet=True)
    with pytest.raises(EngineError) as refused:
        take_away(program.root, "dev", engine, workspace, quiet=True)
    assert str(refused.value).splitlines()[:3] == [
        "Refused, and nothing was removed: 2 resources of dev are protected.",
        "  aws:ec2/subnet:Subnet subnet",
        "  aws:ec2/vpc:Vpc network",
    ]


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)  # noqa: S607


def test_a_preview_shows_what_the_working_tree_would_replace(program: SmallProgram, engine: Path) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    git(program.root, "init", "--initial-branch=main")
    git(program.root, "add", ".")
    git(program.root, "commit", "-m", "base")
    program.write(VPC.replace("{cidr}", "10.9.0.0/16"))
    found = review(program.root, "dev", engine, base="main")
    risk = "OUTAGE      VPC main is replaced: meanwhile everything in it has to move  [cidrBlock:"
    piped = found.page(width=None, diff=True)
    assert piped.startswith(f"dev against main: 1 risk; 1 replaced\n{risk}")
    assert "+-aws:ec2/vpc:Vpc: (replace)" in piped
    assert '~ cidrBlock: "10.0.0.0/16" => "10.9.0.0/16"' in piped
    shown = found.page(width=80, diff=False)
    assert "(replace)" not in shown
    assert shown.endswith("DIFF=1 shows the engine's diff, JSON=1 has everything\n")
    told = review(program.root, "dev", engine, base="HEAD", as_json=True).as_json()
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
    git(program.root, "init", "--initial-branch=main")
    git(program.root, "add", ".")
    git(program.root, "commit", "-m", "base")
    nothing = review(program.root, "dev", engine, base="main")
    assert nothing.page(width=80, diff=False) == "dev against main: nothing changes.\n"
    program.write(database.format("t4g.large"))
    _, risk, time, *_ = (
        review(program.root, "dev", engine, base="main").page(width=None, diff=False).splitlines()
    )
    assert time == "time        about 60 s on AWS (slow case 3 min): RDS instance database 60 s"
    assert risk.startswith("INTERRUPTS  RDS instance database")
    assert "it fails over to its standby, 60 s to 2 min; Sunday 04:00 UTC  [instanceClass: " in risk


def test_a_timeline_is_the_creation_from_nothing_and_makes_nothing(
    program: SmallProgram, engine: Path, tmp_path: Path
) -> None:
    program.write("""
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=options())
        group = aws.elasticache.SubnetGroup("redis", subnet_ids=[vpc.id], opts=options())
        aws.elasticache.ReplicationGroup(
            "redis", description="cache", subnet_group_name=group.name, opts=options()
        )
    """)
    forecast = timeline(program.root, "dev", engine, workers=4)
    # By hand: VPC 12 s, subnet group 1 s, Redis 540 s.
    assert forecast.sentence() == "about 9 min on AWS (slow case 15 min): Redis group 9 min"
    schedule = as_json(forecast, "dev")
    check_output("timeline", json.loads(json.dumps(schedule)))
    assert [(step["what"], step["start"], step["finish"]) for step in schedule["steps"]] == [
        ("VPC main", 0, 12),
        ("subnet group redis", 12, 13),
        ("Redis group", 13, 553),
    ]
    write_picture(forecast, "dev", tmp_path / "pictures" / "dev.svg")
    assert "Redis group" in (tmp_path / "pictures" / "dev.svg").read_text(encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"is a folder\. Name a file: OUTPUT="):
        write_picture(forecast, "dev", tmp_path)


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
    git(program.root, "init", "--initial-branch=main")
    git(program.root, "add", ".")
    git(program.root, "commit", "-m", "base")
    system.write_text("10.9.0.0/16", encoding="utf-8")
    changed = review(program.root, "dev", engine, base="main", system=system)
    assert '~ cidrBlock: "10.0.0.0/16" => "10.9.0.0/16"' in changed.diff
    # One that the base does not have is taken for both: what differs is the program alone.
    new = system.rename(program.root / "new.yaml")
    assert "3 unchanged" in review(program.root, "dev", engine, base="main", system=new).diff


def test_a_refused_preview_shows_the_diff_as_far_as_it_goes(program: SmallProgram, engine: Path) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    git(program.root, "init", "--initial-branch=main")
    git(program.root, "add", ".")
    git(program.root, "commit", "-m", "base")
    wrong = 'aws.ec2.Subnet("wrong", vpc_id=other.id, cidr_block="10.9.0.0/99", opts=options())\n'
    program.write(VPC.replace("{cidr}", "10.9.0.0/16").replace("aws.ec2", "other = aws.ec2", 1) + wrong)
    with pytest.raises(Refused, match=r"10\.9\.0\.0/99") as refused:
        review(program.root, "dev", engine, base="main")
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
    git(program.root, "init", "--initial-branch=main")
    git(program.root, "add", ".")
    git(program.root, "commit", "-m", "base")
    program.write(bucket.format("two"))
    with pytest.raises(Refused, match="marked for protection") as refused:
        review(program.root, "dev", engine, base="main")
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
    git(program.root, "init", "--initial-branch=main")
    git(program.root, "add", ".")
    git(program.root, "commit", "-m", "base")
    program.write(network + subnet.format(name="second"))
    assert "tried" not in review(program.root, "dev", engine, base="main").page(width=80, diff=False)
    with pytest.raises(
        Refused, match=r"^Tried on main: .* `up` fails\.\n.*InvalidSubnet\.Conflict"
    ) as failed:
        review(program.root, "dev", engine, base="main", attempt=True)
    assert "+ aws:ec2/subnet:Subnet: (create)" in failed.value.reviewed.page(width=80, diff=True)
    program.write(network)
    found = review(program.root, "dev", engine, base="main", as_json=True, attempt=True)
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
    git(program.root, "init", "--initial-branch=main")
    git(program.root, "add", ".")
    git(program.root, "commit", "-m", "base")
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    with pytest.raises(RevisionError, match="This is main, not the working tree"):
        review(program.root, "dev", engine, base="main")


def test_manifests_are_the_objects_of_the_cluster_and_nothing_older(
    program: SmallProgram, engine: Path, tmp_path: Path
) -> None:
    program.write(NAMESPACE)
    folder = tmp_path / "manifests"
    (folder / "left").mkdir(parents=True)
    assert write_manifests(program.root, "dev", engine, folder) == ["00-cluster/00-namespace-shop.yaml"]
    written = yaml.safe_load((folder / "00-cluster" / "00-namespace-shop.yaml").read_text(encoding="utf-8"))
    assert (written["kind"], written["metadata"]["name"]) == ("Namespace", "shop")
    assert not (folder / "left").exists()


def test_manifests_replace_no_folder_with_other_things(
    program: SmallProgram, engine: Path, tmp_path: Path
) -> None:
    program.write(NAMESPACE)
    precious = tmp_path / "folder" / "deep" / "notes.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("", encoding="utf-8")
    for folder in (tmp_path / "folder", precious):
        with pytest.raises(WorkspaceError, match="Name an empty or a new folder"):
            write_manifests(program.root, "dev", engine, folder)
    assert precious.exists()


def test_a_state_folder_may_have_any_name(program: SmallProgram, engine: Path, tmp_path: Path) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    workspace = Workspace(tmp_path / "50% #1?" / "dev", "dev")
    assert deploy(program.root, "dev", engine, workspace, quiet=True).settled
    assert workspace.has_stack

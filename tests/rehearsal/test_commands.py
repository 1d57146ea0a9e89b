"""What people run: `make up`, `make timeline` and `make manifests`, on a small program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.deploy import Deployment, deploy, take_away
from rehearsal.manifests import check_replaceable, write_manifests
from rehearsal.outcome import EngineError
from rehearsal.session import Session
from rehearsal.timeline import as_json, timeline, write_picture
from rehearsal.workspace.workspace import Workspace, WorkspaceError
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


def test_manifests_replace_no_folder_with_other_things(tmp_path: Path) -> None:
    precious = tmp_path / "folder" / "deep" / "notes.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("", encoding="utf-8")
    for folder in (tmp_path / "folder", precious):
        with pytest.raises(WorkspaceError, match="Name an empty or a new folder"):
            check_replaceable(folder)
    assert precious.exists()


def test_a_state_folder_may_have_any_name(program: SmallProgram, engine: Path, tmp_path: Path) -> None:
    program.write(VPC.replace("{cidr}", "10.0.0.0/16"))
    workspace = Workspace(tmp_path / "50% #1?" / "dev", "dev")
    assert deploy(program.root, "dev", engine, workspace, quiet=True).settled
    assert workspace.has_stack

"""The first deployment into an empty account: what people have to fill comes before what waits for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rehearsal.outcome import EngineError
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace
from tests.support.checkout import ROOT, copy_program

pytestmark = pytest.mark.engine


def _first_options() -> list[str]:
    """Of the first `pulumi up` that docs/real-account.md tells people to run."""
    (options,) = re.findall(
        r"`pulumi up (--exclude [^`]+)`", (ROOT / "docs" / "real-account.md").read_text(encoding="utf-8")
    )
    return [word.strip("'") for word in options.split()]


def _arn_of(made: dict[str, Any]) -> dict[str, Any]:
    return {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}


@pytest.mark.contract("ENV-6")
def test_registry_secrets_and_domain_are_there_before_the_services_that_need_them(
    engine: Path, tmp_path: Path
) -> None:
    root, workspace = copy_program(tmp_path), Workspace(tmp_path / "workspace" / "dev", "dev")
    with Session(root, "dev", engine, workspace, checkpoints=False) as session:
        provider = {
            "Url": "https://token.actions.githubusercontent.com",
            "ClientIDList": ["sts.amazonaws.com"],
        }
        made = session.cloud.call("iam", session.region, "create_open_id_connect_provider", **provider)
        with pytest.raises(EngineError, match="groundwork:existing: add github-provider"):
            session.up(options=_first_options())
        session.cloud.call("iam", session.region, "delete_open_id_connect_provider", **_arn_of(made))
        session.up(options=_first_options())
        first = {resource["type"] for resource in session.export()["deployment"]["resources"]}
        then = session.up()
        last = session.preview()
    filled = {
        "aws:ecr/repository:Repository",
        "aws:secretsmanager/secret:Secret",
        "aws:route53/zone:Zone",
    }
    assert filled | {"aws:cloudwatch/compositeAlarm:CompositeAlarm"} <= first
    # Where pods will run waits for nobody; what runs there does.
    nodes = {"kubernetes:eks.amazonaws.com/v1:NodeClass", "kubernetes:karpenter.sh/v1:NodePool"}
    assert {kind for kind in first if kind.startswith("kubernetes:")} == nodes
    assert set(then.changes) == {"create"}
    assert last.changes == {}

"""Connections to GitHub in the embedded AWS, and what CodeBuild does with one that nobody has completed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.moto_connections import codeconnections_backends
from rehearsal.aws.provider import AwsProvider, Settings
from rehearsal.providers.provider import ProviderError, Resource
from rehearsal.workspace.journal import Journal

ACCOUNT, REGION = "240000000001", "us-west-2"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(ACCOUNT) as running:
        yield running


def make(cloud: Cloud) -> str:
    answer = cloud.call(
        "codeconnections", REGION, "create_connection", ConnectionName="a", ProviderType="GitHub"
    )
    return str(answer["ConnectionArn"])


def create(cloud: Cloud, **source: Any) -> str:
    """A project of CodeBuild, as the engine has the provider make it; its id."""
    provider = AwsProvider(cloud, Settings(REGION, {}, (), ()))
    urn = "urn:pulumi:dev::groundwork::aws:codebuild/project:Project::runners"
    resource = Resource(urn, "aws:codebuild/project:Project", "runners")
    return provider.create(resource, {"name": "runners", "source": source}, preview=False)[0]


def project(arn: str) -> dict[str, Any]:
    return {"type": "GITHUB", "auth": {"type": "CODECONNECTIONS", "resource": arn}}


@pytest.mark.parametrize("status", ["PENDING", "ERROR"])
def test_a_project_whose_connection_nobody_has_completed_is_refused(cloud: Cloud, status: str) -> None:
    arn = make(cloud)
    codeconnections_backends[ACCOUNT][REGION].connections[arn].status = status
    with pytest.raises(ProviderError, match=f"connection {arn} is {status}"):
        create(cloud, **project(arn))


def test_one_that_is_completed_or_not_known_here_is_taken(cloud: Cloud) -> None:
    arn = make(cloud)
    codeconnections_backends[ACCOUNT][REGION].connections[arn].status = "AVAILABLE"
    assert create(cloud, **project(arn))
    # Of the account that the rehearsal stands for.
    assert create(cloud, **project(f"arn:aws:codeconnections:us-east-1:{ACCOUNT}:connection/1-2-3"))
    assert create(cloud, type="GITHUB")


def test_it_is_there_again_when_the_journal_is_carried_out(tmp_path: Path) -> None:
    with Cloud(ACCOUNT, Journal(tmp_path / "journal")) as first:
        arn = make(first)
    with Cloud(ACCOUNT, Journal(tmp_path / "journal")) as second:
        found = second.call("codeconnections", REGION, "list_connections", ProviderTypeFilter="GitHub")
    assert [each["ConnectionArn"] for each in found["Connections"]] == [arn]

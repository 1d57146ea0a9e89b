"""What the platform itself writes into the audit bucket, nobody else writes: an auditor relies on it."""

from __future__ import annotations

import pytest

from infra.configuration import buckets
from infra.configuration.buckets import AUDIT
from rights.calls import BUCKET, ROLE
from rights.evaluation import Request
from rights.graph import Graph
from tests.support.graph_of import graph_of
from tests.support.recordings import SYSTEMS

# CloudTrail is a service, so it has no role; its place is in the bucket's policy (test_permissions.py).
WRITERS = {"restore-tests/": {"function-restore-test"}, "trail/": set()}
# The rest of the bucket is theirs: fixzit's services name it (runbook 002, audit logs).
APPLICATION = {"service-web", "service-worker"}
DEPLOYS = {"deployment"}  # may do everything: it is who makes the buckets


def _who_may(graph: Graph, action: str, folder: str) -> set[str]:
    bucket = next(each for each in graph.of(BUCKET) if each.name == AUDIT)
    asked = f"{bucket.arn}/{folder}a.json"
    return {
        role.name
        for role in graph.of(ROLE)
        if graph.decide(Request(graph.principal(role), action, asked)).allowed
    }


@pytest.mark.contract("S3-3", "DR-4", "SEC-6")
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("folder", WRITERS)
def test_a_folder_of_the_platform_has_its_writer_alone(system: str, folder: str) -> None:
    graph = graph_of(system, "prod")
    assert _who_may(graph, "s3:PutObject", folder) - DEPLOYS == WRITERS[folder]
    assert _who_may(graph, "s3:DeleteObject", folder) - DEPLOYS == set()


@pytest.mark.contract("S3-3")
def test_services_that_name_the_bucket_write_beside_them() -> None:
    for folder in ("", "api/"):
        assert _who_may(graph_of("fixzit", "prod"), "s3:PutObject", folder) - DEPLOYS >= APPLICATION


def test_every_folder_that_services_are_kept_out_of_is_asked_about() -> None:
    assert {folder for _, folder in buckets.platform_folders([AUDIT])} == WRITERS.keys()

"""S3-4: one command empties the CDN's caches."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from operations.cli import app
from tests.operations.conftest import Account
from tests.support.deployed import distribute
from tests.support.recorded_calls import Calls, table_of

Start = Callable[[str], Account]


def _purge(account: Account, *more: str) -> Result:
    command = ["purge", "--env", account.environment, "--endpoint-url", account.url, *more]
    return CliRunner().invoke(app, command)


@pytest.mark.contract("S3-4")
def test_every_distribution_of_the_environment_is_purged_and_no_other(account: Start) -> None:
    staging = account("staging")
    client = staging.other("cloudfront")
    hosts = ("api.staging.triangle.example", "admin.staging.triangle.example")
    ours = {host: distribute(client, host) for host in hosts}
    other = distribute(client, "api.triangle.example")
    result = _purge(staging, "--json", "/index.html", "/assets/*")
    assert result.exit_code == 0, result.output
    made = {each["host"]: each for each in json.loads(result.stdout)}
    assert {host: each["distribution"] for host, each in made.items()} == ours
    for host, distribution in ours.items():
        kept = client.get_invalidation(DistributionId=distribution, Id=made[host]["identifier"])
        assert kept["Invalidation"]["InvalidationBatch"]["Paths"]["Items"] == ["/index.html", "/assets/*"]
    assert not client.list_invalidations(DistributionId=other)["InvalidationList"].get("Items")


def test_an_environment_without_distributions_is_told_so(account: Start) -> None:
    result = _purge(account("dev"))
    assert result.exit_code == 1
    assert "there is no distribution for dev.triangle.example" in result.stderr


@pytest.mark.parametrize("path", ["index.html", "/*/index.html"])
def test_a_path_that_cloudfront_does_not_take_is_refused(account: Start, path: str) -> None:
    result = _purge(account("dev"), path)
    assert result.exit_code == 2
    assert path in result.stderr


@pytest.mark.contract("S3-4")
def test_purging_calls_what_the_table_of_rights_says(account: Start, calls: Calls) -> None:
    staging = account("staging")
    distribute(staging.other("cloudfront"), "another.staging.triangle.example")
    _purge(staging)
    assert calls.of("purge") == table_of("purge")

"""`recover check` as it is called: it asks an account, and its answer is in its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from operations.cli import app
from rehearsal.aws.moto_fixes import repair_moto
from rights.commands import COMMANDS
from tests.operations.conftest import Account
from tests.support.json_output import check_output
from tests.support.readiness_answers import (
    DOMAIN,
    HOME,
    PRIMARY,
    RECOVERY,
)
from tests.support.recorded_calls import Calls
from tests.support.recordings import configuration_of


@pytest.fixture
def prod(account: Callable[[str], Account]) -> Account:
    """An account with some of what a recovery needs: a replica, a snapshot, entries, a bucket, one image."""
    repair_moto()
    found = account("prod")
    configuration = configuration_of("triangle", "prod")
    found.deploy()
    rds, there = found.other("rds"), found.other("rds", RECOVERY)
    rds.create_db_instance(
        DBInstanceIdentifier="triangle-prod",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        EngineVersion="18.1",
        BackupRetentionPeriod=30,
        AllocatedStorage=100,
    )
    rds.create_db_snapshot(DBInstanceIdentifier="triangle-prod", DBSnapshotIdentifier="before")
    there.create_db_instance_read_replica(
        DBInstanceIdentifier="triangle-prod-replica", SourceDBInstanceIdentifier=PRIMARY
    )
    found.other("s3").create_bucket(
        Bucket=configuration.naming.bucket("backups"),
        CreateBucketConfiguration={"LocationConstraint": HOME},
    )
    for region in (HOME, RECOVERY):
        found.other("eks", region).create_cluster(
            name="triangle-prod",
            version="1.35",
            roleArn="arn:aws:iam::230000000003:role/cluster",
            resourcesVpcConfig={"subnetIds": []},
        )
    found.other("acm").request_certificate(DomainName=DOMAIN, ValidationMethod="DNS")
    found.other("route53").create_hosted_zone(Name=DOMAIN, CallerReference="1")
    return found


def test_the_command_asks_an_account_and_fails_where_it_is_not_ready(prod: Account, calls: Calls) -> None:
    command = ["recover", "check", "--env", "prod", "--endpoint-url", prod.url, "--json"]
    said = CliRunner().invoke(app, command)
    assert said.exit_code == 3, said.output
    found = json.loads(said.stdout)
    check_output("recover check", found)
    states = {each["check"]: each["state"] for each in found["checks"]}
    assert found["ready"] is False
    assert (states["no recovery"], states["snapshot"], states["time to restore"]) == ("ready",) * 3
    assert (states["secrets"], states["images"], states["certificate"]) == ("not ready",) * 3
    # Nothing has copied the database yet, and it is told as it is.
    copy = next(each for each in found["checks"] if each["check"] == "database outside")
    assert (copy["state"], copy["found"]) == ("not ready", "no copy yet: the database is 0 h old")
    assert (states["kubernetes"], states["postgresql"]) == ("ready",) * 2
    # As a new account has it: it may run so little there that the recovery ends for lack of nodes.
    assert states["quotas"] == "not ready"
    assert calls.of("check") == {(action, "") for action, _ in COMMANDS["check"].calls}

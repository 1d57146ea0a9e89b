"""`recover deployment` may ask AWS about everything that a killed deployment can have left half-made."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from operations.console import OperationFailed
from operations.recovery.being_made import STATUSES, missing
from operations.recovery.identity_rules import ASKED
from rights.commands import HALF_MADE
from tests.support.recorded_calls import actions_of

pytestmark = pytest.mark.contract("SEC-1", "DEP-1")


def _methods() -> Iterator[tuple[str, str]]:
    """boto3's services and methods, of both tables."""
    for asked in ASKED.values():
        yield asked.service, asked.operation
        if asked.each:
            yield asked.service, asked.each[0]
    for status in STATUSES.values():
        yield status.service, status.operation


def test_the_table_of_rights_has_what_both_tables_ask_and_nothing_else() -> None:
    session = botocore.session.get_session()
    called = set()
    for service, method in set(_methods()):
        names = session.get_service_model(service).operation_names
        (operation,) = [name for name in names if xform_name(name) == method]
        called |= set(actions_of(service, operation, {}))
    assert called == set(HALF_MADE)


# From which AWS does not come back by itself (the services' API references), and how their answers say it.
ENDED: dict[str, tuple[tuple[str, ...], Any]] = {
    "aws:ec2/natGateway:NatGateway": (
        ("failed", "deleting", "deleted"),
        lambda said: {"NatGateways": [{"State": said}]},
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        ("failed", "rejected", "expired"),
        lambda said: {"VpcEndpoints": [{"State": said}]},
    ),
    "aws:eks/cluster:Cluster": (("FAILED", "DELETING"), lambda said: {"cluster": {"status": said}}),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        ("create-failed", "deleting"),
        lambda said: {"ReplicationGroups": [{"Status": said}]},
    ),
    "aws:lb/loadBalancer:LoadBalancer": (
        ("failed",),
        lambda said: {"LoadBalancers": [{"State": {"Code": said}}]},
    ),
    "aws:rds/instance:Instance": (
        ("failed", "incompatible-restore", "storage-full", "deleting"),
        lambda said: {"DBInstances": [{"DBInstanceStatus": said}]},
    ),
    "aws:rds/snapshot:Snapshot": (("failed",), lambda said: {"DBSnapshots": [{"Status": said}]}),
}


@pytest.mark.parametrize(
    ("kind", "status"), [(kind, status) for kind, (ended, _) in ENDED.items() for status in ended]
)
def test_what_will_never_be_ready_is_not_waited_for(kind: str, status: str) -> None:
    answer = ENDED[kind][1]
    asked, found = STATUSES[kind], [status, "at work", STATUSES[kind].ready]

    def client(service: str) -> Any:
        assert service == asked.service
        return SimpleNamespace(**{asked.operation: lambda **_: answer(found.pop(0))})

    with pytest.raises(OperationFailed, match=f"the-id is {status} in AWS and stays so: delete it there"):
        missing(kind, "the-id", client)
    assert missing(kind, "the-id", client) == "the-id is at work"
    assert missing(kind, "the-id", client) is None

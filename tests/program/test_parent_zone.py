"""ENV-6: the zone above the environment's domain, in the backup account, and who points it elsewhere."""

from __future__ import annotations

import json

import pytest

from rights.evaluation import Policies, Policy, Principal, Request, decide
from tests.support.recorder import Recording
from tests.support.recordings import backup_account_of, backup_account_with_parent_zone

pytestmark = pytest.mark.contract("ENV-6")

ZONE, RECORD, ROLE = "aws:route53/zone:Zone", "aws:route53/record:Record", "aws:iam/role:Role"
ACCOUNT, BACKUP_ACCOUNT = "230000000003", "230000000009"
SERVERS = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]
DOMAIN = "portal.example.com"
CHANGE = "route53:ChangeResourceRecordSets"


@pytest.fixture
def above() -> Recording:
    """The backup account of a checkout whose domain is below another one."""
    return backup_account_with_parent_zone()


def test_the_zone_is_there_and_cannot_be_removed_by_mistake(above: Recording) -> None:
    (zone,) = above.of(ZONE).values()
    assert (zone.inputs["name"], zone.protect) == ("example.com", True)
    assert zone.inputs.get("forceDestroy") is False


@pytest.mark.parametrize(
    ("name", "host", "kind", "ttl", "values"),
    [
        ("portal-ns", DOMAIN, "NS", 300, SERVERS),
        ("www-a", "www.example.com", "A", 600, ["192.0.2.1"]),
    ],
)
def test_it_delegates_and_answers_what_the_file_says(
    above: Recording, name: str, host: str, kind: str, ttl: int, values: list[str]
) -> None:
    inputs = above.one(RECORD, name).inputs
    assert (inputs["name"], inputs["type"], inputs["ttl"], inputs["records"]) == (host, kind, ttl, values)
    assert inputs["zoneId"] == above.one(ZONE, "parent").outputs["zoneId"]


def test_without_it_there_is_neither_zone_nor_role() -> None:
    outside = backup_account_of("triangle", "prod")
    assert outside.perhaps(ZONE) == {}
    assert "delegate" not in outside.of(ROLE)


def _may(above: Recording, action: str, resource: str, **keys: list[str]) -> bool:
    document = above.one("aws:iam/rolePolicy:RolePolicy", "delegate").plain("policy")
    own = Policy.of("role", json.loads(document))
    role = Principal("AWS", f"arn:aws:iam::{BACKUP_ACCOUNT}:role/triangle-prod-delegate", BACKUP_ACCOUNT)
    return decide(Request(role, action, resource, keys), Policies([own])).allowed


def _change(action: str = "UPSERT", kind: str = "NS", *names: str) -> dict[str, list[str]]:
    """What Route 53 says of a request (developer guide, "Using IAM policy conditions for fine-grained…")."""
    return {
        f"{CHANGE}Actions": [action],
        f"{CHANGE}RecordTypes": [kind],
        f"{CHANGE}NormalizedRecordNames": list(names or (DOMAIN,)),
    }


def test_the_role_delegates_the_domain_and_does_nothing_else(above: Recording) -> None:
    zone = f"arn:aws:route53:::hostedzone/{above.one(ZONE, 'parent').outputs['zoneId']}"
    assert _may(above, "route53:ListHostedZonesByName", "*")
    assert not _may(above, "route53:ListResourceRecordSets", zone)
    assert _may(above, CHANGE, zone, **_change())
    for keys in (
        _change("DELETE"),
        _change("CREATE"),
        _change("UPSERT", "A"),
        _change("UPSERT", "NS", "www.example.com"),
        _change("UPSERT", "NS", DOMAIN, "www.example.com"),
        _change("UPSERT", "NS", "example.com"),
    ):
        assert not _may(above, CHANGE, zone, **keys), keys
    assert not _may(above, CHANGE, "arn:aws:route53:::hostedzone/ZOTHER", **_change())
    for action in ("DeleteHostedZone", "AssociateVPCWithHostedZone", "CreateHostedZone"):
        assert not _may(above, f"route53:{action}", zone)


def test_nobody_of_the_environments_account_takes_the_role(above: Recording) -> None:
    """Who has emptied that account must not lead people back to it."""
    trust = Policy.of("trust", json.loads(above.one(ROLE, "delegate").plain("assumeRolePolicy")))
    role = f"arn:aws:iam::{BACKUP_ACCOUNT}:role/triangle-prod-delegate"
    everything = Policy("administrator", ({"Effect": "Allow", "Action": "*", "Resource": "*"},))
    for account, may in ((BACKUP_ACCOUNT, True), (ACCOUNT, False)):
        asks = Principal("AWS", f"arn:aws:iam::{account}:role/administrator", account)
        policies = Policies([everything], trust, across_accounts=account != BACKUP_ACCOUNT)
        assert decide(Request(asks, "sts:AssumeRole", role), policies).allowed is may

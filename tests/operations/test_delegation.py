"""ENV-6: `recover account` has the parent of the domain point to the new zone, where it is kept too."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.configuration.backup_account import DELEGATION_ROLE
from infra.configuration.dns_settings import DnsSettings
from infra.configuration.parent_zone import ParentZone
from infra.configuration.strict_yaml import parse
from operations.console import OperationError
from operations.recovery import delegation
from operations.recovery.backup_account import BackupAccount
from tests.support.account_parts import Killed
from tests.support.account_recovery import STEPS, check_done_once, killed_after, recorded_steps
from tests.support.backup_accounts import TRUST
from tests.support.emptied_account import World

pytestmark = pytest.mark.contract("ENV-6")

REGION = "us-west-2"
OLD = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]
SECTION = """  groundwork:parentZone:
    name: {name}  # at the registrar
    delegations:
      portal: [{servers}]  # as of the first day
      shop: [ns-5.example.net, ns-6.example.net]
"""
_numbers = count(1)


@pytest.fixture
def above(world: World) -> World:
    """The domain is below another one, whose zone is in the backup account and points to the lost account."""
    name = f"example{next(_numbers)}.com"
    settings = replace(
        world.configuration.settings,
        parent_zone=ParentZone(name, DnsSettings((), MappingProxyType({"portal": tuple(OLD)}))),
    )
    system = replace(world.configuration.system, domain=f"portal.{name}")
    world.configuration = replace(world.configuration, settings=settings, system=system)
    world.has_zone = True
    world.kept.call("route53", REGION, "create_hosted_zone", Name=name, CallerReference=name)
    for each, servers in (("portal", OLD), ("shop", ["ns-5.example.net"])):
        values = [{"Value": server} for server in servers]
        change(world, {"Name": f"{each}.{name}", "Type": "NS", "TTL": 300, "ResourceRecords": values})
    role = world.outside.named(DELEGATION_ROLE)
    world.kept.call("iam", REGION, "create_role", RoleName=role, AssumeRolePolicyDocument=TRUST)
    text = world.file.read_text(encoding="utf-8")
    section = SECTION.format(name=name, servers=", ".join(OLD))
    world.file.write_text(f"{text.rstrip()}\n{section}", encoding="utf-8")
    return world


def zone_of(world: World) -> str:
    settings = world.configuration.settings
    assert settings.parent_zone is not None
    found = world.kept.call(
        "route53", REGION, "list_hosted_zones_by_name", DNSName=settings.parent_zone.name, MaxItems="1"
    )
    return str(found["HostedZones"][0]["Id"])


def change(world: World, record: dict[str, Any]) -> None:
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    world.kept.call(
        "route53", REGION, "change_resource_record_sets", HostedZoneId=zone_of(world), ChangeBatch=changes
    )


def pointed(world: World) -> dict[str, tuple[int, list[str]]]:
    """What each name below the parent is delegated to."""
    found = world.kept.call("route53", REGION, "list_resource_record_sets", HostedZoneId=zone_of(world))
    return {
        each["Name"].split(".")[0]: (each["TTL"], [value["Value"] for value in each["ResourceRecords"]])
        for each in found["ResourceRecordSets"]
        if each["Type"] == "NS"
    }


def servers_of(world: World) -> list[str]:
    """Of the new account's zone."""
    client = world.new.client("route53", REGION)
    zones = client.list_hosted_zones_by_name(DNSName=world.configuration.domain, MaxItems="1")
    servers: list[str] = client.get_hosted_zone(Id=zones["HostedZones"][0]["Id"])["DelegationSet"][
        "NameServers"
    ]
    return servers


def delegations_in(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = parse(text)["config"]["groundwork:parentZone"]["delegations"]
    return found


def test_the_parent_points_to_the_new_zone_and_all_else_stays(above: World) -> None:
    run = above.command()
    servers = servers_of(above)
    assert servers != OLD
    found = pointed(above)
    assert found["portal"] == (300, servers)
    assert found["shop"] == (300, ["ns-5.example.net"])
    assert run.about["delegated"] == servers
    assert recorded_steps(above, run) == [*STEPS[:3], "delegate", *STEPS[3:]]
    check_done_once(above, run)


def test_the_file_says_the_new_ones_with_its_comments(above: World) -> None:
    above.command()
    text = above.file.read_text(encoding="utf-8")
    assert delegations_in(text) == {
        "portal": servers_of(above),
        "shop": ["ns-5.example.net", "ns-6.example.net"],
    }
    assert "]  # as of the first day\n" in text


def test_it_points_there_while_the_engine_waits_for_certificates(above: World) -> None:
    """Those are proved in the zone, so that nothing would end before."""
    above.engine.fails_at = 1
    with pytest.raises(Exception, match="VcpuLimitExceeded"):
        above.command()
    assert pointed(above)["portal"] == (300, servers_of(above))


def test_killed_after_it_the_same_command_goes_on(above: World) -> None:
    with pytest.raises(Killed):
        above.command(changed=killed_after("delegate"))
    check_done_once(above, above.command())
    assert pointed(above)["portal"] == (300, servers_of(above))


def test_what_route_53_refuses_is_told_with_the_servers_and_the_same_command_goes_on(
    above: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not for you"}}, "AssumeRole")

    with monkeypatch.context() as patched:
        patched.setattr(BackupAccount, "as_role", refused)
        with pytest.raises(Exception, match=r"delegate: .*AccessDenied.*The same command goes on") as caught:
            above.command()
    assert "Done: state, write, foundations" in str(caught.value)
    run = above.runs().current()
    assert run is not None
    assert f"have the parent of {above.configuration.domain} point to" in run.steps["foundations"]["note"]
    check_done_once(above, above.command())
    assert pointed(above)["portal"] == (300, servers_of(above))


def _make_zone(world: World, *, private: bool) -> None:
    settings = world.configuration.settings
    assert settings.parent_zone is not None
    vpc = world.kept.call("ec2", REGION, "create_vpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    more = {"VPC": {"VPCRegion": REGION, "VPCId": vpc}} if private else {}
    name = settings.parent_zone.name
    zone = {"Name": name, "CallerReference": f"another {name}", **more}
    world.kept.call(
        "route53", REGION, "create_hosted_zone", **zone, HostedZoneConfig={"PrivateZone": private}
    )


def test_a_private_zone_of_the_name_is_left_alone(above: World) -> None:
    public = zone_of(above)
    _make_zone(above, private=True)
    above.command()
    found = above.kept.call("route53", REGION, "list_resource_record_sets", HostedZoneId=public)
    (ours,) = [each for each in found["ResourceRecordSets"] if each["Name"].startswith("portal.")]
    assert [value["Value"] for value in ours["ResourceRecords"]] == servers_of(above)


def test_two_zones_of_the_name_are_told_and_none_is_guessed(above: World) -> None:
    _make_zone(above, private=False)
    with pytest.raises(Exception, match=r"delegate: found 2 public zones example\d+\.com in account"):
        above.command()


def test_it_is_done_by_the_role_that_may_do_nothing_else(
    above: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, original = [], BackupAccount.as_role

    def as_role(self: BackupAccount, name: str, service: str) -> Any:
        taken.append((name, service))
        return original(self, name, service)

    monkeypatch.setattr(BackupAccount, "as_role", as_role)
    above.command()
    assert set(taken) == {("delegate", "route53")}
    assert "ChangeResourceRecordSets" not in above.wire.changes  # with other credentials


def test_a_file_that_is_written_otherwise_is_told_and_stops_nobody(above: World) -> None:
    text = above.file.read_text(encoding="utf-8")
    above.file.write_text(text.replace("portal:", "other:"), encoding="utf-8")
    run = above.command()
    note = run.steps["delegate"]["note"]
    assert f"portal: [{', '.join(servers_of(above))}]" in note
    assert pointed(above)["portal"] == (300, servers_of(above))


def test_afterwards_the_backup_accounts_stack_is_deployed_once_more(above: World) -> None:
    run = above.command()
    afterwards = above.recovery().plan(run).afterwards
    assert any("`pulumi up` in backup_account/ once more" in each for each in afterwards)
    assert not any("if that is not done, do it now" in each for each in afterwards)


@pytest.mark.parametrize(
    "value",
    [
        "[ns-1.example.net, ns-2.example.net]",
        "\n        - ns-1.example.net\n        - ns-2.example.net",
        "\n      - ns-1.example.net  # one\n      - 'ns-2.example.net'",
        '["ns-1.example.net",\n        "ns-2.example.net"]',
    ],
)
def test_a_list_is_exchanged_however_it_is_written(value: str) -> None:
    text = SECTION.format(name="example.com", servers="").replace("[]", value)
    found = delegation.written(
        f"config:\n{text}# the end\n", "portal", ["ns-8.example.org", "ns-9.example.org"]
    )
    assert delegations_in(found)["portal"] == ["ns-8.example.org", "ns-9.example.org"]
    assert delegations_in(found)["shop"] == ["ns-5.example.net", "ns-6.example.net"]
    for comment in ("# at the registrar", "# as of the first day", "# the end"):
        assert comment in found


@pytest.mark.parametrize(
    "text", ["config: {}\n", "", "config:\n  groundwork:parentZone: {name: example.com}\n"]
)
def test_without_a_list_it_is_told_what_to_write(text: str) -> None:
    with pytest.raises(OperationError, match=r"portal: \[ns-8\.example\.org\]"):
        delegation.written(text, "portal", ["ns-8.example.org"])

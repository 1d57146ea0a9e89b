"""The zone above the environment's domain in a rehearsal: it is in the backup account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from infra.configuration.dns_settings import DELEGATIONS
from infra.configuration.file_names import DEFAULT_FILE, NAMESPACE, stack_file_name
from infra.configuration.files import read_environment
from infra.configuration.parent_zone import NAME, PARENT_ZONE
from infra.configuration.strict_yaml import parse, written
from operations.stack_file_text import rewrite
from rehearsal.backup_account import PROJECT
from rehearsal.disasters.stage import Stage
from rehearsal.session import Session

_LABEL = "portal"


def put_below_parent(checkout: Path, environment: str) -> None:
    """Gives a checkout a domain below the one that it has, whose zone is then in the backup account.

    Nothing is delegated yet: the zone below has no name servers before it is there.
    """
    file = checkout / DEFAULT_FILE
    content = dict(parse(file.read_text(encoding="utf-8")))
    parent = content["domain"]
    file.write_text(written({**content, "domain": f"{_LABEL}.{parent}"}), encoding="utf-8")
    section = f"  {NAMESPACE}{PARENT_ZONE.name}:\n    {NAME.name}: {parent}\n"
    rewrite(checkout / stack_file_name(environment), lambda text: f"{text.rstrip()}\n{section}")


def delegate(on_stage: Stage, outside: Session) -> list[str]:
    """What people do once: the domain's name servers are written down, and the parent points to them.

    Returns them.
    """
    servers = _servers(on_stage.call, on_stage.configuration.domain)
    section = f"    {DELEGATIONS.name}:\n      {_LABEL}: [{', '.join(servers)}]\n"
    rewrite(on_stage.root / stack_file_name(on_stage.session.environment), _behind_parent_zone(section))
    deploy_outside(on_stage.root, outside)
    return servers


def deploy_outside(checkout: Path, outside: Session) -> None:
    """`pulumi up` in `backup_account/`, of what the checkout's files say now."""
    outside.use_program(checkout / PROJECT, outside.system)
    outside.up()


def is_delegated(on_stage: Stage, outside: Session, before: list[str]) -> bool:
    """Whether the parent points to the new zone alone, as the stack file says, and the backup account's next
    `pulumi up` leaves it.
    """
    domain = on_stage.configuration.domain
    servers = _servers(on_stage.call, domain)
    settings = read_environment(on_stage.root, on_stage.session.environment, today=date.min).settings
    assert settings.parent_zone is not None
    in_file = list(settings.parent_zone.dns.delegations[_LABEL])
    pointed = _pointed(outside, settings.parent_zone.name, domain)
    deploy_outside(on_stage.root, outside)
    stays = _pointed(outside, settings.parent_zone.name, domain)
    return servers != before and all(set(each) == set(servers) for each in (in_file, pointed, stays))


def _behind_parent_zone(section: str) -> Callable[[str], str]:
    name = f"    {NAME.name}: "

    def change(text: str) -> str:
        begin = text.index(name, text.index(f"  {NAMESPACE}{PARENT_ZONE.name}:"))
        end = text.index("\n", begin) + 1
        return f"{text[:end]}{section}{text[end:]}"

    return change


def _servers(call: Callable[..., dict[str, Any]], domain: str) -> list[str]:
    """Of the zone of a domain."""
    zone = call("route53", "list_hosted_zones_by_name", DNSName=domain, MaxItems="1")["HostedZones"][0]
    servers: list[str] = call("route53", "get_hosted_zone", Id=zone["Id"])["DelegationSet"]["NameServers"]
    return servers


def _pointed(outside: Session, parent: str, domain: str) -> list[str]:
    """To what the parent delegates a domain."""

    def call(operation: str, **parameters: str) -> dict[str, Any]:
        return outside.cloud.call("route53", outside.region, operation, **parameters)

    zone = call("list_hosted_zones_by_name", DNSName=parent, MaxItems="1")["HostedZones"][0]["Id"]
    records = call("list_resource_record_sets", HostedZoneId=zone)["ResourceRecordSets"]
    return [
        value["Value"].rstrip(".")
        for each in records
        if each["Type"] == "NS" and each["Name"].rstrip(".") == domain
        for value in each["ResourceRecords"]
    ]

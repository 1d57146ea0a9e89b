"""Delegation of the environment's domain: its parent is told of the new zone's name servers.

Where the parent's zone is in the backup account that is done here, by a role of that account which may do
nothing else. Where it is not, a person does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from yaml import MappingNode, Node, SequenceNode, YAMLError, compose

from infra.configuration import Configuration
from infra.configuration.backup_account import DELEGATION_ROLE
from infra.configuration.dns_settings import DELEGATIONS, TTL_SECONDS
from infra.configuration.file_names import NAMESPACE
from infra.configuration.parent_zone import PARENT_ZONE
from infra.configuration.strict_yaml import parse
from operations.console import OperationError
from operations.environments import Connection
from operations.recovery.backup_account import BackupAccount
from operations.recovery.run import Run
from operations.recovery.steps import Progress, Step
from operations.stack_file_text import rewrite
from timing.data.recovery import Wait


class Delegation:
    """The delegation of an environment's domain to its zone in an account that is built again.

    Args:
        after: the environment as it is afterwards.
        connection: to its account.
        outside: the backup account.
        file: the stack file, which says to what the domain is delegated.
    """

    def __init__(
        self, after: Configuration, connection: Connection, outside: BackupAccount, file: Path
    ) -> None:
        self._domain, self._parent = after.domain, after.settings.parent_zone
        self._connection, self._outside, self._file = connection, outside, file
        self._pointed: list[str] = []

    def told(self) -> str:
        """What became of it, or what people do; nothing before there is a zone."""
        servers = self._servers()
        if not servers:
            return ""
        by_hand = f"; now have the parent of {self._domain} point to {', '.join(servers)}"
        if self._parent is None:
            return by_hand
        try:
            self._point(servers)
        except (BotoCoreError, ClientError, OperationError) as error:
            return f"{by_hand}: {error}"  # certificates wait for it
        return f"; {self._parent.name} points to {', '.join(servers)}"

    def steps(self, run: Run) -> tuple[Step, ...]:
        """That it is done, and written down; nothing where a person does it."""
        if self._parent is None:
            return ()

        def act(_: Progress) -> str:
            servers = self._servers()
            if not servers:
                raise OperationError(f"{self._domain} has no zone in the account")
            self._point(servers)
            said = self._write(servers)
            run.about["delegated"] = servers
            return said

        does = f"have {self._parent.name} point to the new name servers, and write them in {self._file.name}"
        return (Step("delegate", does, Wait.QUICK, lambda: bool(run.about.get("delegated")), act),)

    def afterwards(self) -> str:
        """What a person does then."""
        if self._parent is None:
            return (
                f"the parent of {self._domain} points to the new name servers (`pulumi stack output "
                "nameServers`): if that is not done, do it now"
            )
        return "`pulumi up` in backup_account/ once more: its state says the delegation of before"

    def _servers(self) -> list[str]:
        """Of the new zone; none before there is one."""
        client = self._connection.client("route53")
        zones = _zones(client, self._domain)
        if not zones:
            return []
        found = client.get_hosted_zone(Id=zones[0])["DelegationSet"]["NameServers"]
        return [str(each) for each in found]

    def _point(self, servers: list[str]) -> None:
        assert self._parent is not None
        if servers == self._pointed:
            return
        client = self._outside.as_role(DELEGATION_ROLE, "route53")
        zones = _zones(client, self._parent.name)
        if len(zones) != 1:
            raise OperationError(
                f"found {len(zones)} public zones {self._parent.name} in account {self._outside.account}; "
                "allowed: the one of backup_account/"
            )
        record = {
            "Name": self._domain,
            "Type": "NS",
            "TTL": TTL_SECONDS,
            "ResourceRecords": [{"Value": each} for each in servers],
        }
        change = {"Action": "UPSERT", "ResourceRecordSet": record}
        client.change_resource_record_sets(HostedZoneId=zones[0], ChangeBatch={"Changes": [change]})
        self._pointed = servers

    def _write(self, servers: Sequence[str]) -> str:
        assert self._parent is not None
        label = self._parent.label(self._domain)
        try:
            rewrite(self._file, lambda text: written(text, label, servers))
        except OperationError as error:
            return f"{self._parent.name} points there; {error}"
        return f"{self._parent.name} points to {', '.join(servers)}; it is in {self._file.name}"


def written(text: str, label: str, servers: Sequence[str]) -> str:
    """A stack file's text with other name servers of a name below the parent; all else stays.

    Args:
        text: of the file.
        label: what stands in front of the parent's name.
        servers: the new ones.

    Raises:
        OperationError: it is written in a way that is not exchanged here; says what to write.
    """
    value = f"[{', '.join(servers)}]"
    try:
        path = ("config", f"{NAMESPACE}{PARENT_ZONE.name}", DELEGATIONS.name, label)
        begin, end = _place(compose(text), path)
        changed = f"{text[:begin]}: {value}{text[end:]}"
        wanted = _with(parse(text), path, list(servers))
        if parse(changed) == wanted:
            return changed
    except (YAMLError, KeyError, TypeError):
        pass
    where = f"{NAMESPACE}{PARENT_ZONE.name}, {DELEGATIONS.name}"
    raise OperationError(f"the new delegation cannot be written. Write, in {where}:\n  {label}: {value}")


def _place(node: Node | None, path: Sequence[str]) -> tuple[int, int]:
    """Where a list stands in the text, with the colon before it; a KeyError where there is none."""
    begin = 0
    for name in path:
        if not isinstance(node, MappingNode):
            raise KeyError(name)
        key, node = {key.value: (key, value) for key, value in node.value}[name]
        begin = key.end_mark.index
    if not isinstance(node, SequenceNode) or not node.value:
        raise KeyError(path[-1])
    # What comes behind a list of lines, as comments, belongs to it for YAML.
    end = node.end_mark if node.flow_style else node.value[-1].end_mark
    return begin, end.index


def _with(content: Any, path: Sequence[str], value: list[str]) -> Any:
    if not path:
        return value
    return {**content, path[0]: _with(content[path[0]], path[1:], value)}


def _zones(client: Any, name: str) -> list[str]:
    """The ids of the public zones of a name: a private one answers nobody on the internet."""
    found = client.list_hosted_zones_by_name(DNSName=name, MaxItems="100")["HostedZones"]
    return [
        str(each["Id"])
        for each in found
        if each["Name"].rstrip(".") == name and not each["Config"]["PrivateZone"]
    ]

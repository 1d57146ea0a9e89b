"""The zone above the environment's domain, kept in the backup account: an emptied account leaves it.

Without it the parent is with a registrar, or somebody else's zone, and a person has it point to the new name
servers on the day. There is none above a domain that was registered itself: its parent is the registry's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from infra.configuration import patterns
from infra.configuration.backup_account import BACKUP_ACCOUNT
from infra.configuration.dns_settings import DELEGATIONS, RECORDS, DnsSettings, check_dns, read_zone
from infra.configuration.keys import Section
from infra.configuration.kinds import Text
from infra.configuration.validation import Problems, Reader

NAME = Text(
    "name",
    meaning="the zone's; the environment's domain ends with it",
    pattern=patterns.DOMAIN,
    words=patterns.DOMAIN_ALLOWED,
    example="example.com",
)
PARENT_ZONE = Section(
    "parentZone",
    title="The parent domain",
    optional=True,
    intro=f"""Where the environment's domain is below one of yours (`portal.example.com`), that zone can be
in the backup account (`{BACKUP_ACCOUNT.name}`): a lost account does not take the delegation along, and
`recover account` has it point to the new name servers itself, and writes them here. `pulumi stack output
parentNameServers` in `backup_account/` says what the registrar is told, once; then `delegations` gets what
`pulumi stack output nameServers` tells. Its keys are those of `dns`, within the parent's zone. The answer
is kept for 300 seconds by others.""",
    parts=(NAME, RECORDS, DELEGATIONS),
)


@dataclass(frozen=True)
class ParentZone:
    """The zone above the environment's: its name, and what it answers."""

    name: str
    dns: DnsSettings

    def label(self, domain: str) -> str:
        """What stands in front of it in a domain below."""
        return domain.removesuffix(f".{self.name}")


def read_parent_zone(root: Reader) -> ParentZone | None:
    """The section `parentZone`; None when it is left out."""
    reader = PARENT_ZONE.if_there(root)
    return ParentZone(NAME.read(reader), read_zone(reader)) if reader is not None else None


def check_parent_zone(
    problems: Problems, file: str, parent: ParentZone, domain: str, backup_account: str
) -> None:
    """What only shows beside the domain.

    Args:
        problems: is told of everything that is wrong.
        file: the stack file.
        parent: the section.
        domain: the environment's.
        backup_account: the id; empty for none.
    """
    section = PARENT_ZONE.name
    if not backup_account and not problems.concern(file, BACKUP_ACCOUNT.name):
        problems.add(
            file, section, parent.name, f"nothing here without {BACKUP_ACCOUNT.name}, which it is in"
        )
    if problems.concern(file, f"{section}.name"):
        return
    if not domain.endswith(f".{parent.name}"):
        problems.add(file, f"{section}.name", parent.name, f"a name that {domain} is below of")
        return
    # Also before its name servers are known: what is below is the environment's own zone's.
    delegated: Mapping[str, tuple[str, ...]] = {parent.label(domain): (), **parent.dns.delegations}
    both = DnsSettings(parent.dns.records, MappingProxyType(dict(delegated)))
    check_dns(problems, file, both, parent.name, {}, section=section)

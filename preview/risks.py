"""All risks of a change, the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from preview.access import access_risks, lost_in_cluster, lost_rights
from preview.backups import backup_risks
from preview.caching import caching_risks
from preview.change import Change
from preview.contents import content_risks
from preview.copies import copy_risks
from preview.data import data_risks
from preview.final import final_risks
from preview.interruptions import interruption_risks
from preview.maintenance import quiet_for_maintenance
from preview.names import name_risks
from preview.needed import needed_risks
from preview.outages import outage_risks
from preview.probing import probing_risks
from preview.protection import protection_risks
from preview.risk import Group, Kind, Risk, grouped
from preview.running import running_risks
from preview.versions import version_risks
from preview.waiting import waiting_no_more, waiting_risks
from preview.watching import watching_risks

_RULES = (
    data_risks,
    outage_risks,
    needed_risks,
    access_risks,
    lost_rights,
    lost_in_cluster,
    caching_risks,
    protection_risks,
    content_risks,
    watching_risks,
    waiting_risks,
    backup_risks,
    copy_risks,
    running_risks,
    probing_risks,
    version_risks,
    name_risks,
    interruption_risks,
    final_risks,
)


def risks_of(change: Change) -> Iterator[Risk]:
    """Every risk, in the order of their kinds."""
    nobody_works = {each.urn for each in waiting_no_more(change)}
    quiet = quiet_for_maintenance(change)
    for rule in _RULES:
        for risk in rule(change):
            # That users are answered by the firewall is told; that nobody is woken for it is meant.
            if risk.properties == ("actionsEnabled",) and risk.step.urn in quiet:
                continue
            # What only waits serves nobody and holds nothing: that it goes is told by what it saved.
            if risk.step.urn not in nobody_works or risk.kind not in (Kind.DATA, Kind.NO_SECOND_COPY):
                yield risk


def ranked(change: Change) -> list[Group]:
    """The same, with those that say the same of several resources as one."""
    return grouped(risks_of(change))

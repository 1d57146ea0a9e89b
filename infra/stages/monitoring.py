"""Alarms, who hears of them, and the dashboard."""

from __future__ import annotations

from dataclasses import replace

from infra import wiring
from infra.account.budget import Budget
from infra.functions.escalate.function import ESCALATE
from infra.functions.function import Function
from infra.monitoring.alarms import Alarms
from infra.monitoring.dashboard import Dashboard
from infra.monitoring.escalation import Escalation
from infra.monitoring.events import Events
from infra.monitoring.notifications import Notifications
from infra.naming import RegionRole
from infra.stages.foundations import Foundations


def declare_monitoring(base: Foundations, parts: wiring.Parts) -> None:
    """Declares alarms in every region with metrics, who hears of them and of those that stay, the dashboard.

    CloudWatch's alarms see the metrics of their own region alone, and tell only topics of it.
    """
    configuration, regions, common, home = base.configuration, base.regions, base.common, base.home
    keys, copies, notifications = base.keys, base.copies, base.notifications
    told = {RegionRole.HOME: notifications}
    for role in (RegionRole.GLOBAL, *([RegionRole.RECOVERY] if parts.replica else [])):
        there = copies.keys if copies and role is RegionRole.RECOVERY else None
        ways = wiring.notifications_of(configuration, common, role, there)
        told[role] = Notifications(f"notifications-{role}", ways, regions[role].opts)

    escalation = Escalation("escalation", wiring.escalation(configuration, keys), home)
    escalate = wiring.escalate(common, keys, escalation, list(told.values()))
    parts = replace(parts, functions=[*parts.functions, Function(ESCALATE, escalate, home)])

    watched = wiring.watched(configuration, parts)
    made = {
        role: Alarms(
            "alarms" if role is RegionRole.HOME else f"alarms-{role}",
            wiring.alarms(configuration, parts, watched, topics, role),
            regions[role].opts,
        )
        for role, topics in told.items()
    }
    Events("events", wiring.events(configuration, common, watched), home)
    Budget("budget", wiring.budget(configuration, notifications), home)
    alarms = made[RegionRole.HOME]
    Dashboard("dashboard", wiring.dashboard(configuration, parts, watched, alarms, notifications), home)

"""What the ways to people are given: topics of each region, and what AWS's services tell by themselves."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra.account.budget import BudgetArgs
from infra.arguments.watching import alarms_in
from infra.configuration import Configuration
from infra.foundations.keys import Keys
from infra.naming import RegionRole
from infra.watching.alarm import Severity
from infra.watching.notifications import Notifications, NotificationsArgs


def notifications(configuration: Configuration, keys: Keys) -> NotificationsArgs:
    """For the topics of the environment's own region, which everything may publish to."""
    settings = configuration.settings
    if settings.alarms.actions and settings.paging.pagerduty is None:
        command = "pulumi config set --secret --path groundwork:paging.pagerduty"
        pulumi.log.warn(f"Nobody is paged yet: alarms go to {configuration.email} alone. Set: {command}")
    return _notifications(configuration, RegionRole.HOME, list(Severity), keys.notifications)


def notifications_of(configuration: Configuration, region: RegionRole) -> NotificationsArgs:
    """For the topics of alarms in another region: only of the severities that these have."""
    severities = {alarm.severity for alarm in alarms_in(configuration, region)}
    return _notifications(configuration, region, sorted(severities), None)


def _notifications(
    configuration: Configuration,
    region: RegionRole,
    severities: Sequence[Severity],
    key: pulumi.Output[str] | None,
) -> NotificationsArgs:
    settings = configuration.settings

    def secret(value: str | None) -> pulumi.Output[str] | None:
        return None if value is None else pulumi.Output.secret(str(value))

    return NotificationsArgs(
        naming=configuration.naming,
        role=region,
        region=configuration.naming.regions[region],
        severities=severities,
        key=key,
        protect=settings.standard.protects_data,
        pagerduty=secret(settings.paging.pagerduty),
        slack=secret(settings.paging.slack),
        email=configuration.email,
    )


def budget(configuration: Configuration, notifications: Notifications) -> BudgetArgs:
    """For the budget."""
    return BudgetArgs(
        configuration.naming, configuration.settings.budget, notifications.topics[Severity.SEV4]
    )

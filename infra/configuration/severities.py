"""Severities of alarms: how people are told, and which AWS services tell of something themselves."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How bad it is; decides which way people are told (runbook 002's table)."""

    SEV1 = "SEV-1"
    SEV2 = "SEV-2"
    SEV3 = "SEV-3"
    SEV4 = "SEV-4"

    @property
    def topic(self) -> str:
        """The topic's name within the environment (`sev-1`)."""
        return self.value.lower()

    @property
    def pages(self) -> bool:
        """Whether somebody is woken up."""
        return self in (Severity.SEV1, Severity.SEV2)

    @property
    def minutes(self) -> int:
        """How soon somebody answers a page."""
        return {Severity.SEV1: 15, Severity.SEV2: 30}[self]

    @property
    def response(self) -> str:
        """How soon somebody answers, in words."""
        if self.pages:
            return f"page, answer within {self.minutes} minutes"
        return {
            Severity.SEV3: "ticket, answer within 2 hours",
            Severity.SEV4: "ticket, answer the next business day",
        }[self]


# EventBridge: what comes by the calendar. It never says for whom it publishes, so that a condition about the
# account keeps it out (SNS developer guide, "Key management"; EventBridge user
# guide, "Amazon SNS permissions").
RULES = "events.amazonaws.com"


# AWS's services that tell of something themselves, by the severity of what they tell.
# None of a severity that pages: PagerDuty's integration takes CloudWatch's alarms and discards all else, so
# that what is to page becomes a metric with an alarm (infra/monitoring/events.py).
PUBLISHERS = MappingProxyType(
    {
        Severity.SEV3: ("backup.amazonaws.com",),
        Severity.SEV4: ("budgets.amazonaws.com", RULES),
    }
)

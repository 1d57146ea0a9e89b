"""ALM-8, SEC-6, S3-5: what AWS's services tell of and no metric of theirs says, by rules of EventBridge.

EventBridge counts what matches a rule (user guide, "Monitoring Amazon EventBridge": TriggeredRules of a
RuleName); the events themselves are kept in a log group. Their forms are those of each service's guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from infra.configuration.severities import Severity
from infra.monitoring.alarm import MINUTE, Alarm, MissingData, Statistic, Subject, only
from infra.monitoring.alarm_catalogue.limits import THRESHOLDS_SECTION, Limits

NAMESPACE = "AWS/Events"
METRIC = "TriggeredRules"

_SECURITY_SECTION = "003 Security Operations, Security Incident Response"

# The contract's row, and the runbook's section. None is part of an incident: an event is over before the
# outage is that would keep it quiet, and nobody would ever hear of it.
_CONTEXT = MappingProxyType(
    {
        Subject.DATABASE_EVENTS: ("ALM-8", THRESHOLDS_SECTION),
        Subject.THREATS: ("SEC-6", _SECURITY_SECTION),
        Subject.ACCESS: ("SEC-6", _SECURITY_SECTION),
        Subject.IMAGES: ("S3-5", _SECURITY_SECTION),
    }
)

# GuardDuty's own levels (user guide, "Severity levels"): high and critical from 7, medium from 4.
_HIGH, _MEDIUM = [">=", 7], [">=", 4, "<", 7]


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of the database, of threats, of access from outside, of images."""
    return (*_database(limits), *_threats(), _access(), *_images(limits))


def _database(limits: Limits) -> tuple[Alarm, Alarm]:
    def category(name: str, category: str, condition: str, first_action: str) -> Alarm:
        # RDS user guide, "Amazon RDS event categories and event messages"; for the form, "Creating a rule
        # that triggers on an Amazon RDS event".
        pattern = {
            "source": ["aws.rds"],
            "detail-type": ["RDS DB Instance Event"],
            "detail": {"EventCategories": [category], "SourceIdentifier": [limits.database_identifier]},
        }
        return _event(
            Subject.DATABASE_EVENTS,
            name,
            Severity.SEV2,
            condition,
            first_action,
            pattern,
        )

    return (
        # RDS-EVENT-0089: more than 90 % of what is allocated now is used, which FreeStorageSpace cannot say
        # of storage that grows.
        category(
            "low-storage",
            "low storage",
            "RDS says that the database's storage is nearly full",
            "see whether storage still grows by itself; raise database.storageMaximum",
        ),
        category(
            "failure",
            "failure",
            "RDS says that the database has failed",
            "read the event (RDS console, Events); restore to a time if the instance is lost",
        ),
    )


def _threats() -> tuple[Alarm, Alarm]:
    def finding(name: str, severity: Severity, levels: list[object]) -> Alarm:
        pattern = {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": levels}]},
        }
        return _event(
            Subject.THREATS,
            name,
            severity,
            f"GuardDuty has found a threat of {name} severity",
            "read the finding in GuardDuty, and take from whoever it names what they can do",
            pattern,
        )

    return finding("high", Severity.SEV2, list(_HIGH)), finding("medium", Severity.SEV3, list(_MEDIUM))


def _access() -> Alarm:
    return _event(
        Subject.ACCESS,
        "from-outside",
        Severity.SEV3,
        "Access Analyzer has found something that others than this account can reach",
        "read the finding in IAM's Access Analyzer; close what is open, or archive what is meant",
        {
            "source": ["aws.access-analyzer"],
            "detail-type": ["Access Analyzer Finding"],
            "detail": {"status": ["ACTIVE"]},
        },
    )


def _images(limits: Limits) -> tuple[Alarm, Alarm]:
    def scanned(level: str, severity: Severity) -> Alarm:
        # ECR user guide, "Amazon ECR events and EventBridge": an event for a completed image scan.
        counts = {level.upper(): [{"numeric": [">", 0]}]}
        pattern = {
            "source": ["aws.ecr"],
            "detail-type": ["ECR Image Scan"],
            "detail": {
                "repository-name": [{"prefix": limits.repositories}],
                "finding-severity-counts": counts,
            },
        }
        return _event(
            Subject.IMAGES,
            level,
            severity,
            f"ECR has found a weakness of {level} severity in an image that was pushed",
            "see in ECR which package it is; build the image again with a newer one",
            pattern,
        )

    return scanned("critical", Severity.SEV3), scanned("high", Severity.SEV4)


def _event(
    subject: Subject,
    name: str,
    severity: Severity,
    condition: str,
    first_action: str,
    pattern: Mapping[str, Any],
) -> Alarm:
    row, section = _CONTEXT[subject]
    return Alarm(
        name=name,
        row=row,
        subject=subject,
        severity=severity,
        condition=condition,
        section=section,
        first_action=first_action,
        measures=only(NAMESPACE, METRIC, Statistic.SUM),
        threshold=0,
        period=5 * MINUTE,
        periods=1,
        missing=MissingData.NOT_BREACHING,
        event=pattern,
    )

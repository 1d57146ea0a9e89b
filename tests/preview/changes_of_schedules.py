"""Changes of how often something happens: backups, tests, checks, rotations, scans, jobs."""

from __future__ import annotations

from tests.preview.case import Case
from tests.preview.edits import one

PLAN = "Plan daily"
RULE = "rules.0"


def scheduled(name: str, resource: str, path: str, expression: str, *named: str) -> Case:
    """A case in which something happens at other times."""
    return one(name, resource, path, expression, *named)


CASES: tuple[Case, ...] = (
    # The function itself knows its day; asked once a day it waits a day for each of its steps.
    scheduled(
        "a restore test goes on once a day",
        "Schedule restore-test",
        "scheduleExpression",
        "cron(0 6 * * ? *)",
        "WEAKER schedule restore-test happens once a day, instead of every 5 minutes",
    ),
    scheduled(
        "a restore test goes on sooner", "Schedule restore-test", "scheduleExpression", "rate(1 minute)"
    ),
    scheduled(
        "recovery is checked once a week",
        "Schedule check-recovery",
        "scheduleExpression",
        "cron(30 8 ? * MON *)",
        "WEAKER schedule check-recovery happens once a week, instead of once a day",
    ),
    scheduled(
        "recovery is checked at noon", "Schedule check-recovery", "scheduleExpression", "cron(0 12 * * ? *)"
    ),
    scheduled(
        "the recovery point is measured every hour",
        "Schedule measure-recovery-point",
        "scheduleExpression",
        "rate(1 hour)",
        "WEAKER schedule measure-recovery-point happens every hour, instead of every 5 minutes",
    ),
    scheduled(
        "the same schedule in other words",
        "Schedule measure-recovery-point",
        "scheduleExpression",
        "rate(5 minutes)",
    ),
    scheduled(
        "a page that nobody answers goes on later",
        "Schedule escalate",
        "scheduleExpression",
        "rate(30 minutes)",
        "WEAKER schedule escalate happens every 30 minutes, instead of every 5 minutes",
    ),
    one(
        "a schedule that ends",
        "Schedule snapshot-secrets",
        "endDate",
        "2027-01-01T00:00:00Z",
        "WEAKER schedule snapshot-secrets ends on 2027-01-01T00:00:00Z",
    ),
    one(
        "a schedule gives up earlier",
        "Schedule snapshot-secrets",
        "target.retryPolicy.maximumEventAgeInSeconds",
        60,
        "WEAKER schedule snapshot-secrets tries again for 60 s, instead of 3600",
    ),
    scheduled(
        "access is reviewed once a year",
        "EventRule access-review",
        "scheduleExpression",
        "cron(0 9 1 1 ? *)",
        "WEAKER event rule access-review happens once a year, instead of once a month",
    ),
    scheduled(
        "access is reviewed every week",
        "EventRule access-review",
        "scheduleExpression",
        "cron(0 9 ? * MON *)",
    ),
    scheduled(
        "backups once a week",
        PLAN,
        f"{RULE}.schedule",
        "cron(0 6 ? * SUN *)",
        "WEAKER plan daily makes daily backups once a week, instead of once a day",
    ),
    scheduled("backups at another hour", PLAN, f"{RULE}.schedule", "cron(0 4 * * ? *)"),
    one(
        "copies of backups are kept for a week",
        PLAN,
        f"{RULE}.copyActions.0.lifecycle.deleteAfter",
        7,
        "WEAKER plan daily keeps copies of daily backups 7 days, instead of 30",
    ),
    one("copies of backups are kept for longer", PLAN, f"{RULE}.copyActions.0.lifecycle.deleteAfter", 60),
    one(
        "backups go into another vault",
        PLAN,
        f"{RULE}.targetVaultName",
        "Default",
        "WEAKER plan daily puts daily backups into Default, not triangle-prod",
    ),
    one(
        "a selection that leaves something out",
        "Selection buckets",
        "notResources",
        ["arn:aws:s3:::triangle-prod-reports-230000000003-us-west-2"],
        "WEAKER selection buckets may leave out what it backed up until now",
    ),
    one(
        "a secret is rotated by a schedule that is rarer",
        "SecretRotation database",
        "rotationRules.automaticallyAfterDays",
        180,
        "WEAKER secret rotation database happens every 180 days, instead of 30",
    ),
    scheduled(
        "a job once a week",
        "CronJob remove-expired-uploads",
        "spec.schedule",
        "0 3 * * 0",
        "WEAKER cron job remove-expired-uploads runs once a week, instead of once a day",
    ),
    scheduled("a job twice a day", "CronJob remove-expired-uploads", "spec.schedule", "0 3,15 * * *"),
    one(
        "threats are told again after six hours",
        "Detector threats",
        "findingPublishingFrequency",
        "SIX_HOURS",
        "WEAKER detector threats tells once more of what goes on after SIX_HOURS, instead of FIFTEEN_MINUTES",
    ),
)

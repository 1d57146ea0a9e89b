"""Changes of the program's code: who may what, and what is watched."""

from __future__ import annotations

from tests.preview.case import GONE, Case
from tests.preview.edits import ADMIN, document, one

CASES: tuple[Case, ...] = (
    # Who may what.
    one(
        "a role may everything",
        "RolePolicy cluster",
        "policy",
        ADMIN,
        "ACCESS role cluster may * on everything",
    ),
    one(
        "a role gets a policy of AWS",
        "RolePolicyAttachment node-AmazonEKSWorkerNodeMinimalPolicy",
        "policyArn",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "ACCESS role node gets AWS's policy AdministratorAccess",
    ),
    one(
        "a role has no boundary",
        "Role github",
        "permissionsBoundary",
        GONE,
        "WEAKER role github has no boundary any more",
    ),
    one(
        "another account takes a role",
        "Role cluster",
        "assumeRolePolicy",
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
                "Action": "sts:AssumeRole",
            }
        ),
        "ACCESS role cluster may be taken by arn:aws:iam::999999999999:root",
        "INTERRUPTS role cluster may be taken by the service eks.amazonaws.com no more",
    ),
    # Watching.
    one(
        "an alarm begins later",
        "MetricAlarm load-balancer-errors-critical",
        "threshold",
        20,
        "WEAKER metric alarm load-balancer-errors-critical begins above 20, instead of 5",
    ),
    one("an alarm begins earlier", "MetricAlarm load-balancer-errors-critical", "threshold", 2),
    one(
        "an alarm is removed",
        "MetricAlarm load-balancer-errors-critical",
        "!gone",
        None,
        "WEAKER metric alarm load-balancer-errors-critical is deleted: nobody is told of it any more",
    ),
    one(
        "a page is removed",
        "CompositeAlarm queue-sev-1",
        "!gone",
        None,
        "WEAKER composite alarm queue-sev-1 is deleted: nobody is told of it any more",
    ),
    one("an alarm says more", "MetricAlarm load-balancer-errors-critical", "alarmDescription", "More words"),
    one(
        "a page tells nobody",
        "CompositeAlarm queue-sev-1",
        "actionsEnabled",
        False,
        "WEAKER composite alarm queue-sev-1 tells nobody any more",
    ),
    one(
        "nothing is recorded", "Trail trail", "enableLogging", False, "WEAKER trail records nothing any more"
    ),
    one(
        "the trail is removed",
        "Trail trail",
        "!gone",
        None,
        "WEAKER trail is deleted: nothing is recorded any more",
    ),
    one(
        "logs are kept a month",
        "LogGroup trail",
        "retentionInDays",
        30,
        "WEAKER log group trail keeps 30 days, instead of 365: the older is deleted",
    ),
    one("logs are kept longer", "LogGroup trail", "retentionInDays", 730),
    one(
        "personal data is not masked",
        "LogDataProtectionPolicy api",
        "!gone",
        None,
        "WEAKER log data protection policy api is deleted: personal data stands in the log unmasked",
    ),
    one(
        "a function is removed",
        "Function remind",
        "!gone",
        None,
        "OUTAGE function remind is removed: nobody does its work",
    ),
    one("a function gets more memory", "Function remind", "memorySize", 512),
    one(
        "a health check is removed",
        "HealthCheck api",
        "!gone",
        None,
        "WEAKER health check api is deleted: nobody asks from outside any more whether it answers",
    ),
    one(
        "a rule of events is off",
        "EventRule threats-high",
        "state",
        "DISABLED",
        "WEAKER event rule threats-high tells of nothing any more",
    ),
)

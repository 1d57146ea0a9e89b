"""Changes of what is watched: metrics of a log, the subject of an alarm, a trail, a budget, what services log."""

from __future__ import annotations

from typing import Any

from tests.preview.case import GONE, Case
from tests.preview.edits import one
from tests.support.recordings import recording_of

ROOT_USE = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
FILTER = "LogMetricFilter trail-root-use"
COUNTS = "WEAKER log metric filter trail-root-use counts other lines: *"


def inputs(named: str) -> Any:
    """What prod declares of a resource now."""
    kind, _, name = named.partition(" ")
    (found,) = (
        each
        for each in recording_of("prod").resources
        if each.type.endswith(f":{kind}") and each.name == name and not each.in_recovery
    )
    return found.inputs


def pattern(name: str, text: str, *named: str) -> Case:
    """A case in which other lines are counted."""
    return one(name, FILTER, "pattern", text, *named)


CASES: tuple[Case, ...] = (
    # Metrics of a log.
    pattern("every line is counted", "", COUNTS.replace("*", "every one, instead of *")),
    pattern(
        "a condition more",
        ROOT_USE.replace(" }", ' && $.awsRegion = "us-west-2" }'),
        COUNTS,
    ),
    pattern("other lines", '{ $.userIdentity.type = "IAMUser" }', COUNTS),
    pattern("everything is left out", ROOT_USE.replace("AwsServiceEvent", "*"), COUNTS),
    pattern("a condition less", '{ $.userIdentity.type = "Root" && $.eventType != "AwsServiceEvent" }'),
    pattern("the same in other spaces", ROOT_USE.replace(" &&", "  &&")),
    one(
        "one more line is counted",
        "LogMetricFilter api-failed-authentications",
        "pattern",
        '{ $.event = "auth.failed" || $.event = "auth.locked" }',
    ),
    one(
        "fewer lines are counted",
        "LogMetricFilter api-failed-authentications",
        "pattern",
        '{ $.event = "auth.failed" && $.status = 401 }',
        "WEAKER log metric filter api-failed-authentications counts other lines: *",
    ),
    one(
        "a metric of another log",
        FILTER,
        "logGroupName",
        "/triangle/prod/api",
        "WEAKER log metric filter trail-root-use counts in /triangle/prod/api, not in /groundwork/triangle-prod/trail any more",
    ),
    one(
        "a metric of another name",
        FILTER,
        "metricTransformation.name",
        "Root",
        "WEAKER log metric filter trail-root-use counts as Root: whoever looks at RootUse sees nothing any more",
    ),
    one(
        "a metric that counts nothing",
        FILTER,
        "metricTransformation.value",
        "0",
        "WEAKER log metric filter trail-root-use counts each line as 0, instead of 1",
    ),
    # Alarms.
    one(
        "an alarm of another database",
        "MetricAlarm database-cpu-critical",
        "dimensions.DBInstanceIdentifier",
        "triangle-staging",
        "WEAKER metric alarm database-cpu-critical watches DBInstanceIdentifier triangle-staging, not DBInstanceIdentifier triangle-prod any more",
    ),
    one(
        "an alarm of another metric",
        "MetricAlarm database-cpu-critical",
        "metricName",
        "CPUCreditUsage",
        "WEAKER metric alarm database-cpu-critical watches CPUCreditUsage, not CPUUtilization any more",
    ),
    one(
        "an alarm at the other end",
        "MetricAlarm database-cpu-critical",
        "comparisonOperator",
        "LessThanThreshold",
        "WEAKER metric alarm database-cpu-critical begins below its threshold, where it began above it",
        "WEAKER metric alarm database-cpu-critical begins *",
    ),
    one(
        "an alarm one above its threshold",
        "MetricAlarm database-cpu-critical",
        "comparisonOperator",
        "GreaterThanOrEqualToThreshold",
    ),
    one(
        "an alarm of the smallest value",
        "MetricAlarm application-connectivity-critical",
        "statistic",
        "Minimum",
        "WEAKER metric alarm application-connectivity-critical looks at Minimum, instead of Sum",
    ),
    one(
        "an alarm that computes otherwise",
        "MetricAlarm payments-failure-rate",
        "metricQueries.0.expression",
        "0",
        "WEAKER metric alarm payments-failure-rate is computed otherwise: 0",
    ),
    one(
        "an alarm that begins with more payments",
        "MetricAlarm payments-failure-rate",
        "metricQueries.0.expression",
        str(inputs("MetricAlarm payments-failure-rate")["metricQueries"][0]["expression"]).replace(
            "34", "3400"
        ),
        "WEAKER metric alarm payments-failure-rate begins from 3400 on, instead of 34",
    ),
    one(
        "an alarm that begins with fewer payments",
        "MetricAlarm payments-failure-rate",
        "metricQueries.0.expression",
        str(inputs("MetricAlarm payments-failure-rate")["metricQueries"][0]["expression"]).replace(
            "34", "10"
        ),
    ),
    one(
        "a page only when everything is on",
        "CompositeAlarm queue-sev-1",
        "alarmRule",
        str(inputs("CompositeAlarm queue-sev-1")["alarmRule"]).replace(" OR ", " AND "),
        "WEAKER composite alarm queue-sev-1 goes on only when several of its alarms are on, or others are off",
    ),
    one(
        "a page is silent while something else is on",
        "CompositeAlarm queue-sev-1",
        "actionsSuppressor",
        {"alarm": "triangle-prod-quiet", "extensionPeriod": 60, "waitPeriod": 1},
        "WEAKER composite alarm queue-sev-1 tells nobody while triangle-prod-quiet is on",
    ),
    one(
        "silence is told to nobody",
        "MetricAlarm job-remove-expired-uploads-failed-runs",
        "insufficientDataActions",
        [],
        "WEAKER metric alarm job-remove-expired-uploads-failed-runs does not tell all whom it told of silence",
    ),
    # Whom an event tells.
    one(
        "an event is told to somebody else",
        "EventTarget threats-high",
        "arn",
        "arn:aws:sns:us-west-2:230000000003:triangle-prod-sev-4",
        "WEAKER event target threats-high tells *sev-4, instead of *",
    ),
    one(
        "a failed backup is told in part",
        "VaultNotifications backup",
        "backupVaultEvents",
        ["RECOVERY_POINT_MODIFIED"],
        "WEAKER vault notifications backup tells of RECOVERY_POINT_MODIFIED alone, instead of *",
    ),
    one(
        "an address is told of some alarms alone",
        "TopicSubscription sev-1-email",
        "filterPolicy",
        '{"severity": ["SEV-1"]}',
        "WEAKER topic subscription sev-1-email is told of some of it alone",
    ),
    one(
        "a budget tells of its end alone",
        "Budget month",
        "notifications.0.threshold",
        300,
        "WEAKER budget month does not tell all whom it told of * costs above 100 %",
    ),
    one("a budget tells earlier", "Budget month", "notifications.0.threshold", 80),
    # What is recorded.
    one(
        "the trail leaves the audit logs out",
        "Trail trail",
        "advancedEventSelectors.2",
        GONE,
        "WEAKER trail does not record Audit logs any more",
    ),
    one(
        "the trail records writes alone",
        "Trail trail",
        "advancedEventSelectors.0.fieldSelectors",
        [{"field": "eventCategory", "equals": ["Management"]}, {"field": "readOnly", "equals": ["false"]}],
        "WEAKER trail does not record all of Management events any more",
    ),
    one(
        "the trail records replicas, too",
        "Trail trail",
        "advancedEventSelectors.2.fieldSelectors.4",
        GONE,
    ),
    one(
        "the trail goes where no alarm looks",
        "Trail trail",
        "cloudWatchLogsGroupArn",
        GONE,
        "WEAKER trail is not written where its alarms look any more",
    ),
    one(
        "a function writes text into its log",
        "Function watch-jobs",
        "loggingConfig.logFormat",
        "Text",
        "WEAKER function in the network watch-jobs writes Text into its log, which no alarm reads",
    ),
    one(
        "a function writes errors alone",
        "Function watch-jobs",
        "loggingConfig.applicationLogLevel",
        "ERROR",
        "WEAKER function in the network watch-jobs writes ERROR and worse alone into its log",
    ),
    one("a function writes more", "Function watch-jobs", "loggingConfig.applicationLogLevel", "DEBUG"),
    one(
        "a function may not run",
        "Function escalate",
        "reservedConcurrentExecutions",
        0,
        "OUTAGE function escalate may not run at all any more: nobody does its work",
    ),
    one(
        "a check from outside by TCP",
        "HealthCheck api",
        "type",
        "TCP",
        "WEAKER health check api asks by TCP, instead of HTTPS",
    ),
    one(
        "the database is not measured by the operating system",
        "Instance database",
        "monitoringInterval",
        0,
        "WEAKER RDS instance database is not measured by the operating system any more",
    ),
    one("the database is measured more often", "Instance database", "monitoringInterval", 15),
)

"""Records of who did what in the account: CloudTrail, Access Analyzer, GuardDuty."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import accessanalyzer, cloudtrail, cloudwatch, guardduty
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.account import trail_iam
from infra.common import CommonArgsWithKeys
from infra.configuration.buckets import AUDIT, BACKUPS, replication_role
from infra.configuration.severities import Severity
from infra.configuration.singletons import Singleton
from infra.configuration.source import GITHUB_ISSUER
from infra.foundations.adoption import told_how_to_adopt
from infra.foundations.encryption_key import declare_key
from infra.monitoring.log_metrics import of_trail
from infra.monitoring.metric_filter import declare_metric_filter
from infra.naming import Naming

# What GuardDuty looks at beside the trail, DNS and flow logs, by its name in the API. A new detector has all
# of it on by itself, and each costs (CreateDetector). Without agents: those would have to run on every node.
FEATURES = (
    "EBS_MALWARE_PROTECTION",
    "EKS_AUDIT_LOGS",
    "LAMBDA_NETWORK_LOGS",
    "RDS_LOGIN_EVENTS",
    "S3_DATA_EVENTS",
)

# Runbook 003: who has which rights is looked through every month; on the first, when people are at work.
REVIEW_SCHEDULE = "cron(0 9 1 * ? *)"
REVIEW = (
    "Monthly review of access: read Access Analyzer's findings, the credential report and the roles' last "
    "use; remove what nobody needs (runbook 003, Security Operations)."
)


@dataclass(frozen=True)
class TrailArgs:
    """What is watched over, and who is told.

    Args:
        common: names, rules and keys of its place; `protect` is for the trail's key.
        bucket: the audit bucket.
        bucket_ready: lets the trail write.
        watched: ARNs of the buckets of which it is noted who reads or removes an object, copies in another
            region among them, by the catalogue's name: of the backups, and of the trail itself.
        replication_role: name of the role with which S3 copies the audit bucket; None where it does not.
        secret_readers: names of the roles that may read secrets, with * for any letters.
        detects_threats: GuardDuty looks for attacks, and is the platform's own.
        analyzes_access: Access Analyzer is the platform's own.
        topic: is told to review access.
    """

    common: CommonArgsWithKeys
    bucket: str
    bucket_ready: pulumi.Resource
    watched: Mapping[str, Sequence[str]]
    replication_role: pulumi.Input[str] | None
    secret_readers: Sequence[str]
    detects_threats: bool
    analyzes_access: bool
    topic: pulumi.Input[str]


class Trail(pulumi.ComponentResource):
    """A trail of everything that is done in the account, in all regions. Keeps SEC-6.

    Produces the trail in the audit bucket with digests that prove its files, and in a log group with the
    metrics of root use, secrets read by strangers and failed logins; Access Analyzer; in prod GuardDuty; and
    the monthly reminder to review access. Findings become alarms by their events
    (infra/monitoring/events.py).
    """

    def __init__(self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:account:Trail", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        self._trail()
        if args.analyzes_access:
            self._access_analyzer()
        if args.detects_threats:
            self._guard_duty()
        self._review()
        self.register_outputs({})

    def _access_analyzer(self) -> None:
        naming = self._args.common.naming
        analyzer = accessanalyzer.Analyzer(
            "access",
            analyzer_name=naming.prefix,
            type="ACCOUNT",
            opts=pulumi.ResourceOptions(parent=self, hooks=told_how_to_adopt(Singleton.ACCESS_ANALYZER)),
        )
        # That GitHub's runners come in is meant: without this the first day would begin with a finding.
        accessanalyzer.ArchiveRule(
            "deployment",
            analyzer_name=analyzer.analyzer_name,
            rule_name="deployment",
            filters=[
                accessanalyzer.ArchiveRuleFilterArgs(criteria=criteria, eqs=[value])
                for criteria, value in (
                    ("resource", naming.role_arn(naming.deployment_role)),
                    ("principal.Federated", naming.identity_provider_arn(GITHUB_ISSUER)),
                )
            ],
            opts=self._here,
        )

    def _trail(self) -> None:
        args, naming = self._args, self._args.common.naming
        key = declare_key("audit", "The trail", args.common, *trail_iam.encrypt_trail(naming), parent=self)
        copied = self._let_copy(key)
        group = self._log_group()
        role, writes = self._role(group)
        cloudtrail.Trail(
            "trail",
            name=naming.trail,
            s3_bucket_name=args.bucket,
            s3_key_prefix=trail_iam.PREFIX,
            kms_key_id=key,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            cloud_watch_logs_group_arn=group.arn.apply(lambda arn: f"{arn}:*"),
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=[
                _management_events(),
                _object_events("Backups", args.watched[BACKUPS]),
                # What writes the trail, or copies what was written, would make events that are written and
                # copied, for ever.
                _object_events(
                    "Audit logs",
                    args.watched[AUDIT],
                    ("eventName", "notEquals", ["PutObject"]),
                    ("userIdentity.arn", "notStartsWith", [_sessions(naming, replication_role(AUDIT))]),
                ),
            ],
            # CloudTrail tries out what it is to write to; what S3 may not read yet is never copied.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.bucket_ready, writes, *copied]),
        )

    def _let_copy(self, key: pulumi.Input[str]) -> list[pulumi.Resource]:
        """S3 reads what the trail has encrypted, to copy it."""
        args = self._args
        if args.replication_role is None:
            return []
        reads = iam.decrypt_through([key], f"s3.{args.common.naming.region}.amazonaws.com")
        return [
            aws_iam.RolePolicy(
                "replication-trail",
                name="read-trail",
                role=args.replication_role,
                policy=iam.document(reads),
                opts=self._here,
            )
        ]

    def _role(self, group: cloudwatch.LogGroup) -> tuple[aws_iam.Role, aws_iam.RolePolicy]:
        naming = self._args.common.naming
        role = aws_iam.Role(
            "trail",
            name=naming.named("trail"),
            description="CloudTrail writes into its log group",
            # CloudTrail says of no trail for which it takes the role (user guide, "Sending events to
            # CloudWatch Logs"); all that the role can do is write into this one group.
            assume_role_policy=iam.document(iam.trust_service(trail_iam.SERVICE)),
            opts=self._here,
        )
        writes = aws_iam.RolePolicy(
            "trail",
            name="write-logs",
            role=role.name,
            policy=iam.document(trail_iam.write_trail_stream(group.arn)),
            opts=self._here,
        )
        return role, writes

    def _log_group(self) -> cloudwatch.LogGroup:
        args = self._args
        group = cloudwatch.LogGroup(
            "trail",
            name=f"/groundwork/{args.common.naming.prefix}/trail",
            retention_in_days=args.common.log_retention,
            kms_key_id=args.common.log_key,
            opts=self._here,
        )
        for metric in of_trail(args.common.naming, args.secret_readers):
            declare_metric_filter(f"trail-{metric.name}", metric, group.name, parent=self)
        return group

    def _guard_duty(self) -> None:
        detector = guardduty.Detector(
            "threats",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            opts=pulumi.ResourceOptions(parent=self, hooks=told_how_to_adopt(Singleton.THREAT_DETECTOR)),
        )
        for feature in FEATURES:
            guardduty.DetectorFeature(
                feature.lower().replace("_", "-"),
                detector_id=detector.id,
                name=feature,
                status="ENABLED",
                opts=self._here,
            )

    def _review(self) -> None:
        name = "access-review"
        rule = cloudwatch.EventRule(
            name,
            name=self._args.common.naming.named(name),
            description="Access is reviewed",
            schedule_expression=REVIEW_SCHEDULE,
            opts=self._here,
        )
        cloudwatch.EventTarget(
            name,
            rule=rule.name,
            target_id=Severity.SEV4.topic,
            arn=self._args.topic,
            input=json.dumps(REVIEW),
            opts=self._here,
        )


def _selector(
    name: str, *fields: tuple[str, str, Sequence[str]]
) -> cloudtrail.TrailAdvancedEventSelectorArgs:
    return cloudtrail.TrailAdvancedEventSelectorArgs(
        name=name,
        field_selectors=[
            cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(
                field=field,
                equals=list(values) if comparison == "equals" else None,
                not_equals=list(values) if comparison == "notEquals" else None,
                starts_withs=list(values) if comparison == "startsWith" else None,
                not_starts_withs=list(values) if comparison == "notStartsWith" else None,
            )
            for field, comparison, values in fields
        ],
    )


def _management_events() -> cloudtrail.TrailAdvancedEventSelectorArgs:
    # Reading a secret is one of them. The first copy of these costs nothing.
    return _selector("Management events", ("eventCategory", "equals", ["Management"]))


def _object_events(
    name: str, buckets: Sequence[str], *but: tuple[str, str, Sequence[str]]
) -> cloudtrail.TrailAdvancedEventSelectorArgs:
    """What happens to single objects; each event costs, so only where few are read."""
    return _selector(
        name,
        ("eventCategory", "equals", ["Data"]),
        ("resources.type", "equals", ["AWS::S3::Object"]),
        ("resources.ARN", "startsWith", [f"{bucket}/" for bucket in buckets]),
        *but,
    )


def _sessions(naming: Naming, role: str) -> str:
    """What the ARN of everybody who has taken a role begins with."""
    return f"arn:aws:sts::{naming.account}:assumed-role/{naming.named(role)}/"

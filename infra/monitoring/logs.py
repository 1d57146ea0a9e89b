"""The services' logs: kept for as long as said, encrypted, masked, counted, and ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from infra.configuration.platform_names import MASKED_DATA
from infra.monitoring.log_metrics import of_services
from infra.monitoring.log_shipping import group_name
from infra.monitoring.metric_filter import declare_metric_filter
from infra.monitoring.personal_data import policy
from infra.monitoring.saved_queries import SAVED_QUERIES, Source
from infra.naming import Naming


@dataclass(frozen=True)
class LogsArgs:
    """What is logged.

    Args:
        naming: names and ARNs.
        services: whose logs.
        retired: services of before, whose logs are kept until they end.
        protect: a service's logs are not deleted with the service.
        retention: days that logs are kept.
        key: encrypts them.
        database_group: PostgreSQL's own log, for the saved queries.
        waiting: for the day on which everything runs there: nothing writes yet, so nothing is counted.
    """

    naming: Naming
    services: Sequence[str]
    retired: Sequence[str]
    protect: bool
    retention: int
    key: pulumi.Input[str]
    database_group: str
    waiting: bool


class Logs(pulumi.ComponentResource):
    """The log groups of the services. Keeps OBS-1 and OBS-2.

    Produces a group for each service with the policy that masks personal data in it, the group that tells
    what was masked, metric filters, and saved queries. The groups stand in both places: what was written in
    one that does not serve any more is kept there.
    """

    def __init__(self, name: str, args: LogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:logs:Logs", name, None, opts)
        self._args = args
        findings = self._group(MASKED_DATA)
        for service in (*args.services, *args.retired):
            group = self._group(service)
            masking = self._mask(service, group, findings)
            counted = service in args.services and not args.waiting
            for metric in of_services() if counted else ():
                declare_metric_filter(
                    f"{service}-{metric.name}", metric, group.name, parent=self, after=[masking]
                )
        if not args.waiting:
            self._save_queries()
        self.register_outputs({})

    def _group(self, name: str) -> cloudwatch.LogGroup:
        waiting, protect = self._args.waiting, self._args.protect
        return cloudwatch.LogGroup(
            name,
            name=group_name(self._args.naming, name),
            retention_in_days=self._args.retention,
            kms_key_id=self._args.key,
            # One that waits is mostly empty, so a service can go without a word about it; where it has served
            # before, what was written there stays in AWS.
            opts=pulumi.ResourceOptions(
                parent=self, protect=protect and not waiting, retain_on_delete=protect and waiting
            ),
        )

    def _mask(
        self, service: str, group: cloudwatch.LogGroup, findings: cloudwatch.LogGroup
    ) -> pulumi.Resource:
        naming = self._args.naming
        return cloudwatch.LogDataProtectionPolicy(
            service,
            log_group_name=group.name,
            policy_document=policy(naming.named(service), group_name(naming, MASKED_DATA)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[findings]),
        )

    def _save_queries(self) -> None:
        args = self._args
        groups: Mapping[Source, Sequence[str]] = {
            Source.SERVICES: [
                group_name(args.naming, service) for service in (*args.services, *args.retired)
            ],
            Source.DATABASE: [args.database_group],
        }
        for query in SAVED_QUERIES:
            cloudwatch.QueryDefinition(
                query.name,
                # A slash makes a folder of them in the console.
                name=f"{args.naming.prefix}/{query.name}",
                log_group_names=list(groups[query.source]),
                query_string=query.text,
                opts=pulumi.ResourceOptions(parent=self),
            )

"""The services' logs: kept for as long as said, encrypted, masked, counted, and ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from infra.common import CommonArgsWithKeys
from infra.configuration.platform_names import MASKED_DATA
from infra.monitoring.log_metrics import of_services
from infra.monitoring.log_shipping import group_name
from infra.monitoring.metric_filter import declare_metric_filter
from infra.monitoring.personal_data import policy
from infra.monitoring.saved_queries import SAVED_QUERIES, Source


@dataclass(frozen=True)
class LogsArgs:
    """What is logged.

    Args:
        common: names, rules and keys of the place;
            with `protect` a service's logs are not deleted with the service.
        services: whose logs.
        retired: services of before, whose logs are kept until they end.
        database_group: PostgreSQL's own log, for the saved queries.
        waiting: for the day on which everything runs there: nothing writes yet, so nothing is counted.
    """

    common: CommonArgsWithKeys
    services: Sequence[str]
    retired: Sequence[str]
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
        waiting, protect = self._args.waiting, self._args.common.protect
        return cloudwatch.LogGroup(
            name,
            name=group_name(self._args.common.naming, name),
            retention_in_days=self._args.common.log_retention,
            kms_key_id=self._args.common.log_key,
            # One that waits is mostly empty, so a service can go without a word about it; where it has served
            # before, what was written there stays in AWS.
            opts=pulumi.ResourceOptions(
                parent=self, protect=protect and not waiting, retain_on_delete=protect and waiting
            ),
        )

    def _mask(
        self, service: str, group: cloudwatch.LogGroup, findings: cloudwatch.LogGroup
    ) -> pulumi.Resource:
        naming = self._args.common.naming
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
                group_name(args.common.naming, service) for service in (*args.services, *args.retired)
            ],
            Source.DATABASE: [args.database_group],
        }
        for query in SAVED_QUERIES:
            cloudwatch.QueryDefinition(
                query.name,
                # A slash makes a folder of them in the console.
                name=f"{args.common.naming.prefix}/{query.name}",
                log_group_names=list(groups[query.source]),
                query_string=query.text,
                opts=pulumi.ResourceOptions(parent=self),
            )

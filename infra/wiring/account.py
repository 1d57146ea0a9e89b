"""Arguments of the components in `infra/account`."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra.account.budget import BudgetArgs
from infra.account.deployment import DeploymentArgs
from infra.account.people import PeopleArgs
from infra.account.runners import RunnersArgs
from infra.account.trail import TrailArgs
from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.buckets import AUDIT, BACKUPS
from infra.configuration.severities import Severity
from infra.configuration.singletons import Singleton
from infra.data.storage import Storage
from infra.edge.distributions import Distributions
from infra.foundations.network import Network
from infra.kubernetes.cluster import Cluster
from infra.monitoring.notifications import Notifications
from infra.wiring.data import Copies


def budget(configuration: Configuration, notifications: Notifications) -> BudgetArgs:
    """For the budget."""
    return BudgetArgs(
        configuration.naming, configuration.settings.budget, notifications.topics[Severity.SEV4]
    )


def trail(
    configuration: Configuration, common: CommonArgsWithKeys, storage: Storage, notifications: Notifications
) -> TrailArgs:
    """For the trail, and what looks through it."""
    naming, existing = common.naming, configuration.settings.existing
    return TrailArgs(
        common=common,
        bucket=storage.names[AUDIT],
        bucket_ready=storage.policies[AUDIT],
        watched={
            name: [storage.arns[name], *([storage.copies[name]] if name in storage.copies else [])]
            for name in (BACKUPS, AUDIT)
        },
        replication_role=storage.replication_roles.get(AUDIT),
        secret_readers=[
            naming.named("service-*"),
            naming.function_role("*"),
            # CloudTrail has a role's name without its path (`sessionIssuer.userName`).
            configuration.system.access.deploy.rpartition("/")[2],
        ],
        detects_threats=configuration.settings.standard.detects_threats
        and Singleton.THREAT_DETECTOR not in existing,
        analyzes_access=Singleton.ACCESS_ANALYZER not in existing,
        topic=notifications.topics[Severity.SEV4],
    )


def deployment(configuration: Configuration) -> DeploymentArgs:
    """For the way of CI into the account."""
    system = configuration.system
    return DeploymentArgs(
        configuration.naming,
        system.repository.subjects,
        Singleton.GITHUB_PROVIDER in configuration.settings.existing,
        system.access.deploy,
    )


def runners(
    configuration: Configuration, common: CommonArgsWithKeys, network: Network, cluster: Cluster
) -> RunnersArgs | None:
    """For the machines of CI; None where its jobs run on GitHub's own."""
    connection = configuration.settings.runners
    if connection is None:
        return None
    return RunnersArgs(
        common=common,
        repository=configuration.system.repository.full_name,
        connection=connection,
        vpc_id=network.vpc_id,
        subnet_ids=network.private_subnet_ids,
        cluster_security_group_id=cluster.security_group_id,
        endpoint_security_group_id=network.endpoint_security_group_id,
    )


def people(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    entries: Mapping[str, pulumi.Output[str]],
    copies: Copies | None,
    distributions: Distributions,
) -> PeopleArgs:
    """For what people on call may do from a command line."""
    declared = configuration.system.secrets.values()
    return PeopleArgs(
        common=common,
        entries=[entries[name] for name in sorted(entries)],
        given_out=[entries[each.name] for each in declared if each.source.generated is None],
        replica_key=copies.keys.secret_copies if copies else None,
        distributions=distributions.arns,
    )

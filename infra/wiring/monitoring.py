"""Arguments of the components in `infra/monitoring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi

from infra.alarm_catalogue import Limits, catalogue, written
from infra.common import CommonArgs, CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUP_ACCOUNT_RULE, RECOVERY_RULE
from infra.configuration.severities import Severity
from infra.data.database import Database
from infra.data.database_monitoring import log_group
from infra.data.redis import Redis
from infra.data.storage import Storage
from infra.edge.certificates import Certificates
from infra.edge.load_balancer import LoadBalancer
from infra.edge.sites import full_host
from infra.foundations.keys import Keys
from infra.functions.function import Function
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.workloads import Workloads
from infra.monitoring.alarm import Alarm, Subject
from infra.monitoring.alarm_queries import Watched
from infra.monitoring.alarms import Alarms, AlarmsArgs
from infra.monitoring.availability import Availability, AvailabilityArgs, Endpoint
from infra.monitoring.dashboard import DashboardArgs
from infra.monitoring.escalation import EscalationArgs
from infra.monitoring.events import EventsArgs
from infra.monitoring.logs import LogsArgs
from infra.monitoring.notifications import Notifications, NotificationsArgs, topic_prefix
from infra.naming import RegionRole
from infra.recovery.read_replica import ReadReplica
from infra.recovery.vault import Vault
from infra.wiring.edge import edge_buckets


@dataclass(frozen=True)
class Parts:
    """The parts of the platform that alarms watch; `redis` by purpose, and no replica outside of prod."""

    cluster: Cluster
    database: Database
    redis: Mapping[str, Redis]
    vault: Vault
    replica: ReadReplica | None
    load_balancer: LoadBalancer
    certificates: Certificates
    availability: Availability
    storage: Storage
    functions: Sequence[Function]
    workloads: Workloads

    @property
    def folders(self) -> list[str]:
        """The folders of the functions that there are."""
        return [function.folder for function in self.functions]


def availability(configuration: Configuration) -> AvailabilityArgs:
    """For the health checks: each service with a route, at the path of its readiness probe."""
    return AvailabilityArgs(
        naming=configuration.naming,
        endpoints={
            name: Endpoint(full_host(service.route.host, configuration.domain), service.health.ready)
            for name, service in configuration.system.services.items()
            if service.route is not None
        },
    )


def watched(configuration: Configuration, parts: Parts) -> dict[Subject, Sequence[Watched]]:
    """What there is to watch, of each subject."""
    database = {"DBInstanceIdentifier": parts.database.identifier}
    return {
        **_watched_of_services(configuration, parts.cluster),
        **_watched_of_redis(parts.redis),
        **_watched_of_edge(parts),
        **_watched_of_recovery(configuration, parts),
        **_watched_of_events(configuration),
        Subject.DATABASE: [Watched("database", database)],
        Subject.TRAIL: [Watched("trail", {})],
        Subject.CLUSTER: [Watched("cluster", {"ClusterName": parts.cluster.name})],
        Subject.OPERATIONS: [Watched("operations", {})],
        Subject.MAINTENANCE: [Watched("maintenance", database)],
        # Without dimensions Lambda's metrics are those of all functions together.
        Subject.FUNCTIONS: [Watched("functions", {})],
        Subject.FUNCTION: [
            Watched(f"function-{function.child}", {"FunctionName": function.name})
            for function in parts.functions
        ],
    }


def alarms(
    configuration: Configuration,
    parts: Parts,
    watched: Mapping[Subject, Sequence[Watched]],
    notifications: Notifications,
    region: RegionRole = RegionRole.HOME,
) -> AlarmsArgs:
    """For the alarms of one region: the catalogue, and what there is to watch."""
    every_region = [alarm for alarm in _catalogue(configuration) if alarm.subject is Subject.TOPIC]
    return AlarmsArgs(
        naming=configuration.naming,
        catalogue=written([*alarms_in(configuration, region), *every_region], parts.folders),
        watched={**watched, Subject.TOPIC: _watched_topics(notifications, region)},
        topics=notifications.topics,
        fallback_topic=notifications.fallback_topic,
        actions=configuration.settings.alarms.actions,
        muted=frozenset([Subject.ENDPOINT]) if configuration.settings.maintenance.enabled else frozenset(),
    )


def alarms_in(configuration: Configuration, region: RegionRole) -> list[Alarm]:
    """The catalogue's alarms on what has its metrics in one region."""
    return [
        alarm
        for alarm in _catalogue(configuration)
        if alarm.subject.region is region and alarm.subject is not Subject.TOPIC
    ]


def events(
    configuration: Configuration, common: CommonArgsWithKeys, watched: Mapping[Subject, Sequence[Watched]]
) -> EventsArgs:
    """For the rules that alarms on events count by."""
    return EventsArgs(common, _catalogue(configuration), watched)


def dashboard(
    configuration: Configuration,
    parts: Parts,
    watched: Mapping[Subject, Sequence[Watched]],
    alarms: Alarms,
    notifications: Notifications,
) -> DashboardArgs:
    """For the dashboard: the same."""
    return DashboardArgs(
        naming=configuration.naming,
        catalogue=written(_catalogue(configuration), parts.folders),
        watched={**watched, Subject.TOPIC: _watched_topics(notifications, RegionRole.HOME)},
        regions=configuration.naming.regions,
        incidents=alarms.incidents,
    )


def _catalogue(configuration: Configuration) -> tuple[Alarm, ...]:
    return catalogue(Limits.of(configuration))


def _watched_topics(notifications: Notifications, region: RegionRole) -> list[Watched]:
    prefix = topic_prefix(region)
    return [
        Watched(f"{prefix}{severity.topic}", {"TopicName": topic})
        for severity, topic in notifications.topic_names.items()
    ]


def _watched_of_services(configuration: Configuration, cluster: Cluster) -> dict[Subject, Sequence[Watched]]:
    system = configuration.system
    environment = {"Environment": configuration.settings.environment.value}

    def in_cluster(name: str) -> dict[str, pulumi.Input[str]]:
        # Container Insights calls the name of a pod's Deployment PodName.
        return {"ClusterName": cluster.name, "Namespace": system.name, "PodName": name}

    def of_service(name: str) -> Watched:
        return Watched(f"service-{name}", {**environment, "Service": name}, clock=in_cluster(name))

    return {
        Subject.SERVICE: [Watched(f"service-{name}", in_cluster(name)) for name in system.services],
        Subject.POOL: [of_service(name) for name, service in system.services.items() if service.database],
        Subject.WORKER: [of_service(name) for name, service in system.services.items() if service.worker],
        Subject.JOB: [Watched(f"job-{schedule}", {"Job": schedule}) for schedule in system.schedules],
        Subject.JOBS: [Watched(f"jobs-{queue}", {**environment, "Queue": queue}) for queue in system.queues],
        Subject.DEAD_LETTERS: [Watched("application", environment)] if system.queues else [],
        Subject.APPLICATION: [Watched("application", environment)],
        Subject.PAYMENTS: [Watched("payments", environment)],
        Subject.LOGS: [Watched("logs", {})],
    }


def _watched_of_redis(redis: Mapping[str, Redis]) -> dict[Subject, Sequence[Watched]]:
    watched: dict[Subject, Sequence[Watched]] = {
        Subject(purpose): [
            Watched(f"{purpose}-{number}", {"CacheClusterId": node})
            for number, node in enumerate(one.node_ids, start=1)
        ]
        for purpose, one in redis.items()
    }
    if "cache" in redis:
        nodes = [{"CacheClusterId": node} for node in redis["cache"].node_ids]
        watched[Subject.CACHE_NODES] = [Watched("cache", nodes)]
    return watched


def _watched_of_edge(parts: Parts) -> dict[Subject, Sequence[Watched]]:
    return {
        Subject.LOAD_BALANCER: [Watched("load-balancer", {"LoadBalancer": parts.load_balancer.arn_suffix})],
        Subject.CERTIFICATE: [Watched("certificate", {"CertificateArn": parts.certificates.load_balancer})],
        Subject.EDGE_CERTIFICATE: [Watched("edge-certificate", {"CertificateArn": parts.certificates.edge})],
        Subject.ENDPOINT: [
            # A service that is being made for the first time is not ready, and rightly so.
            Watched(f"endpoint-{service}", {"HealthCheckId": identifier}, ready=[parts.workloads])
            for service, identifier in parts.availability.health_checks.items()
        ],
    }


def _watched_of_recovery(configuration: Configuration, parts: Parts) -> dict[Subject, Sequence[Watched]]:
    storage, replica = parts.storage, parts.replica
    vault = {"BackupVaultName": parts.vault.vault_name}
    database = {"DBInstanceIdentifier": parts.database.identifier}
    copied = _copied(configuration, storage)
    return {
        Subject.REPLICA: [_watched_replica(replica)] if replica else [],
        Subject.BACKUP: [Watched("backup", vault)],
        # AWS Backup counts for a vault, and for each kind of resource in it (developer guide, "AWS Backup
        # metrics with Amazon CloudWatch").
        Subject.DATABASE_BACKUP: [Watched("backup", {**vault, "ResourceType": "RDS"}, clock=database)],
        Subject.REPLICATION: [Watched(f"replication-{bucket}", rule) for bucket, rule in copied.items()],
        # Of copies in the backup account no time is promised, and their metrics are not in that region.
        Subject.COPIES: [
            Watched(f"copies-{bucket}", rule)
            for bucket, rule in copied.items()
            if rule["RuleId"] == RECOVERY_RULE
        ],
    }


def _copied(configuration: Configuration, storage: Storage) -> dict[str, dict[str, str]]:
    """What S3's metrics tell a rule between two buckets by (S3 user guide, "Metrics and dimensions")."""
    naming, edge = configuration.naming, edge_buckets(configuration)
    found = {}
    for there, copies, rule, ending in (
        (naming.in_recovery_region, storage.copies, RECOVERY_RULE, ""),
        (naming.in_backup_account, storage.outside, BACKUP_ACCOUNT_RULE, f"-{BACKUP_ACCOUNT_RULE}"),
    ):
        if there is None or not copies:
            continue
        # The copies of the edge's are there where the others are.
        for bucket, name in {**{each: storage.names[each] for each in copies}, **edge}.items():
            dimensions = {"SourceBucket": name, "DestinationBucket": there.bucket(bucket), "RuleId": rule}
            found[f"{bucket}{ending}"] = dimensions
    return found


def _watched_replica(read_replica: ReadReplica) -> Watched:
    replica = {"DBInstanceIdentifier": read_replica.identifier}
    return Watched("replica", replica, clock=replica, ready=[read_replica.replica])


def _watched_of_events(configuration: Configuration) -> dict[Subject, Sequence[Watched]]:
    """What AWS's services tell of: the rule of each alarm has the alarm's name."""
    subjects = [Subject.DATABASE_EVENTS, Subject.ACCESS, Subject.IMAGES]
    if configuration.settings.standard.detects_threats:
        subjects.append(Subject.THREATS)
    naming = configuration.naming
    return {
        subject: [Watched(subject.value, {"RuleName": naming.named(f"{subject}-{{alarm}}")})]
        for subject in subjects
    }


def logs(configuration: Configuration, common: CommonArgsWithKeys) -> LogsArgs:
    """For the services' logs."""
    generation = configuration.settings.database.generations.current
    return LogsArgs(
        common=common,
        services=list(configuration.system.services),
        retired=list(configuration.system.retired),
        database_group=log_group(common.naming.database(generation)),
        waiting=False,
    )


def waiting_logs(configuration: Configuration, common: CommonArgsWithKeys) -> LogsArgs:
    """For the services' logs in the other place, where nothing writes any yet, or any more."""
    return replace(logs(configuration, common), waiting=True)


def escalation(configuration: Configuration, keys: Keys) -> EscalationArgs:
    """For the topics."""
    given = configuration.settings.escalation
    addresses = {"lead": given.lead, "cto": given.cto}
    return EscalationArgs(
        naming=configuration.naming,
        key=keys.notifications,
        addresses={step: address for step, address in addresses.items() if address},
    )


def notifications(configuration: Configuration, common: CommonArgs, keys: Keys) -> NotificationsArgs:
    """For the topics of the environment's own region, which everything may publish to."""
    settings = configuration.settings
    if settings.alarms.actions and settings.paging.pagerduty is None:
        command = "pulumi config set --secret --path groundwork:paging.pagerduty"
        pulumi.log.warn(f"Nobody is paged yet: alarms go to {configuration.email} alone. Set: {command}")
    return _notifications(configuration, common, RegionRole.HOME, list(Severity), keys.notifications)


def notifications_of(
    configuration: Configuration, common: CommonArgs, region: RegionRole, keys: Keys | None
) -> NotificationsArgs:
    """For the topics of alarms in another region: only of the severities that these have."""
    severities = {alarm.severity for alarm in alarms_in(configuration, region)}
    key = keys.notifications if keys else None
    return _notifications(configuration, common, region, sorted(severities), key)


def _notifications(
    configuration: Configuration,
    common: CommonArgs,
    region: RegionRole,
    severities: Sequence[Severity],
    key: pulumi.Output[str] | None,
) -> NotificationsArgs:
    settings = configuration.settings

    def secret(value: str | None) -> pulumi.Output[str] | None:
        return None if value is None else pulumi.Output.secret(str(value))

    return NotificationsArgs(
        common=common,
        role=region,
        region=common.naming.regions[region],
        severities=severities,
        key=key,
        pagerduty=secret(settings.paging.pagerduty),
        slack=secret(settings.paging.slack),
        email=configuration.email,
    )

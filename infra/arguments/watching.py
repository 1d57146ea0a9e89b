"""What the alarms and the dashboard are given: the catalogue, and what there is to watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.configuration import Configuration
from infra.data.database import Database
from infra.data.redis import Redis
from infra.data.replication import RULE
from infra.data.storage import Storage
from infra.edge.certificates import Certificates
from infra.edge.load_balancer import LoadBalancer
from infra.edge.sites import full_host
from infra.foundations.keys import Keys
from infra.functions.function import Function
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.workloads import Workloads
from infra.naming import RegionRole
from infra.recovery.backup import Backup
from infra.recovery.standby import Standby
from infra.watching.alarm import Alarm, Subject
from infra.watching.alarm_catalogue import Limits, catalogue, written
from infra.watching.alarm_queries import Watched
from infra.watching.alarms import Alarms, AlarmsArgs
from infra.watching.availability import Availability, AvailabilityArgs, Endpoint
from infra.watching.dashboard import DashboardArgs
from infra.watching.events import EventsArgs
from infra.watching.notifications import Notifications


@dataclass(frozen=True)
class Parts:
    """The parts of the platform that alarms watch; `redis` by purpose, and no standby outside of prod."""

    cluster: Cluster
    database: Database
    redis: Mapping[str, Redis]
    backup: Backup
    standby: Standby | None
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
    configuration: Configuration, keys: Keys, watched: Mapping[Subject, Sequence[Watched]]
) -> EventsArgs:
    """For the rules that alarms on events count by."""
    return EventsArgs(
        naming=configuration.naming,
        catalogue=_catalogue(configuration),
        watched=watched,
        log_retention=configuration.settings.standard.log_retention,
        log_key=keys.logs,
    )


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
    prefix = "" if region is RegionRole.HOME else f"{region}-"
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
    storage, naming, standby = parts.storage, configuration.naming, parts.standby
    vault = {"BackupVaultName": parts.backup.vault_name}
    database = {"DBInstanceIdentifier": parts.database.identifier}
    return {
        Subject.REPLICA: [_watched_replica(standby)] if standby else [],
        Subject.BACKUP: [Watched("backup", vault)],
        # AWS Backup counts for a vault, and for each kind of resource in it (developer guide, "AWS Backup
        # metrics with Amazon CloudWatch").
        Subject.DATABASE_BACKUP: [Watched("backup", {**vault, "ResourceType": "RDS"}, clock=database)],
        Subject.REPLICATION: [
            # S3 user guide, "Metrics and dimensions": a rule between two buckets.
            Watched(
                f"replication-{bucket}",
                {
                    "SourceBucket": storage.names[bucket],
                    "DestinationBucket": naming.in_recovery_region.bucket(bucket),
                    "RuleId": RULE,
                },
            )
            for bucket in storage.copies
        ],
    }


def _watched_replica(standby: Standby) -> Watched:
    replica = {"DBInstanceIdentifier": standby.replica_identifier}
    return Watched("replica", replica, clock=replica, ready=[standby.replica])


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

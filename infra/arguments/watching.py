"""What the alarms and the dashboard are given: the catalogue, and what there is to watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.configuration import Configuration
from infra.data.database import Database
from infra.data.redis import Redis
from infra.edge.certificates import Certificates
from infra.edge.load_balancer import LoadBalancer
from infra.edge.sites import full_host
from infra.kubernetes.cluster import Cluster
from infra.naming import RegionRole
from infra.recovery.backup import Backup
from infra.recovery.standby import Standby
from infra.watching.alarm import Alarm, Subject
from infra.watching.alarm_catalogue import Limits, catalogue
from infra.watching.alarm_queries import Watched
from infra.watching.alarms import Alarms, AlarmsArgs
from infra.watching.availability import Availability, AvailabilityArgs, Endpoint
from infra.watching.dashboard import DashboardArgs
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
        Subject.DATABASE: [Watched("database", database)],
        Subject.REPLICA: [Watched("replica", {"DBInstanceIdentifier": parts.standby.replica_identifier})]
        if parts.standby
        else [],
        Subject.BACKUP: [Watched("backup", {"BackupVaultName": parts.backup.vault_name})],
        Subject.TRAIL: [Watched("trail", {})],
        Subject.CLUSTER: [Watched("cluster", {"ClusterName": parts.cluster.name})],
        Subject.OPERATIONS: [Watched("operations", {})],
        Subject.MAINTENANCE: [Watched("maintenance", database)],
        # Without dimensions Lambda's metrics are those of all functions together.
        Subject.FUNCTIONS: [Watched("functions", {})],
    }


def alarms(
    configuration: Configuration,
    watched: Mapping[Subject, Sequence[Watched]],
    notifications: Notifications,
    region: RegionRole = RegionRole.HOME,
) -> AlarmsArgs:
    """For the alarms of one region: the catalogue, and what there is to watch."""
    every_region = [alarm for alarm in _catalogue(configuration) if alarm.subject is Subject.TOPIC]
    return AlarmsArgs(
        naming=configuration.naming,
        catalogue=[*alarms_in(configuration, region), *every_region],
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


def dashboard(
    configuration: Configuration,
    watched: Mapping[Subject, Sequence[Watched]],
    alarms: Alarms,
    notifications: Notifications,
) -> DashboardArgs:
    """For the dashboard: the same."""
    return DashboardArgs(
        naming=configuration.naming,
        catalogue=_catalogue(configuration),
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

    scheduled = {schedule.service for schedule in system.schedules.values()}

    def of_service(name: str) -> Watched:
        return Watched(f"service-{name}", {**environment, "Service": name})

    return {
        Subject.SERVICE: [
            # Container Insights calls the name of a pod's Deployment PodName.
            Watched(
                f"service-{name}",
                {"ClusterName": cluster.name, "Namespace": system.name, "PodName": name},
            )
            for name in system.services
        ],
        Subject.POOL: [of_service(name) for name, service in system.services.items() if service.database],
        Subject.RUNS: [
            of_service(name)
            for name, service in system.services.items()
            if service.worker or name in scheduled
        ],
        Subject.WORKER: [of_service(name) for name, service in system.services.items() if service.worker],
        Subject.JOBS: [Watched(f"jobs-{queue}", {**environment, "Queue": queue}) for queue in system.queues],
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
            Watched(f"endpoint-{service}", {"HealthCheckId": identifier})
            for service, identifier in parts.availability.health_checks.items()
        ],
    }

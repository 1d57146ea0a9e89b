"""What the alarms, and the ways from them to people, are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra.alarm import Place, Severity, Subject
from infra.alarm_catalogue import Limits, catalogue
from infra.alarm_queries import Watched
from infra.alarms import Alarms, AlarmsArgs
from infra.availability import Availability, AvailabilityArgs, Endpoint
from infra.backup import Backup
from infra.budget import BudgetArgs
from infra.certificates import Certificates
from infra.cluster import Cluster
from infra.configuration import Configuration
from infra.dashboard import DashboardArgs
from infra.database import Database
from infra.database_events import DatabaseEventsArgs
from infra.keys import Keys
from infra.load_balancer import LoadBalancer
from infra.notifications import Notifications, NotificationsArgs
from infra.redis import Redis
from infra.standby import Standby

# Route 53 and CloudFront have their metrics and certificates in this region alone.
GLOBAL_REGION = "us-east-1"


def notifications(configuration: Configuration, keys: Keys) -> NotificationsArgs:
    """For the ways to people."""
    settings = configuration.settings
    if settings.alarms.actions and settings.paging.pagerduty is None:
        command = "pulumi config set --secret --path groundwork:paging.pagerduty"
        pulumi.log.warn(f"Nobody is paged yet: alarms go to {configuration.email} alone. Set: {command}")
    return _notifications(configuration, Place.HERE, list(Severity), keys.notifications)


def notifications_of(configuration: Configuration, place: Place) -> NotificationsArgs:
    """For the ways from alarms in another region: only of the severities that these have."""
    alarms = [alarm for alarm in catalogue(_limits(configuration)) if alarm.subject.place is place]
    return _notifications(configuration, place, sorted({alarm.severity for alarm in alarms}), None)


def _notifications(
    configuration: Configuration,
    place: Place,
    severities: Sequence[Severity],
    key: pulumi.Output[str] | None,
) -> NotificationsArgs:
    settings = configuration.settings

    def secret(value: str | None) -> pulumi.Output[str] | None:
        return None if value is None else pulumi.Output.secret(str(value))

    return NotificationsArgs(
        naming=configuration.naming,
        place=place,
        region=region_of(configuration, place),
        severities=severities,
        key=key,
        protect=settings.standard.protects_data,
        pagerduty=secret(settings.paging.pagerduty),
        slack=secret(settings.paging.slack),
        email=configuration.email,
    )


def budget(configuration: Configuration, notifications: Notifications) -> BudgetArgs:
    """For the budget."""
    return BudgetArgs(
        configuration.naming, configuration.settings.budget, notifications.topics[Severity.SEV4]
    )


def database_events(
    configuration: Configuration, database: Database, notifications: Notifications
) -> DatabaseEventsArgs:
    """For what RDS tells by itself."""
    return DatabaseEventsArgs(
        configuration.naming, database.instance.identifier, notifications.topics[Severity.SEV2]
    )


def region_of(configuration: Configuration, place: Place) -> str:
    """The region that a place is."""
    settings = configuration.settings
    regions = {
        Place.HERE: settings.region,
        Place.RECOVERY: settings.recovery_region,
        Place.GLOBAL: GLOBAL_REGION,
    }
    return regions[place]


def availability(configuration: Configuration) -> AvailabilityArgs:
    """For the health checks: each service with a route, at the path of its readiness probe."""
    return AvailabilityArgs(
        naming=configuration.naming,
        endpoints={
            name: Endpoint(
                f"{service.route.host}.{configuration.domain}"
                if service.route.host
                else configuration.domain,
                service.health.ready,
            )
            for name, service in configuration.system.services.items()
            if service.route is not None
        },
    )


def watched(
    configuration: Configuration,
    cluster: Cluster,
    database: Database,
    standby: Standby | None,
    backup: Backup,
    redis: Mapping[str, Redis],
    availability: Availability,
) -> dict[Subject, Sequence[Watched]]:
    """What there is to watch, of each subject."""
    return {
        **_watched_of_services(configuration, cluster),
        **_watched_of_redis(redis),
        Subject.DATABASE: [Watched("database", {"DBInstanceIdentifier": database.identifier})],
        Subject.REPLICA: [Watched("replica", {"DBInstanceIdentifier": standby.replica_identifier})]
        if standby
        else [],
        Subject.BACKUP: [Watched("backup", {"BackupVaultName": backup.vault_name})],
        Subject.TRAIL: [Watched("trail", {})],
        Subject.CLUSTER: [Watched("cluster", {"ClusterName": cluster.name})],
        Subject.OPERATIONS: [Watched("operations", {})],
        Subject.MAINTENANCE: [Watched("maintenance", {"DBInstanceIdentifier": database.identifier})],
        # Without dimensions Lambda's metrics are those of all functions together.
        Subject.FUNCTIONS: [Watched("functions", {})],
        Subject.ENDPOINT: [
            Watched(f"endpoint-{service}", {"HealthCheckId": identifier})
            for service, identifier in availability.health_checks.items()
        ],
    }


def watched_edge(load_balancer: LoadBalancer, certificates: Certificates) -> dict[Subject, Sequence[Watched]]:
    """What there is to watch of what the internet meets first."""
    return {
        Subject.LOAD_BALANCER: [Watched("load-balancer", {"LoadBalancer": load_balancer.arn_suffix})],
        Subject.CERTIFICATE: [Watched("certificate", {"CertificateArn": certificates.load_balancer})],
        Subject.EDGE_CERTIFICATE: [Watched("edge-certificate", {"CertificateArn": certificates.edge})],
    }


def alarms(
    configuration: Configuration,
    watched: Mapping[Subject, Sequence[Watched]],
    notifications: Notifications,
    place: Place = Place.HERE,
) -> AlarmsArgs:
    """For the alarms of one region: the catalogue, and what there is to watch."""
    return AlarmsArgs(
        naming=configuration.naming,
        catalogue=[
            alarm
            for alarm in catalogue(_limits(configuration))
            if alarm.subject.place is place or alarm.subject is Subject.TOPIC  # every region has topics
        ],
        watched={**watched, Subject.TOPIC: _watched_topics(notifications, place)},
        topics=notifications.topics,
        fallback_topic=notifications.fallback_topic,
        actions=configuration.settings.alarms.actions,
        muted=frozenset([Subject.ENDPOINT]) if configuration.settings.maintenance.enabled else frozenset(),
    )


def dashboard(
    configuration: Configuration,
    watched: Mapping[Subject, Sequence[Watched]],
    alarms: Alarms,
    notifications: Notifications,
) -> DashboardArgs:
    """For the dashboard: the same."""
    return DashboardArgs(
        naming=configuration.naming,
        catalogue=catalogue(_limits(configuration)),
        watched={**watched, Subject.TOPIC: _watched_topics(notifications, Place.HERE)},
        regions={place: region_of(configuration, place) for place in Place},
        incidents=alarms.incidents,
    )


def _watched_topics(notifications: Notifications, place: Place) -> list[Watched]:
    prefix = "" if place is Place.HERE else f"{place}-"
    return [
        Watched(f"{prefix}{severity.topic}", {"TopicName": topic})
        for severity, topic in notifications.topic_names.items()
    ]


def _limits(configuration: Configuration) -> Limits:
    settings, system = configuration.settings, configuration.system
    tier = settings.database.tier
    return Limits(
        thresholds=system.thresholds,
        pool_maximum=system.pool.maximum,
        database_memory=tier.memory,
        database_storage=tier.storage,
        database_connections=tier.connections,
        payments=system.payments.provider if system.payments else "",
        maintenance=settings.maintenance.enabled,
    )


def _watched_of_services(configuration: Configuration, cluster: Cluster) -> dict[Subject, Sequence[Watched]]:
    system = configuration.system
    environment = {"Environment": configuration.settings.environment.value}

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

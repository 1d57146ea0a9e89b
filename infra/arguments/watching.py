"""What the alarms, and the ways from them to people, are given."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra.alarm import Subject
from infra.alarm_catalogue import Limits, catalogue
from infra.alarms import AlarmsArgs, Watched
from infra.cluster import Cluster
from infra.configuration import Configuration
from infra.database import Database
from infra.keys import Keys
from infra.notifications import Notifications, NotificationsArgs
from infra.redis import Redis


def notifications(configuration: Configuration, keys: Keys) -> NotificationsArgs:
    """For the ways to people."""
    settings = configuration.settings
    if settings.alarms.actions and settings.paging.pagerduty is None:
        command = "pulumi config set --secret --path groundwork:paging.pagerduty"
        pulumi.log.warn(f"Nobody is paged yet: alarms go to {configuration.email} alone. Set: {command}")

    def secret(value: str | None) -> pulumi.Output[str] | None:
        return None if value is None else pulumi.Output.secret(str(value))

    return NotificationsArgs(
        naming=configuration.naming,
        key=keys.notifications,
        pagerduty=secret(settings.paging.pagerduty),
        slack=secret(settings.paging.slack),
        email=configuration.email,
    )


def alarms(
    configuration: Configuration,
    cluster: Cluster,
    database: Database,
    redis: Mapping[str, Redis],
    notifications: Notifications,
) -> AlarmsArgs:
    """For the alarms: the catalogue, and what there is to watch."""
    settings, system = configuration.settings, configuration.system
    tier, namespace = settings.database.tier, system.name
    of_cluster = {"ClusterName": cluster.name}
    watched = {
        Subject.DATABASE: [Watched("database", {"DBInstanceIdentifier": database.identifier})],
        Subject.CLUSTER: [Watched("cluster", of_cluster)],
        Subject.SERVICE: [
            # Container Insights calls the name of a pod's Deployment PodName.
            Watched(f"service-{name}", {**of_cluster, "Namespace": namespace, "PodName": name})
            for name in system.services
        ],
        Subject.POOL: [
            Watched(f"service-{name}", {"Environment": settings.environment.value, "Service": name})
            for name, service in system.services.items()
            if service.database
        ],
        Subject.TOPIC: [
            Watched(severity.topic, {"TopicName": topic})
            for severity, topic in notifications.topic_names.items()
        ],
    }
    for purpose, one in redis.items():
        watched[Subject(purpose)] = [
            Watched(f"{purpose}-{number}", {"CacheClusterId": node})
            for number, node in enumerate(one.node_ids, start=1)
        ]
    limits = Limits(
        thresholds=system.thresholds,
        pool_maximum=system.pool.maximum,
        database_memory=tier.memory,
        database_storage=tier.storage,
        database_connections=tier.connections,
    )
    return AlarmsArgs(
        naming=configuration.naming,
        catalogue=catalogue(limits),
        watched=watched,
        topics=notifications.topics,
        fallback_topic=notifications.fallback_topic,
        actions=settings.alarms.actions,
    )

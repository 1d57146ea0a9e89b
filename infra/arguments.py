"""How the parts of the platform are connected: what each one is given of the configuration and of others."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra.alarm import Subject
from infra.alarm_catalogue import Limits, catalogue
from infra.alarms import AlarmsArgs, Watched
from infra.bucket_catalogue import CATALOGUE
from infra.cluster import Cluster, ClusterArgs
from infra.configuration import Configuration
from infra.database import SECRET as DATABASE_SECRET
from infra.database import Database, DatabaseArgs
from infra.keys import Keys, KeysArgs
from infra.network import Network, NetworkArgs
from infra.notifications import Notifications, NotificationsArgs
from infra.redis import Eviction, Redis, RedisArgs, secret_name
from infra.secrets import Secrets, SecretsArgs
from infra.service_environment import entries_of, plain_variables, readers, role_name, secret_variables
from infra.storage import Storage, StorageArgs
from infra.workloads import WorkloadArgs, WorkloadsArgs

# Days of daily snapshots. A cache can be filled again; what waits in a queue cannot.
CACHE_SNAPSHOT_DAYS = 1
QUEUE_SNAPSHOT_DAYS = 7


def keys(configuration: Configuration) -> KeysArgs:
    """For the encryption keys."""
    return KeysArgs(configuration.naming, protect=configuration.settings.standard.protects_data)


def network(configuration: Configuration, keys: Keys) -> NetworkArgs:
    """For the network."""
    settings, standard = configuration.settings, configuration.settings.standard
    return NetworkArgs(
        naming=configuration.naming,
        cidr=settings.network.cidr,
        zones=settings.network.availability_zones,
        nat_per_zone=standard.nat_per_zone,
        interface_endpoints=standard.interface_endpoints,
        log_retention=standard.log_retention,
        log_key=keys.logs,
    )


def cluster(configuration: Configuration, keys: Keys, network: Network) -> ClusterArgs:
    """For the cluster."""
    settings, standard = configuration.settings, configuration.settings.standard
    return ClusterArgs(
        naming=configuration.naming,
        version=settings.cluster.version,
        api_access=settings.cluster.api_access,
        private_subnet_ids=network.private_subnet_ids,
        endpoint_security_group_id=network.endpoint_security_group_id,
        access=configuration.system.access,
        namespace=configuration.system.name,
        secrets_key=keys.cluster,
        log_key=keys.logs,
        log_retention=standard.log_retention,
        deletion_protection=standard.deletion_protection,
    )


def database(configuration: Configuration, keys: Keys, network: Network, cluster: Cluster) -> DatabaseArgs:
    """For PostgreSQL."""
    settings, standard = configuration.settings, configuration.settings.standard
    return DatabaseArgs(
        naming=configuration.naming,
        name=configuration.system.name.replace("-", "_"),  # PostgreSQL would want a hyphen quoted
        tier=settings.database.tier,
        storage_maximum=settings.database.storage_maximum,
        backup_retention=settings.database.backup_retention,
        redundant=standard.redundant,
        performance_history=standard.performance_history,
        log_retention=standard.log_retention,
        protect=standard.protects_data,
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        client_security_group_id=cluster.security_group_id,
        readers=_readers(configuration, DATABASE_SECRET),
        data_key=keys.data,
        secrets_key=keys.secrets,
        log_key=keys.logs,
    )


def redis(
    configuration: Configuration, keys: Keys, network: Network, cluster: Cluster
) -> dict[str, RedisArgs]:
    """For the two Redis, by purpose; none where the environment has switched it off.

    Two, because a cache that evicts would evict retries and replay protection too (contract RED-2).
    """
    settings, standard = configuration.settings, configuration.settings.standard
    if not settings.redis.enabled:
        return {}
    purposes = {
        "cache": (settings.redis.cache, Eviction.LEAST_RECENTLY_USED, CACHE_SNAPSHOT_DAYS),
        "queue": (settings.redis.queue, Eviction.NEVER, QUEUE_SNAPSHOT_DAYS),
    }
    return {
        purpose: RedisArgs(
            naming=configuration.naming,
            tier=tier,
            eviction=eviction,
            redundant=standard.redundant,
            snapshot_retention=snapshots,
            protect=standard.protects_data,
            vpc_id=network.vpc_id,
            subnet_ids=network.data_subnet_ids,
            client_security_group_id=cluster.security_group_id,
            readers=_readers(configuration, secret_name(purpose)),
            data_key=keys.data,
            secrets_key=keys.secrets,
        )
        for purpose, (tier, eviction, snapshots) in purposes.items()
    }


def storage(
    configuration: Configuration, keys: Keys, recovery_provider: pulumi.ProviderResource
) -> StorageArgs:
    """For the buckets."""
    standard = configuration.settings.standard
    return StorageArgs(
        naming=configuration.naming,
        buckets=CATALOGUE,
        data_key=keys.data,
        lock_backups=standard.locks_backups,
        protect=standard.protects_data,
        recovery_provider=recovery_provider,
    )


def secrets(configuration: Configuration, keys: Keys) -> SecretsArgs:
    """For the system file's secrets."""
    return SecretsArgs(
        naming=configuration.naming,
        entries=configuration.system.secrets,
        readers={name: _readers(configuration, name) for name in configuration.system.secrets},
        key=keys.secrets,
        protect=configuration.settings.standard.protects_data,
    )


def _readers(configuration: Configuration, secret: str) -> list[str]:
    return readers(secret, configuration.settings, configuration.system, configuration.naming)


def entries(
    database: Database, redis: Mapping[str, Redis], secrets: Secrets
) -> dict[str, pulumi.Output[str]]:
    """The ARNs of all entries in Secrets Manager, whoever declares them, by name."""
    return {
        DATABASE_SECRET: database.secret_arn,
        **{secret_name(purpose): one.secret_arn for purpose, one in redis.items()},
        **secrets.arns,
    }


def workloads(
    configuration: Configuration,
    keys: Keys,
    cluster: Cluster,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
) -> WorkloadsArgs:
    """For the services."""
    settings, system, naming = configuration.settings, configuration.system, configuration.naming
    return WorkloadsArgs(
        naming=naming,
        namespace=system.name,
        services=[
            WorkloadArgs(
                service=service,
                role_name=role_name(naming, service.name),
                image=image(service.repository, settings.images[service.name]),
                variables=plain_variables(service, settings, system, storage.names),
                secrets=secret_variables(service, settings, naming),
                secret_arns=[entries[name] for name in sorted(entries_of(service, settings))],
                bucket_arns=[storage.arns[name] for name in service.buckets],
            )
            for service in system.services.values()
        ],
        replicas=settings.replicas,
        cluster_name=cluster.name,
        cluster_arn=cluster.arn,
        ready=cluster.ready,
        data_key=keys.data,
        secrets_key=keys.secrets,
    )


def image(repository: str, version: str) -> str:
    """An image by digest, or in dev by tag."""
    return f"{repository}@{version}" if version.startswith("sha256:") else f"{repository}:{version}"


def notifications(configuration: Configuration, keys: Keys) -> NotificationsArgs:
    """For the ways to people."""
    settings = configuration.settings
    if settings.alarms.actions and settings.paging.pagerduty is None:
        command = "pulumi config set --secret --path groundwork:paging.pagerduty"
        pulumi.log.warn(f"Nobody is paged yet: alarms go to {settings.alarms.email} alone. Set: {command}")

    def secret(value: str | None) -> pulumi.Output[str] | None:
        return None if value is None else pulumi.Output.secret(str(value))

    return NotificationsArgs(
        naming=configuration.naming,
        key=keys.notifications,
        pagerduty=secret(settings.paging.pagerduty),
        slack=secret(settings.paging.slack),
        email=settings.alarms.email,
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

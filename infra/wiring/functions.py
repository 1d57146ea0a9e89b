"""Arguments of the components in `infra/functions`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi

from functions.snapshot_secrets.snapshot import FOLDER
from infra import iam
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from infra.configuration.database_certificates import database_certificates
from infra.configuration.platform_secrets import DATABASE_SECRET, MASTER_SECRET, REDIS_PURPOSES, redis_secret
from infra.configuration.rotation import Rotated, Rotator, rotated_entries
from infra.configuration.severities import Severity
from infra.configuration.system import reminders
from infra.data.database import Database
from infra.data.redis import Redis, user_id
from infra.data.storage import Storage
from infra.foundations import ports
from infra.foundations.keys import Keys
from infra.foundations.network import Network
from infra.functions.function import (
    Destination,
    Function,
    FunctionArgs,
    FunctionNetwork,
    Invoker,
)
from infra.functions.job_watch import JobWatchArgs
from infra.functions.rotation import Preparation, RotationArgs
from infra.functions.scheduled import (
    MEASURE_RECOVERY_POINT,
    REMIND,
    SCHEDULES,
    SNAPSHOT_SECRETS,
    WATCH_JOBS,
)
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.workloads import Workloads
from infra.monitoring.escalation import INTERVAL_MINUTES, SCHEDULE, STEPS, Escalation
from infra.monitoring.notifications import Notifications


def function_args(configuration: Configuration, keys: Keys, folder: str, description: str) -> FunctionArgs:
    """For a function; what is particular to it is exchanged with `dataclasses.replace`.

    Args:
        configuration: the environment.
        keys: encrypt its log.
        folder: its code in `functions/`.
        description: what it does.
    """
    return FunctionArgs(
        naming=configuration.naming,
        folder=folder,
        description=description,
        log_retention=configuration.settings.standard.log_retention,
        log_key=keys.logs,
    )


_SECRETS_MANAGER = Invoker("secrets-manager", "secretsmanager.amazonaws.com")


# pg8000, and what it needs.
_POSTGRESQL_DRIVER = ("asn1crypto", "pg8000", "python-dateutil", "scramp", "six")


Entries = Mapping[str, pulumi.Output[str]]


def rotated(configuration: Configuration) -> list[Rotated]:
    """Every entry that is rotated in this environment."""
    purposes = REDIS_PURPOSES if configuration.settings.redis.enabled else ()
    return rotated_entries([redis_secret(purpose) for purpose in purposes], configuration.system.secrets)


def rotators(
    configuration: Configuration,
    keys: Keys,
    network: Network,
    database: Database,
    redis: Mapping[str, Redis],
    entries: Entries,
) -> dict[Rotator, FunctionArgs]:
    """For the functions that rotate; none for what is not rotated here."""
    naming, region = configuration.naming, configuration.naming.region

    def function(rotator: Rotator, description: str, *statements: iam.Statement) -> FunctionArgs:
        secrets = [entries[each.entry] for each in rotated(configuration) if each.rotator is rotator]
        use_key = [iam.use_key([keys.secrets], via=f"secretsmanager.{region}.amazonaws.com")]
        if (copies := keys.secret_copies_in_recovery_region) is not None:
            use_key.append(iam.encrypt_secret_replicas(copies, naming.recovery_region))
        return replace(
            function_args(configuration, keys, rotator.replace("-", "_"), description),
            statements=[iam.rotate_secrets(secrets), *use_key, *statements],
            invokers=[_SECRETS_MANAGER],
        )

    functions = {
        Rotator.DATABASE: replace(
            function(
                Rotator.DATABASE,
                "Rotates the services' password for PostgreSQL; two users take turns",
                iam.read_values([entries[MASTER_SECRET]]),
            ),
            distributions=_POSTGRESQL_DRIVER,
            variables={
                "DATABASE_CERTIFICATES": database_certificates()[region],
                "MASTER_SECRET": entries[MASTER_SECRET],
            },
            network=_network(
                network, [Destination("database", database.security_group_id, ports.POSTGRESQL)]
            ),
        )
    }
    if redis:
        users = [naming.arn("elasticache", f"user:{user_id(naming, purpose)}") for purpose in redis]
        functions[Rotator.REDIS] = replace(
            function(
                Rotator.REDIS,
                "Rotates the services' passwords for Redis; two are valid",
                iam.change_redis_users(users),
            ),
            timeout=300,  # it waits for ElastiCache twice
            network=_network(
                network,
                [Destination(purpose, one.security_group_id, ports.REDIS) for purpose, one in redis.items()],
            ),
        )
    if any(each.rotator is Rotator.SIGNING_KEY for each in rotated(configuration)):
        functions[Rotator.SIGNING_KEY] = function(
            Rotator.SIGNING_KEY, "Rotates signing keys; the one before and the one after are valid too"
        )
    return functions


def _network(network: Network, destinations: Sequence[Destination]) -> FunctionNetwork:
    endpoints = network.endpoint_security_group_id
    inside = [] if endpoints is None else [Destination("endpoints", endpoints, ports.HTTPS)]
    return FunctionNetwork(network.vpc_id, network.private_subnet_ids, [*destinations, *inside])


def rotation(
    configuration: Configuration,
    functions: Mapping[Rotator, Function],
    network: Network,
    database: Database,
    entries: Entries,
) -> RotationArgs:
    """For the schedules, and for the database's preparation."""
    instance = database.instance
    address = {"host": instance.address, "port": instance.port, "dbname": instance.db_name}
    return RotationArgs(
        rotated=rotated(configuration),
        secrets=entries,
        functions={rotator: function.arn for rotator, function in functions.items()},
        preparation=Preparation(
            function=functions[Rotator.DATABASE].name,
            event=pulumi.Output.json_dumps({"secret": entries[DATABASE_SECRET], "address": address}),
            triggers={"instance": instance.resource_id},
        ),
        # The routes of the network are how the functions reach AWS.
        ready={rotator: [network, function] for rotator, function in functions.items()},
    )


def scheduled_functions(
    configuration: Configuration,
    keys: Keys,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
    database: Database,
    notifications: Notifications,
) -> dict[str, FunctionArgs]:
    """For the weekly snapshot of secrets, the daily reminders, and what could be restored."""
    return {
        SNAPSHOT_SECRETS: _snapshot(configuration, keys, storage, entries),
        REMIND: _remind(configuration, keys, storage, entries, notifications),
        MEASURE_RECOVERY_POINT: _measure_recovery_point(configuration, keys, database),
    }


def watch_jobs(
    configuration: Configuration, keys: Keys, network: Network, cluster: Cluster
) -> FunctionArgs | None:
    """For the function that asks Kubernetes how its CronJobs end; None for a system without schedules."""
    if not configuration.system.schedules:
        return None
    description = "Counts the runs of CronJobs that have failed"
    return replace(
        function_args(configuration, keys, "watch_jobs", description),
        variables={
            "CERTIFICATE_AUTHORITY": cluster.certificate_authority,
            "CLUSTER": configuration.naming.prefix,
            "ENDPOINT": cluster.endpoint,
            "JOBS": ",".join(sorted(configuration.system.schedules)),
            "NAMESPACE": configuration.system.name,
        },
        # The API's private addresses: from outside only a few networks reach it.
        network=FunctionNetwork(
            network.vpc_id,
            network.private_subnet_ids,
            [Destination("cluster", cluster.security_group_id, ports.HTTPS)],
        ),
    )


def job_watch(
    configuration: Configuration, cluster: Cluster, function: Function, workloads: Workloads
) -> JobWatchArgs:
    """For its way into the cluster, and its schedule."""
    return JobWatchArgs(
        naming=configuration.naming,
        cluster_name=cluster.name,
        namespace=configuration.system.name,
        function=function.arn,
        role=function.role_arn,
        schedule=SCHEDULES[WATCH_JOBS],
        ready=workloads.namespace,
    )


def _measure_recovery_point(configuration: Configuration, keys: Keys, database: Database) -> FunctionArgs:
    description = "Measures how old the newest time is that the database can be restored to"
    return replace(
        function_args(configuration, keys, "measure_recovery_point", description),
        variables={"DATABASE": database.identifier},
        statements=[iam.describe_database(database.instance.arn)],
        schedule=SCHEDULES[MEASURE_RECOVERY_POINT],
    )


def _snapshot(
    configuration: Configuration,
    keys: Keys,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
) -> FunctionArgs:
    naming, region = configuration.naming, configuration.naming.region
    # The master's password is the program's own, and nobody but the function that rotates is to read it.
    names = sorted(entries.keys() - {MASTER_SECRET})
    description = "Takes an encrypted snapshot of all secrets into the backups bucket"
    return replace(
        function_args(configuration, keys, "snapshot_secrets", description),
        timeout=300,
        variables={
            "BUCKET": storage.names[BACKUPS],
            "ENTRIES": ",".join(names),
            "KEY": keys.secret_copies,
            "PREFIX": naming.secret(""),
        },
        statements=[
            iam.read_values([entries[name] for name in names]),
            iam.decrypt_through(
                [keys.secrets], f"secretsmanager.{region}.amazonaws.com", sid="UseSecretsKey"
            ),
            iam.encrypt_copies(keys.secret_copies),
            iam.add_objects(storage.arns[BACKUPS], FOLDER),
            iam.encrypt_through([keys.data], f"s3.{region}.amazonaws.com", sid="UseDataKey"),
        ],
        schedule=SCHEDULES[SNAPSHOT_SECRETS],
    )


def _remind(
    configuration: Configuration,
    keys: Keys,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
    notifications: Notifications,
) -> FunctionArgs:
    naming, topic = configuration.naming, notifications.topics[Severity.SEV3]
    days = {each.entry: each.days for each in rotated(configuration)}
    # Every entry has a copy where one has (infra/wiring/data.py).
    replicated = sorted(entries) if keys.secret_copies_in_recovery_region is not None else []
    description = "Reminds of credentials that end, and counts overdue rotations"
    return replace(
        function_args(configuration, keys, "remind", description),
        variables={
            "BUCKET": storage.names[BACKUPS],
            "EXPIRIES": reminders(configuration.system.expiries.values()),
            "COPIES": "yes" if replicated else "no",
            "PREFIX": naming.secret(""),
            "ROTATED": json.dumps(days, sort_keys=True),
            "SNAPSHOTS": FOLDER,
            "TOPIC": topic,
        },
        statements=[
            iam.describe_secrets([entries[name] for name in sorted({*days, *replicated})]),
            *([iam.list_secrets()] if replicated else []),
            iam.list_folder(storage.arns[BACKUPS], FOLDER),
            *iam.publish_encrypted(topic, keys.notifications, naming.region),
        ],
        schedule=SCHEDULES[REMIND],
    )


def escalate(
    configuration: Configuration,
    keys: Keys,
    escalation: Escalation,
    notifications: Sequence[Notifications],
) -> FunctionArgs:
    """For the function that looks which pages are still on, in every region that has alarms."""
    naming = configuration.naming
    pages = [
        (topic, severity.minutes)
        for each in notifications
        for severity, topic in each.topics.items()
        if severity.pages
    ]
    minutes = pulumi.Output.all(*(topic for topic, _ in pages)).apply(
        lambda topics: dict(zip(topics, (each for _, each in pages), strict=True))
    )
    steps = [{"who": step, "topic": escalation.topics[step]} for step in STEPS]
    regions = list(dict.fromkeys(each.region for each in notifications))
    description = "Tells the lead, then the CTO, of a page that is still on"
    return replace(
        function_args(configuration, keys, "escalate", description),
        variables={
            "INTERVAL_MINUTES": str(INTERVAL_MINUTES),
            "PAGES": pulumi.Output.json_dumps(minutes),
            "PREFIX": naming.named(""),
            "REGIONS": ",".join(regions),
            "STEPS": pulumi.Output.json_dumps(steps),
        },
        statements=[
            iam.describe_alarms(),
            iam.publish(list(escalation.topics.values())),
            iam.use_key([keys.notifications], via=f"sns.{naming.region}.amazonaws.com", sid="UseTopicKey"),
        ],
        schedule=SCHEDULE,
    )

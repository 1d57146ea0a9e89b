"""Arguments of the components in `infra/functions`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi

from functions.shared.restore_records import FOLDER as RESTORE_TESTS
from infra import iam
from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from infra.configuration.database_certificates import database_certificates
from infra.configuration.platform_secrets import DATABASE_SECRET, MASTER_SECRET
from infra.configuration.restore_test import tests_restores
from infra.configuration.rotation import DATABASE_ROTATOR, REDIS_ROTATOR, rotated
from infra.configuration.secret_sources import Rotator
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES
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
from infra.functions.job_watch import WATCH_SCHEDULE, JobWatchArgs
from infra.functions.rotation import Preparation, RotationArgs
from infra.functions.scheduled_function import Surroundings, plain_args, scheduled_functions
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.workloads import Workloads
from infra.monitoring.escalation import INTERVAL_MINUTES, SCHEDULE, STEPS, Escalation
from infra.monitoring.notifications import Notifications
from infra.recovery.restored_place import (
    RESTORE_TEST,
    RESTORE_TEST_SCHEDULE,
    RestoredPlace,
    RestoredPlaceArgs,
)
from infra.wiring.data import Copies

_SECRETS_MANAGER = Invoker("secrets-manager", "secretsmanager.amazonaws.com")


# pg8000, and what it needs.
_POSTGRESQL_DRIVER = ("asn1crypto", "pg8000", "python-dateutil", "scramp", "six")


Entries = Mapping[str, pulumi.Output[str]]


def rotators(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    database: Database,
    redis: Mapping[str, Redis],
    entries: Entries,
    copies: Copies | None,
) -> dict[Rotator, FunctionArgs]:
    """For the functions that rotate; none for what is not rotated here."""
    naming, region = common.naming, common.naming.region
    # Values are asked for when a function is called: it need not wait for the database to be made.
    known = {
        **entries,
        DATABASE_SECRET: database.entries.empty_services,
        MASTER_SECRET: database.entries.empty_master,
    }

    def function(rotator: Rotator, *statements: iam.Statement) -> FunctionArgs:
        secrets = [known[each.entry] for each in rotated(configuration) if each.rotator == rotator]
        replica = iam.Key(copies.keys.secret_copies, naming.recovery_region) if copies else None
        rotate = iam.encrypted.rotate_secrets(secrets, iam.Key(common.secrets_key, region), replica)
        return replace(
            plain_args(common, rotator.folder, rotator.description),
            statements=[*rotate, *statements],
            invokers=[_SECRETS_MANAGER],
        )

    functions = {
        DATABASE_ROTATOR: replace(
            function(DATABASE_ROTATOR, iam.read_values([known[MASTER_SECRET]])),
            distributions=_POSTGRESQL_DRIVER,
            variables={
                "DATABASE_CERTIFICATES": database_certificates()[region],
                "MASTER_SECRET": known[MASTER_SECRET],
            },
            network=_network(
                network, [Destination("database", database.security_group_id, ports.POSTGRESQL)]
            ),
        )
    }
    if redis:
        users = [naming.arn("elasticache", f"user:{user_id(naming, purpose)}") for purpose in redis]
        functions[REDIS_ROTATOR] = replace(
            function(REDIS_ROTATOR, iam.change_redis_users(users)),
            timeout=300,  # it waits for ElastiCache twice
            network=_network(
                network,
                [Destination(purpose, one.security_group_id, ports.REDIS) for purpose, one in redis.items()],
            ),
        )
    # What the system file declares is not known to any server: its entry is all that there is to change.
    declared = [entry.source.rotation for entry in configuration.system.secrets.values() if entry.fields]
    for rotation in declared:
        if rotation is not None:
            functions[rotation.rotator] = function(rotation.rotator)
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
            function=functions[DATABASE_ROTATOR].name,
            event=pulumi.Output.json_dumps({"secret": entries[DATABASE_SECRET], "address": address}),
            triggers={"instance": instance.resource_id},
            # The function signs in with its value.
            master=entries[MASTER_SECRET],
        ),
        # The routes of the network are how the functions reach AWS.
        ready={rotator: [network, function] for rotator, function in functions.items()},
    )


def scheduled(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    keys: Keys,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
    database: Database,
    notifications: Notifications,
) -> dict[str, FunctionArgs]:
    """For every function that has a folder in `infra/functions/scheduled`."""
    given = Surroundings(configuration, common, keys, storage, entries, database, notifications)
    return {function.name: function.args(given) for function in scheduled_functions()}


def restored_place(configuration: Configuration, network: Network) -> RestoredPlaceArgs | None:
    """For where restored databases stand while they are tested; None where none are."""
    if not tests_restores(configuration.settings.standard):
        return None
    return RestoredPlaceArgs(configuration.naming, network.vpc_id)


def restore_test(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    storage: Storage,
    database: Database,
    place: RestoredPlace,
    prepared: pulumi.Resource,
) -> FunctionArgs:
    """For the weekly restore test.

    Args:
        configuration: the environment.
        common: its keys encrypt its log, the database and what it writes.
        network: where it runs.
        storage: has the bucket for its records.
        database: that is restored.
        place: where the restored one stands.
        prepared: the database knows the services' users.
    """
    naming, region = common.naming, common.naming.region
    prefix, when = naming.named(f"{RESTORE_TEST}-"), configuration.settings.database.restore_test
    serving = [naming.database(each) for each in configuration.settings.database.generations.declared]
    # RDS's own option group, of which there is one for each version.
    options = f"og:default:postgres-{configuration.settings.database.version}"
    groups: list[pulumi.Input[str]] = [
        pulumi.Output.concat(naming.arn("rds", "subgrp:"), database.subnet_group),
        pulumi.Output.concat(naming.arn("rds", "pg:"), database.parameters),
        naming.arn("rds", options),
    ]
    description = "Restores the database every week, looks at what has come back, and removes it"
    destinations = [
        Destination("database", database.security_group_id, ports.POSTGRESQL),
        Destination("restored", place.security_group_id, ports.POSTGRESQL),
    ]
    return replace(
        plain_args(common, "restore_test", description, RESTORE_TEST_SCHEDULE),
        # A call works for four minutes, and may then have to wait for one answer.
        timeout=300,
        distributions=_POSTGRESQL_DRIVER,
        variables={
            "BUCKET": storage.names[BACKUPS],
            "DATABASE": database.identifier,
            "DATABASE_CERTIFICATES": database_certificates()[region],
            "DAY": when.day,
            "HOUR": str(when.hour),
            "PARAMETER_GROUP": database.parameters,
            "RECOVERY_POINT_MINUTES": str(RECOVERY_POINT_MINUTES),
            "RESTORED": prefix,
            "SECRET": database.entries.services,
            "SECURITY_GROUP": place.security_group_id,
            "SUBNET_GROUP": database.subnet_group,
        },
        statements=[
            iam.describe_databases(naming.arn("rds", "db:*")),
            *iam.restore_beside(database.instance.arn, naming.arn("rds", f"db:{prefix}*"), groups),
            iam.never_change([naming.arn("rds", f"db:{name}") for name in serving]),
            iam.encrypt_restored(common.data_key, region),
            *iam.encrypted.read_values([database.entries.services], iam.Key(common.secrets_key, region)),
            iam.list_folder(storage.arns[BACKUPS], RESTORE_TESTS),
            *iam.encrypted.add_objects(
                storage.arns[BACKUPS], [RESTORE_TESTS], iam.Key(common.data_key, region)
            ),
        ],
        network=_network(network, destinations),
        scheduled_after=prepared,
    )


def watch_jobs(
    configuration: Configuration, common: CommonArgsWithKeys, network: Network, cluster: Cluster
) -> FunctionArgs | None:
    """For the function that asks Kubernetes how its CronJobs end; None for a system without schedules."""
    if not configuration.system.schedules:
        return None
    description = "Counts the runs of CronJobs that have failed"
    return replace(
        plain_args(common, "watch_jobs", description),
        variables={
            "CERTIFICATE_AUTHORITY": cluster.certificate_authority,
            "CLUSTER": common.naming.prefix,
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
        schedule=WATCH_SCHEDULE,
        ready=workloads.namespace,
    )


def escalate(
    common: CommonArgsWithKeys, keys: Keys, escalation: Escalation, notifications: Sequence[Notifications]
) -> FunctionArgs:
    """For the function that looks which pages are still on, in every region that has alarms."""
    naming = common.naming
    pages = [
        (topic, severity.minutes)
        for each in notifications
        for severity, topic in each.topics.items()
        if severity.pages
    ]
    # As text at once: in a deployment of some resources alone a topic may have no ARN, and no key is nothing.
    minutes = pulumi.Output.all(*(topic for topic, _ in pages)).apply(
        lambda topics: json.dumps(dict(zip(topics, (each for _, each in pages), strict=True)))
    )
    steps = [{"who": step, "topic": escalation.topics[step]} for step in STEPS]
    regions = list(dict.fromkeys(each.region for each in notifications))
    description = "Tells the lead, then the CTO, of a page that is still on"
    return replace(
        plain_args(common, "escalate", description),
        variables={
            "INTERVAL_MINUTES": str(INTERVAL_MINUTES),
            "PAGES": minutes,
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

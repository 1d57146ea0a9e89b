"""What the functions that run by the clock are given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pulumi

from functions.snapshot_secrets.snapshot import FOLDER
from infra import iam
from infra.arguments.function_args import function_args
from infra.arguments.rotation import rotated
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from infra.configuration.platform_secrets import MASTER_SECRET
from infra.configuration.system import reminders
from infra.data.database import Database
from infra.data.storage import Storage
from infra.foundations import ports
from infra.foundations.keys import Keys
from infra.foundations.network import Network
from infra.functions.function import Destination, Function, FunctionArgs, FunctionNetwork
from infra.functions.job_watch import JobWatchArgs
from infra.functions.scheduled import (
    MEASURE_RECOVERY_POINT,
    REMIND,
    SCHEDULES,
    SNAPSHOT_SECRETS,
    WATCH_JOBS,
)
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.workloads import Workloads
from infra.watching.alarm import Severity
from infra.watching.notifications import Notifications


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
    # Every entry has a copy where one has (infra/arguments/data.py).
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

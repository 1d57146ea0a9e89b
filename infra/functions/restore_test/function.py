"""The weekly restore test: the database is restored, examined and removed (DR-4)."""

from __future__ import annotations

from dataclasses import replace

import pulumi

from functions.shared.restore_records import FOLDER as RESTORE_TESTS
from infra import iam
from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.buckets import AUDIT, BACKUPS
from infra.configuration.database_certificates import database_certificates
from infra.configuration.platform_names import restored_namespace
from infra.configuration.restore_test import tests_restores
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES
from infra.data.database import Database
from infra.data.storage import Storage
from infra.foundations import ports
from infra.foundations.network import Network
from infra.functions.arguments import POSTGRESQL_DRIVER, cluster_variables, in_network, plain_args
from infra.functions.function import Destination, FunctionArgs
from infra.functions.restore_test.restored_place import RestoredPlace, RestoredPlaceArgs
from infra.kubernetes.cluster import Cluster

RESTORE_TEST = "restore-test"
# Each call does the next step of a test, when there is one.
_SCHEDULE = "cron(0/5 * * * ? *)"


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
    cluster: Cluster,
    prepared: pulumi.Resource,
) -> FunctionArgs:
    """For the weekly restore test.

    Args:
        configuration: the environment.
        common: its keys encrypt its log, the database and what it writes.
        network: where it runs.
        storage: has the buckets for its records, and for the ledger.
        database: that is restored.
        place: where the restored one stands.
        cluster: where the application is asked about it.
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
    variables: dict[str, pulumi.Input[str]] = {}
    check = configuration.system.application_check
    if check is not None:
        destinations.append(Destination("cluster", cluster.security_group_id, ports.HTTPS))
        variables = {
            **cluster_variables(common, cluster),
            "APPLICATION_CHECKS": ",".join(check.asked),
            "APPLICATION_NAMESPACE": restored_namespace(configuration.system.name),
            "APPLICATION_SECONDS": str(check.deadline),
        }
    return replace(
        plain_args(common, "restore_test", description, _SCHEDULE),
        # A call works for four minutes, and may then have to wait for one answer.
        timeout=300,
        distributions=POSTGRESQL_DRIVER,
        variables={
            "BUCKET": storage.names[BACKUPS],
            "DATABASE": database.identifier,
            "DATABASE_CERTIFICATES": database_certificates()[region],
            "DAY": when.day,
            "HOUR": str(when.hour),
            "LEDGER": storage.names[AUDIT],
            "PARAMETER_GROUP": database.parameters,
            "RECOVERY_POINT_MINUTES": str(RECOVERY_POINT_MINUTES),
            "RESTORED": prefix,
            "SECRET": database.entries.services,
            "SECURITY_GROUP": place.security_group_id,
            "SUBNET_GROUP": database.subnet_group,
            **variables,
        },
        statements=[
            iam.describe_databases(naming.arn("rds", "db:*")),
            *iam.restore_beside(database.instance.arn, naming.arn("rds", f"db:{prefix}*"), groups),
            iam.never_change([naming.arn("rds", f"db:{name}") for name in serving]),
            iam.encrypt_restored(common.data_key, region),
            *iam.encrypted.read_values([database.entries.services], iam.Key(common.secrets_key, region)),
            iam.list_folder(storage.arns[BACKUPS], RESTORE_TESTS),
            *iam.encrypted.add_objects(
                [storage.arns[BACKUPS], storage.arns[AUDIT]],
                [RESTORE_TESTS],
                iam.Key(common.data_key, region),
            ),
        ],
        network=in_network(network, destinations),
        scheduled_after=prepared,
    )

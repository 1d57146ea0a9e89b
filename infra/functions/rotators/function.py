"""Rotation of secrets: a function for each kind, which Secrets Manager calls (SEC-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pulumi

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.database_certificates import database_certificates
from infra.configuration.platform_secrets import DATABASE_SECRET, MASTER_SECRET
from infra.configuration.rotation import DATABASE_ROTATOR, REDIS_ROTATOR, rotated
from infra.configuration.secret_sources import Rotator
from infra.data.database import Database
from infra.data.redis import Redis, user_id
from infra.foundations import ports
from infra.foundations.keys import Keys
from infra.foundations.network import Network
from infra.functions.arguments import POSTGRESQL_DRIVER, in_network, plain_args
from infra.functions.function import Destination, Function, FunctionArgs, Invoker
from infra.functions.rotators.rotation import Preparation, RotationArgs

_SECRETS_MANAGER = Invoker("secrets-manager", "secretsmanager.amazonaws.com")

Entries = Mapping[str, pulumi.Output[str]]


def rotators(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    database: Database,
    redis: Mapping[str, Redis],
    entries: Entries,
    copied: Keys | None,
) -> dict[Rotator, FunctionArgs]:
    """For the functions that rotate; none for what is not rotated here.

    Args:
        configuration: the environment.
        common: its keys encrypt logs and entries.
        network: where they run.
        database: whose passwords are rotated.
        redis: the same, by purpose.
        entries: the ARNs of all entries, by name.
        copied: the keys of the place that entries are copied to; None where they are not.
    """
    naming, region = common.naming, common.naming.region
    # Values are asked for when a function is called: it need not wait for the database to be made.
    known = {
        **entries,
        DATABASE_SECRET: database.entries.empty_services,
        MASTER_SECRET: database.entries.empty_master,
    }

    def function(rotator: Rotator, *statements: iam.Statement) -> FunctionArgs:
        secrets = [known[each.entry] for each in rotated(configuration) if each.rotator == rotator]
        replica = iam.Key(copied.secret_copies, naming.recovery_region) if copied else None
        rotate = iam.encrypted.rotate_secrets(secrets, iam.Key(common.secrets_key, region), replica)
        return replace(
            plain_args(common, rotator.folder, rotator.description),
            statements=[*rotate, *statements],
            invokers=[_SECRETS_MANAGER],
        )

    functions = {
        DATABASE_ROTATOR: replace(
            function(DATABASE_ROTATOR, iam.read_values([known[MASTER_SECRET]])),
            distributions=POSTGRESQL_DRIVER,
            variables={
                "DATABASE_CERTIFICATES": database_certificates()[region],
                "MASTER_SECRET": known[MASTER_SECRET],
            },
            network=in_network(
                network, [Destination("database", database.security_group_id, ports.POSTGRESQL)]
            ),
        )
    }
    if redis:
        users = [naming.arn("elasticache", f"user:{user_id(naming, purpose)}") for purpose in redis]
        functions[REDIS_ROTATOR] = replace(
            function(REDIS_ROTATOR, iam.change_redis_users(users)),
            timeout=300,  # it waits for ElastiCache twice
            network=in_network(
                network,
                [Destination(purpose, one.security_group_id, ports.REDIS) for purpose, one in redis.items()],
            ),
        )
    # What the system file declares is not known to any server: its entry is all that there is to change.
    for entry in configuration.system.secrets.values():
        if entry.rotated:
            functions[entry.rotated.rotator] = function(entry.rotated.rotator)
    return functions


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

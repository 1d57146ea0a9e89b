"""What the functions that rotate, and their schedules, are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi

from infra import iam
from infra.arguments.function_args import function_args
from infra.configuration import Configuration
from infra.configuration.database_certificates import database_certificates
from infra.configuration.platform_secrets import DATABASE_SECRET, MASTER_SECRET, REDIS_PURPOSES, redis_secret
from infra.data.database import Database
from infra.data.redis import Redis, user_id
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
from infra.functions.rotation import Preparation, Rotated, RotationArgs, Rotator, rotated_entries

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

"""The environment variables that the platform gives a service; its own have other names.

Kubernetes refuses a variable that stands twice, or takes the last one: a pod of prod with another NODE_ENV.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from infra.configuration.buckets import bucket_variable
from infra.configuration.environments import Environment, one_of
from infra.configuration.secret_sources import SecretSource
from infra.configuration.secrets import SecretEntry
from infra.configuration.service import Service
from infra.configuration.validation import Reader

# What each one holds, by what a service has to say in the system file to get it.
ALWAYS = {
    "AWS_REGION": "the region of the environment",
    "ENVIRONMENT": f"{one_of([f'`{each}`' for each in Environment])}; the dimension of every metric",
    "NODE_ENV": "`development` in dev, otherwise `production`",
    "PORT": "where the service listens: its `port`",
}
# In the weekly restore test alone, whose pods have nothing of what a service says beside its database.
RESTORE_TEST = {
    "RESTORE_TEST": "`true`: the database is a restored copy, and there is nothing else to connect to",
}
DATABASE = {
    "DATABASE_CERTIFICATES": "a file (PEM): the authority that signs the database's certificate",
    "DATABASE_POOL_ACQUIRE_MILLISECONDS": "how long a request waits for a connection of the pool",
    "DATABASE_POOL_IDLE_MILLISECONDS": "after which an idle connection is closed",
    "DATABASE_POOL_MAX": "connections of a pod at most",
    "DATABASE_POOL_MIN": "connections of a pod at least",
    "DATABASE_URL": "secret; how to connect, user and password included. Read anew after each rotation."
    " Ends with `sslmode=verify-full`. A client that does not know the word verifies nothing: Prisma's own"
    " engine has `sslaccept=strict` and `sslcert=<file>` instead",
    "NODE_EXTRA_CA_CERTS": "the same file as `DATABASE_CERTIFICATES`, for Node.js",
    "PGSSLROOTCERT": "the same, for clients made of libpq, or like it (psql, psycopg, Npgsql, pgx)",
}
REDIS = {
    "REDIS_QUEUE_URL": "secret; the Redis that never evicts: queues, replay protection. TLS as `REDIS_URL`",
    "REDIS_URL": "secret; the Redis that evicts what was used least: caches, rate limits. `rediss:` is TLS"
    " with a certificate of Amazon's public authority: Node.js knows it, other images need `ca-certificates`",
    "RETRY_ATTEMPTS": "after so many attempts an event is a dead letter",
    "RETRY_DELAYS_SECONDS": "before each next attempt, separated by commas",
}

# Those whose names, or conditions, are the service's own.
OTHERS = {
    "<BUCKET>_BUCKET": ("each of its `buckets`", "the bucket's name"),
    "FEATURE_<NAME>": ("each of the system's `flags`", "`enabled` or `disabled`"),
    "SENTRY_SAMPLE_RATE": ("a secret in `SENTRY_DSN`", "the share of errors that is sent, 0.0 to 1.0"),
    "WS_HEARTBEAT_INTERVAL": ("`websockets`", "milliseconds between heartbeats"),
    **{
        ", ".join([*source.rotation.variables("<VARIABLE>")][1:]): (
            f"a secret with `source: {source}` and `rotation`",
            f"secrets; {source.rotation.others}",
        )
        for source in SecretSource
        if source.rotation
    },
}

SENTRY_DSN = "SENTRY_DSN"


def feature_variable(flag: str) -> str:
    """Runbook 002 switches features by variables: FEATURE_NEW_DASHBOARD."""
    return f"FEATURE_{flag.upper().replace('-', '_')}"


def platform_variables(
    service: Service, secrets: Mapping[str, SecretEntry], flags: Iterable[str]
) -> set[str]:
    """All that a service gets beside its own, in any environment; `debug` is no part of it."""
    rotated = [
        added
        for variable, secret in service.secrets.items()
        if secret in secrets and (rotation := secrets[secret].rotated)
        for added in rotation.variables(variable)
        if added != variable
    ]
    return {
        *ALWAYS,
        *(DATABASE if service.database else ()),
        *(REDIS if service.redis else ()),
        *(["WS_HEARTBEAT_INTERVAL"] if service.websockets else []),
        *(["SENTRY_SAMPLE_RATE"] if SENTRY_DSN in service.secrets else []),
        *(bucket_variable(bucket) for bucket in service.buckets),
        *(feature_variable(flag) for flag in flags),
        *rotated,
    }


def check_variables(
    root: Reader,
    services: Mapping[str, Service],
    secrets: Mapping[str, SecretEntry],
    flags: Iterable[str],
    debug: Iterable[str],
) -> None:
    """Every variable of a service stands there once, whoever sets it."""
    section, flags, debug = root.section("services"), list(flags), set(debug)
    in_debug = set()
    for name, service in services.items():
        platform = platform_variables(service, secrets, flags) | RESTORE_TEST.keys()
        in_debug |= debug & {*platform, *service.variables, *service.secrets}
        for variable in sorted(platform & {*service.variables, *service.secrets}):
            kind = "variables" if variable in service.variables else "secrets"
            section.problem(
                f"{name}.{kind}.{variable}",
                variable,
                "a variable that the platform does not set itself",
                "Remove it, or take another name.",
            )
        for variable in sorted(service.variables.keys() & service.secrets.keys()):
            section.problem(
                f"{name}.variables.{variable}", variable, "a variable that is not in `secrets` as well"
            )
    for variable in sorted(in_debug):
        root.problem("debug", variable, "a variable that no service has already")

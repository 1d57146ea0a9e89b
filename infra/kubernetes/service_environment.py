"""Environment variables of each service, and the secrets that it may read because of them."""

from __future__ import annotations

from collections.abc import Mapping

from infra.configuration.buckets import bucket_variable
from infra.configuration.platform_secrets import DATABASE_SECRET, redis_secret
from infra.configuration.platform_variables import SENTRY_DSN, feature_variable
from infra.configuration.service import Service
from infra.configuration.settings import Settings
from infra.configuration.system import System
from infra.kubernetes.pods import CERTIFICATES_PATH, SecretVariable
from infra.naming import Naming

# Entries that the platform fills have JSON; the address in one piece is what services connect with.
_URL = "url"


def role_name(naming: Naming, service: str) -> str:
    """The IAM role of a service, known before it exists: secrets name it as their reader."""
    return naming.named(f"service-{service}")


def entries_of(service: Service, settings: Settings) -> set[str]:
    """The names of all secrets that a service uses in this environment."""
    return {variable.secret for variable in _variables(service, settings)}


def secret_variables(
    service: Service, settings: Settings, system: System, naming: Naming
) -> list[SecretVariable]:
    """The service's environment variables that are secrets, each with its entry's full name.

    Of one that is rotated it gets every field: of a signing key the one before and the one after as well,
    under `…_PREVIOUS` and `…_NEXT`.
    """
    variables = []
    for each in _variables(service, settings):
        entry = naming.secret(each.secret)
        rotation = system.secrets[each.secret].rotated if each.secret in system.secrets else None
        fields = rotation.variables(each.variable) if rotation else {each.variable: each.field}
        variables += [SecretVariable(variable, entry, field) for variable, field in fields.items()]
    return variables


def _variables(service: Service, settings: Settings) -> list[SecretVariable]:
    variables = [SecretVariable(variable, secret) for variable, secret in sorted(service.secrets.items())]
    if service.database:
        variables.append(SecretVariable("DATABASE_URL", DATABASE_SECRET, _URL))
    if service.redis and settings.redis.enabled:
        variables.append(SecretVariable("REDIS_URL", redis_secret("cache"), _URL))
        variables.append(SecretVariable("REDIS_QUEUE_URL", redis_secret("queue"), _URL))
    return variables


def plain_variables(
    service: Service, settings: Settings, system: System, buckets: Mapping[str, str]
) -> dict[str, str]:
    """The service's environment variables that are no secrets."""
    switches = {**_features(settings, system), **dict.fromkeys(settings.debug.variables, "true")}
    return _plain_variables(service, settings, system, buckets, switches)


def migration_variables(
    service: Service, settings: Settings, system: System, buckets: Mapping[str, str]
) -> dict[str, str]:
    """The same for the migration's Jobs, which know of no feature and no debugging.

    A Job is never changed, only made anew: whoever switches a feature off would wait for another run of a
    migration that has nothing to do. What it does to the database must not depend on a switch either: it runs
    once for each release, and both positions of the switch have to work with what it leaves.
    """
    return _plain_variables(service, settings, system, buckets, {})


def _plain_variables(
    service: Service,
    settings: Settings,
    system: System,
    buckets: Mapping[str, str],
    switches: Mapping[str, str],
) -> dict[str, str]:
    variables = {
        "AWS_REGION": settings.region,
        "ENVIRONMENT": settings.environment.value,
        "NODE_ENV": settings.standard.node_env,
        "PORT": str(service.port),
        **service.variables,
        **switches,
    }
    if service.database:
        pool = system.pool
        variables |= {
            "DATABASE_POOL_ACQUIRE_MILLISECONDS": str(pool.acquire_milliseconds),
            "DATABASE_POOL_IDLE_MILLISECONDS": str(pool.idle_milliseconds),
            "DATABASE_POOL_MAX": str(pool.maximum),
            "DATABASE_POOL_MIN": str(pool.minimum),
        }
        # The same file by the names that clients look for (Node.js's and libpq's documentation of these
        # variables), and by one for all others.
        variables |= dict.fromkeys(
            ("DATABASE_CERTIFICATES", "NODE_EXTRA_CA_CERTS", "PGSSLROOTCERT"), CERTIFICATES_PATH
        )
    if service.redis:
        variables["RETRY_ATTEMPTS"] = str(system.retries.attempts)
        variables["RETRY_DELAYS_SECONDS"] = ",".join(map(str, system.retries.delays))
    if service.websockets:
        variables["WS_HEARTBEAT_INTERVAL"] = str(service.websockets.heartbeat * 1000)  # milliseconds (003)
    if SENTRY_DSN in service.secrets:
        variables["SENTRY_SAMPLE_RATE"] = str(settings.standard.error_sample_rate)
    for bucket in service.buckets:
        variables[bucket_variable(bucket)] = buckets[bucket]
    return variables


def _features(settings: Settings, system: System) -> dict[str, str]:
    return {
        feature_variable(name): "enabled" if settings.environment in environments else "disabled"
        for name, environments in system.flags.items()
    }


def readers(secret: str, settings: Settings, system: System, naming: Naming) -> list[str]:
    """Who may read a secret: the services that name it, and the role that deploys the stack."""
    services = [
        role_name(naming, service.name)
        for service in system.services.values()
        if secret in entries_of(service, settings)
    ]
    return [naming.role_arn(role) for role in (*services, system.access.deploy)]

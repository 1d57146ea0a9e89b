"""The list of what a recovery has to find, for the command and the daily function that look for it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from functions.check_recovery.wanted import Wanted
from infra.configuration.both_files import Configuration
from infra.configuration.buckets import BACKUP_ACCOUNT_RULE, BACKUPS, CATALOGUE, FRONTEND, RECOVERY_RULE
from infra.configuration.images import is_own
from infra.configuration.platform_names import ORIGIN_LABEL
from infra.configuration.platform_secrets import REDIS_PURPOSES
from infra.configuration.restore_test import tests_restores
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES
from infra.configuration.waits import Waits


def wanted(configuration: Configuration, secrets: Iterable[str]) -> Wanted:
    """What to ask AWS about.

    Args:
        configuration: the environment.
        secrets: the names of all its entries in Secrets Manager.
    """
    settings, system, naming = configuration.settings, configuration.system, configuration.naming
    services, outside = system.services, naming.in_backup_account
    replicated = [bucket.name for bucket in CATALOGUE if bucket.replicated]
    redis_waits = settings.redis.enabled and Waits.REDIS in settings.waits
    replicated += [FRONTEND] if system.frontend else []
    return Wanted(
        region=settings.region,
        recovery_region=settings.recovery_region,
        outside_vault=outside.vault_arn if outside else "",
        recovery_rule=RECOVERY_RULE,
        outside_rule=BACKUP_ACCOUNT_RULE,
        copies=settings.copies,
        other_lost=settings.serving.other_lost,
        recovery_point_minutes=RECOVERY_POINT_MINUTES,
        backups=naming.bucket(BACKUPS),
        database=naming.database(settings.database.generations.current),
        restores_tested=tests_restores(settings.standard),
        cluster=naming.prefix,
        cluster_waits=Waits.CLUSTER in settings.waits,
        redis=[naming.named(purpose) for purpose in REDIS_PURPOSES] if redis_waits else [],
        secrets=sorted(secrets),
        prefix=naming.secret(""),
        images=sorted(
            {
                (f"{system.name}/{service.repository}", configuration.images[name])
                for name, service in services.items()
                if is_own(service.repository)
            }
        ),
        buckets={kind: naming.bucket(kind) for kind in replicated},
        domain=configuration.domain,
        origin=f"{ORIGIN_LABEL}.{configuration.domain}",
        # Of all pods that the services may have; a node takes some of each of its own for itself.
        processors=math.ceil(
            sum(each.resources.cpu for each in services.values()) * settings.replicas.maximum / 1000
        ),
        addresses=len(settings.network.recovery_availability_zones) if settings.standard.nat_per_zone else 1,
    )

"""Readiness: whether a recovery would work today, asked of AWS; nothing is changed.

A region that is lost is no time to find out that a copy is missing. The questions are those of the daily
function (functions/check_recovery), which only the state is added to: where that is, the stack file says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from functions.check_recovery.asking import Asking
from functions.check_recovery.copies import enabled_rules
from functions.check_recovery.findings import Finding, State, judged
from functions.check_recovery.questions import findings
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUP_ACCOUNT_RULE, STATE
from infra.configuration.readiness import wanted
from infra.naming import Naming
from operations.environments import Connection
from operations.holdings import entries

__all__ = ["Finding", "State", "asking", "readiness"]

_STATE_REGION = re.compile(r"[?&]region=([a-z0-9-]+)")


def readiness(
    configuration: Configuration, connection: Connection, secrets_provider: str, now: datetime
) -> list[Finding]:
    """The answers to all questions that an environment has.

    Args:
        configuration: the environment, as its files say.
        connection: to its account.
        secrets_provider: of the stack file: what encrypts the secrets in the engine's state.
        now: the time.
    """
    naming = configuration.naming
    return [
        *findings(asking(configuration, connection, now)),
        _state_key(secrets_provider, {naming.region, naming.recovery_region}),
        *_state_copy(naming, connection, secrets_provider),
    ]


def asking(configuration: Configuration, connection: Connection, now: datetime) -> Asking:
    """What the questions are asked with."""
    asked = wanted(configuration, [entry.name for entry in entries(configuration)])
    return Asking(asked, connection.client, now)


def _state_copy(naming: Naming, connection: Connection, secrets_provider: str) -> Iterator[Finding]:
    """Whether S3 copies the state into the backup account, where there is one. `bootstrap` makes the state's
    bucket beside its key; who keeps it elsewhere sees to that.
    """
    found = _STATE_REGION.search(secrets_provider)
    if not naming.backup_account or found is None:
        return
    check, advice = "state outside", "`make bootstrap` has S3 copy it"
    bucket = naming.bucket(STATE.name, found[1])
    try:
        copied = BACKUP_ACCOUNT_RULE in enabled_rules(connection.client("s3", found[1]), bucket)
    except (BotoCoreError, ClientError) as error:
        yield Finding(check, State.UNKNOWN, f"s3://{bucket}: {error}", advice)
        return
    said = f"copies what is written to {naming.backup_account}" if copied else "copies nothing outside"
    yield judged(check, copied, f"s3://{bucket} {said}", advice)


def _state_key(secrets_provider: str, regions: set[str]) -> Finding:
    check, advice = "state's key", "keep the state's key in a third region: docs/real-account.md"
    found = _STATE_REGION.search(secrets_provider)
    if not secrets_provider.startswith("awskms://"):
        provider = secrets_provider.partition(":")[0] or "none in the stack file"
        return Finding(check, State.UNKNOWN, provider, advice)
    if found is None:
        return Finding(check, State.UNKNOWN, "its address names no region", advice)
    return judged(check, found[1] not in regions, f"in {found[1]}", advice)

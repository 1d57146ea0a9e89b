"""Readiness: whether a recovery would work today, asked of AWS; nothing is changed.

A region that is lost is no time to find out that a copy is missing. The questions are those of the daily
function (functions/check_recovery), which only the state's key is added to: it is the stack file's.
"""

from __future__ import annotations

import re
from datetime import datetime

from functions.check_recovery.asking import Asking
from functions.check_recovery.findings import Finding, State, judged
from functions.check_recovery.questions import findings
from infra.configuration import Configuration
from infra.configuration.readiness import wanted
from operations.environments import Connection
from operations.holdings import entries

__all__ = ["Finding", "State", "readiness"]

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
    asked = wanted(configuration, [entry.name for entry in entries(configuration)])
    return [
        *findings(Asking(asked, connection.client, now)),
        _state_key(secrets_provider, {asked.region, asked.recovery_region}),
    ]


def _state_key(secrets_provider: str, regions: set[str]) -> Finding:
    check, advice = "state's key", "keep the state's key in a third region: docs/real-account.md"
    found = _STATE_REGION.search(secrets_provider)
    if not secrets_provider.startswith("awskms://"):
        provider = secrets_provider.partition(":")[0] or "none in the stack file"
        return Finding(check, State.UNKNOWN, provider, advice)
    if found is None:
        return Finding(check, State.UNKNOWN, "its address names no region", advice)
    return judged(check, found[1] not in regions, f"in {found[1]}", advice)

"""A list of what the region that takes over lacks, told before anything begins.

Nothing of it stops the recovery: a service without its image or a secret is missed less than all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from functions.check_recovery import copies, waiting
from functions.check_recovery.asking import Asking
from functions.check_recovery.findings import Finding, State, all_of
from functions.check_recovery.questions import answers
from infra.configuration import Configuration
from infra.configuration.readiness import wanted
from operations.environments import Connection
from operations.holdings import entries

# Only what the region itself can answer: the other one may be lost.
_QUESTIONS = (
    ("cluster", waiting.cluster),
    ("redis", waiting.redis),
    ("images", copies.images),
    ("quotas", waiting.room),
)


def lacking(after: Configuration, connection: Connection, now: datetime) -> list[str]:
    """A line for each thing that is not there, or not known.

    Args:
        after: the environment as it is afterwards.
        connection: to the account, in the region that takes over.
        now: the time.
    """
    asked = wanted(after.in_recovery_region, [entry.name for entry in entries(after)])
    asking = Asking(asked, connection.client, now)
    found = [each for name, question in _QUESTIONS for each in answers(name, question, asking)]
    found += answers("secrets", _secrets, asking)
    return [f"{each.check}: {each.found}; {each.advice}" for each in found if each.state is not State.READY]


def _secrets(asking: Asking) -> Iterator[Finding]:
    """Whether every entry is in the region."""
    prefix = asking.wanted.prefix
    pages = (
        asking.there("secretsmanager")
        .get_paginator("list_secrets")
        .paginate(Filters=[{"Key": "name", "Values": [prefix]}])
    )
    there = {each["Name"].removeprefix(prefix) for page in pages for each in page["SecretList"]}
    missing = [name for name in asking.wanted.secrets if name not in there]
    advice = "`make secret` sets what people give; the pods that need one do not start before"
    yield all_of("secrets", len(asking.wanted.secrets), missing, "are there", advice)

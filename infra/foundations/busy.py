"""Retries of what AWS refuses while it works on the same object."""

from __future__ import annotations

import asyncio

import pulumi

# RDS's error code when an instance is neither `available` nor `storage-optimization`: a backup in its daily
# window, maintenance, another change (CreateDBSnapshot in RDS's API reference).
_BUSY = "InvalidDBInstanceState"

# The engine asks a hundred times at most, so this is how long the daily backup may take: more than an hour
# and a half, with a window of half an hour.
SECONDS_UNTIL_NEXT_ATTEMPT = 60


def created_when_free(name: str) -> pulumi.ResourceHookBinding:
    """A hook of the engine that has it repeat a creation which RDS refuses for now (Pulumi, "Error hooks").

    The provider asks once, so that a release at 02:10 would end there. Any other refusal stands.

    Args:
        name: of the resource in the program; an engine knows each hook by a name of its own.
    """

    async def again(failure: pulumi.ErrorHookArgs) -> bool:
        busy = failure.failed_operation == "create" and _BUSY in failure.errors[0]
        if busy:
            await asyncio.sleep(SECONDS_UNTIL_NEXT_ATTEMPT)
        return busy

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-when-free", again)])

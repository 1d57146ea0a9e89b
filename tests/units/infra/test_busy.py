"""What the engine is told to repeat, and what stands."""

from __future__ import annotations

import asyncio
import inspect
from unittest.mock import AsyncMock

import pulumi
import pytest

from infra.foundations.busy import SECONDS_UNTIL_NEXT_ATTEMPT, created_when_free

BUSY = "api error InvalidDBInstanceState: Cannot create a snapshot because the instance is not available."


@pytest.mark.contract("K8S-6")
@pytest.mark.parametrize(
    ("operation", "error", "again"),
    [
        pytest.param("create", BUSY, True, id="busy"),
        pytest.param("create", "api error SnapshotQuotaExceeded: too many.", False, id="another refusal"),
        pytest.param("create", "api error AccessDenied: not authorized.", False, id="a right that lacks"),
        pytest.param("update", BUSY, False, id="a change"),
        pytest.param("delete", BUSY, False, id="a deletion"),
    ],
)
def test_only_a_creation_that_is_refused_for_now_is_repeated(
    monkeypatch: pytest.MonkeyPatch, operation: str, error: str, again: bool
) -> None:
    slept = AsyncMock()
    monkeypatch.setattr(asyncio, "sleep", slept)
    # No engine is there to register it with.
    monkeypatch.setattr(f"{pulumi.ErrorHook.__module__}.register_error_hook", lambda _: None)
    (hook,) = created_when_free("before-migration").on_error or []
    failure = pulumi.ErrorHookArgs(
        urn="urn", id="", name="n", type="t", failed_operation=operation, errors=[error]
    )

    async def answer() -> bool:
        given = hook(failure)
        return await given if inspect.isawaitable(given) else given

    assert asyncio.run(answer()) is again
    assert [call.args for call in slept.await_args_list] == [(SECONDS_UNTIL_NEXT_ATTEMPT,)] * again

"""What waits behind a resource that AWS does not follow everywhere at once."""

from __future__ import annotations

import asyncio
import inspect
from unittest.mock import AsyncMock

import pulumi
import pytest

from infra.foundations.settling import PACE, SECONDS, settled_when_made


@pytest.mark.contract("SEC-1")
@pytest.mark.parametrize("seconds", [SECONDS, 0])
def test_what_depends_on_it_waits(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    slept = AsyncMock()
    monkeypatch.setattr(asyncio, "sleep", slept)
    assert PACE.seconds == SECONDS
    monkeypatch.setattr(PACE, "seconds", seconds)
    # No engine is there to register it with.
    monkeypatch.setattr(f"{pulumi.ResourceHook.__module__}.register_resource_hook", lambda _: None)
    (hook,) = settled_when_made("identity-api").after_create or []
    made = pulumi.ResourceHookArgs(urn="urn", id="", name="n", type="t")

    async def answer() -> None:
        given = hook(made)
        if inspect.isawaitable(given):
            await given

    asyncio.run(answer())
    assert [call.args for call in slept.await_args_list] == [(seconds,)]

"""What the engine is told to repeat, and what stands."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from unittest.mock import AsyncMock

import pulumi
import pytest

from infra.foundations.busy import (
    ATTEMPTS_UNTIL_KNOWN,
    ATTEMPTS_UNTIL_VERSIONED,
    SECONDS_UNTIL_KNOWN,
    SECONDS_UNTIL_NEXT_ATTEMPT,
    created_when_allowed,
    created_when_free,
    created_when_versioned,
)

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
    repeated, slept = answer(created_when_free, monkeypatch, operation, [error])
    assert repeated is again
    assert slept == [SECONDS_UNTIL_NEXT_ATTEMPT] * again


DENIED = "api error InvalidParameterException: Access denied to KMS key arn:aws:kms:us-west-2:1:key/1"


@pytest.mark.contract("K8S-1")
@pytest.mark.parametrize(
    ("operation", "errors", "again"),
    [
        pytest.param("create", [DENIED], True, id="the first time"),
        pytest.param("create", [DENIED] * (ATTEMPTS_UNTIL_KNOWN - 1), True, id="once more"),
        pytest.param("create", [DENIED] * ATTEMPTS_UNTIL_KNOWN, False, id="a right that lacks"),
        pytest.param("create", ["api error ResourceInUseException", DENIED], False, id="another refusal"),
        pytest.param("update", [DENIED], False, id="a change"),
    ],
)
def test_a_right_that_was_just_given_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, operation: str, errors: list[str], again: bool
) -> None:
    repeated, slept = answer(created_when_allowed, monkeypatch, operation, errors)
    assert repeated is again
    assert slept == [SECONDS_UNTIL_KNOWN] * again


UNVERSIONED = "api error InvalidRequest: Destination bucket must have versioning enabled."


@pytest.mark.contract("S3-1")
@pytest.mark.parametrize(
    ("operation", "errors", "again"),
    [
        pytest.param("create", [UNVERSIONED], True, id="the first time"),
        pytest.param("create", [UNVERSIONED] * ATTEMPTS_UNTIL_VERSIONED, False, id="versions that are off"),
        pytest.param("create", ["api error AccessDenied", UNVERSIONED], False, id="another refusal"),
        pytest.param("update", [UNVERSIONED], False, id="a change"),
    ],
)
def test_versions_that_were_just_switched_on_are_waited_for(
    monkeypatch: pytest.MonkeyPatch, operation: str, errors: list[str], again: bool
) -> None:
    repeated, slept = answer(created_when_versioned, monkeypatch, operation, errors)
    assert repeated is again
    assert slept == [SECONDS_UNTIL_KNOWN] * again


def answer(
    binding: Callable[[str], pulumi.ResourceHookBinding],
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    errors: list[str],
) -> tuple[bool, list[int]]:
    """Whether a hook has a failed attempt repeated, and for how long it has slept."""
    slept = AsyncMock()
    monkeypatch.setattr(asyncio, "sleep", slept)
    # No engine is there to register it with.
    monkeypatch.setattr(f"{pulumi.ErrorHook.__module__}.register_error_hook", lambda _: None)
    (hook,) = binding("one").on_error or []
    failure = pulumi.ErrorHookArgs(
        urn="urn", id="", name="n", type="t", failed_operation=operation, errors=errors
    )

    async def asked() -> bool:
        given = hook(failure)
        return await given if inspect.isawaitable(given) else given

    return asyncio.run(asked()), [seconds for (seconds,) in (call.args for call in slept.await_args_list)]

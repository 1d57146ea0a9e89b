"""What a new account may not do yet: the refusal stands, and says what a person does."""

from __future__ import annotations

import asyncio
import inspect
from unittest.mock import Mock

import pulumi
import pytest

from infra.foundations.new_account import BILLING, CLOUDFRONT, Unopened, told_what_to_do

UNVERIFIED = "AccessDenied: Your account must be verified before you can add new CloudFront resources."
CLOSED = (
    "AccessDeniedException: User: arn:aws:sts::1:assumed-role/deploy/x is not authorized to perform: budgets"
)


@pytest.mark.parametrize(
    ("unopened", "operation", "error", "told"),
    [
        pytest.param(CLOUDFRONT, "create", UNVERIFIED, True, id="cloudfront"),
        pytest.param(CLOUDFRONT, "create", "CNAMEAlreadyExists", False, id="another refusal"),
        pytest.param(CLOUDFRONT, "update", UNVERIFIED, False, id="a change"),
        pytest.param(BILLING, "create", CLOSED, True, id="billing"),
    ],
)
def test_a_refusal_of_a_new_account_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, unopened: Unopened, operation: str, error: str, told: bool
) -> None:
    log = Mock()
    monkeypatch.setattr(pulumi.log, "error", log)
    # No engine is there to register it with.
    monkeypatch.setattr(f"{pulumi.ErrorHook.__module__}.register_error_hook", lambda _: None)
    (hook,) = told_what_to_do(unopened).on_error or []
    failure = pulumi.ErrorHookArgs(
        urn="urn", id="", name="n", type="t", failed_operation=operation, errors=[error]
    )

    async def asked() -> bool:
        given = hook(failure)
        return await given if inspect.isawaitable(given) else given

    assert asyncio.run(asked()) is False
    assert log.called is told
    assert not told or unopened.remedy in log.call_args.args[0]

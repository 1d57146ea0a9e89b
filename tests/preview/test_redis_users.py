"""Users of Redis: rotation alone changes how one logs in, so a new one is what can be open."""

from __future__ import annotations

from typing import Any

import pytest

from preview.access import access_risks
from preview.change import Change, Step, Verb

USER = "aws:elasticache/user:User"
URN = f"urn:pulumi:prod::groundwork::groundwork:redis:Redis${USER}::guest"
WITHOUT: tuple[dict[str, Any], ...] = (
    {"authenticationMode": {"type": "no-password-required"}},
    {"noPasswordRequired": True},
)
WITH = {"authenticationMode": {"type": "password", "passwords": ["x"]}}


def told(verb: Verb, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    step = Step(verb, URN, USER, before=before, after=after)
    return [f"{risk.who} {risk.what}" for risk in access_risks(Change("prod", (step,)))]


@pytest.mark.parametrize("open_", WITHOUT)
def test_a_new_user_without_a_password_is_named(open_: dict[str, Any]) -> None:
    assert told(Verb.CREATED, {}, open_) == ["Redis user guest logs in without a password"]
    assert told(Verb.UPDATED, WITH, open_) == ["Redis user guest logs in without a password"]


def test_one_with_a_password_or_that_had_none_before_is_not() -> None:
    assert told(Verb.CREATED, {}, WITH) == []
    assert told(Verb.UPDATED, WITHOUT[0], WITHOUT[0]) == []

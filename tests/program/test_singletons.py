"""SEC-6, SEC-7: what an account has once and had before the platform is used, and left alone."""

from __future__ import annotations

import json

import pytest

from tests.support.recorder import Recording, record

OWN = {
    "github-provider": "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "threat-detector": "aws:guardduty/detector:Detector",
    "access-analyzer": "aws:accessanalyzer/analyzer:Analyzer",
}


@pytest.fixture(scope="module")
def shared() -> Recording:
    """prod in an account that has all of them."""
    return record("prod", {"existing": list(OWN)})


@pytest.mark.contract("SEC-6", "SEC-7")
def test_an_account_without_them_gets_them(prod: Recording) -> None:
    assert set(OWN.values()) <= prod.types()


@pytest.mark.contract("SEC-6", "SEC-7")
def test_none_is_made_a_second_time(shared: Recording) -> None:
    assert not set(OWN.values()) & shared.types()


@pytest.mark.contract("SEC-7")
def test_github_is_trusted_through_the_provider_that_is_there(shared: Recording) -> None:
    trust = json.loads(shared.one("aws:iam/role:Role", "github").plain("assumeRolePolicy"))
    account = json.loads(shared.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    provider = f"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"
    assert trust["Statement"][0]["Principal"] == {"Federated": provider}


@pytest.mark.contract("SEC-6")
def test_what_it_finds_is_heard_of_all_the_same(shared: Recording, prod: Recording) -> None:
    rule = "aws:cloudwatch/eventRule:EventRule"
    assert set(shared.of(rule)) == set(prod.of(rule))

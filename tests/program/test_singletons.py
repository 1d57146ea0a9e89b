"""SEC-6, SEC-7: what an account has once and had before the platform is used, and left alone."""

from __future__ import annotations

import json

import pytest

from infra.configuration.singletons import Singleton
from tests.support.recorder import Recording, record

OWN = {
    "github-provider": "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "threat-detector": "aws:guardduty/detector:Detector",
    "access-analyzer": "aws:accessanalyzer/analyzer:Analyzer",
}


@pytest.fixture(scope="module")
def shared() -> Recording:
    """prod in an account that has all of them."""
    return record("prod", {"existing": [*OWN, "control-plane-logs", "network-policy-switch"]})


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


@pytest.mark.contract("K8S-1")
def test_logs_that_eks_has_left_are_taken_over_and_encrypted(shared: Recording, prod: Recording) -> None:
    kind = "aws:cloudwatch/logGroup:LogGroup"
    assert shared.one(kind, "control-plane").import_id == "/aws/eks/triangle-prod/cluster"
    assert shared.one(kind, "control-plane").inputs == prod.one(kind, "control-plane").inputs
    assert prod.one(kind, "control-plane").import_id == ""


@pytest.mark.contract("NET-2")
def test_network_policies_that_are_on_already_are_not_switched_on_again(
    shared: Recording, prod: Recording
) -> None:
    assert "amazon-vpc-cni" in prod.of("kubernetes:core/v1:ConfigMap")
    assert "amazon-vpc-cni" not in shared.of("kubernetes:core/v1:ConfigMap")
    policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    assert set(shared.of(policy)) == set(prod.of(policy))


@pytest.mark.contract("SEC-6", "SEC-7")
def test_a_refused_second_one_is_told_with_what_to_write(prod: Recording) -> None:
    told = {hook for resource in prod.resources for hook in resource.error_hooks if "adopt-" in hook}
    assert {hook.split("adopt-")[1] for hook in told} == set(Singleton)

"""What a state holds that these very checks have passed is not checked again; all else is."""

from __future__ import annotations

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.provider import AwsProvider
from rehearsal.providers.provider import Properties, ProviderConfig, Resource

VPC = "aws:ec2/vpc:Vpc"
REFUSED = {"cidrBlock": "10.0.0.0/99"}


def _provider(accepted: bool) -> AwsProvider:
    provider = AwsProvider(Cloud("444455556666"), is_accepted=lambda: accepted)
    config = {"region": "us-west-2", "skipCredentialsValidation": "true", "skipRequestingAccountId": "true"}
    return provider.configure(ProviderConfig(config))


def _failures(provider: AwsProvider, token: str, old: Properties | None, new: Properties) -> list[str]:
    """Which inputs are refused."""
    _, found = provider.check(Resource(f"urn:pulumi:dev::p::{token}::it", token, "it"), old, new)
    return [failure.property for failure in found]


@pytest.mark.parametrize(
    ("accepted", "old", "failures"),
    [
        (True, REFUSED, []),
        (False, REFUSED, ["cidrBlock"]),
        (True, None, ["cidrBlock"]),
        (True, {**REFUSED, "cidrBlock": "10.0.0.0/16"}, ["cidrBlock"]),
        (True, {**REFUSED, "cidrBlock": "10.0.0.0/98"}, ["cidrBlock"]),
    ],
)
def test_only_what_stays_as_it_was_accepted_passes(
    accepted: bool, old: Properties | None, failures: list[str]
) -> None:
    assert _failures(_provider(accepted), VPC, old, REFUSED) == failures


def test_an_add_on_that_stays_is_held_against_a_cluster_that_does_not() -> None:
    provider = _provider(accepted=True)
    add_on: Properties = {
        "clusterName": "main",
        "addonName": "amazon-cloudwatch-observability",
        "addonVersion": "v6.3.0-eksbuild.1",
    }
    network = {"vpcConfig": {"subnetIds": ["subnet-1"]}, "roleArn": "arn:aws:iam::444455556666:role/cluster"}
    before: Properties = {"name": "main", "version": "1.35", **network}
    assert _failures(provider, "aws:eks/cluster:Cluster", before, before) == []
    assert _failures(provider, "aws:eks/addon:Addon", add_on, add_on) == []
    assert _failures(provider, "aws:eks/cluster:Cluster", before, {**before, "version": "1.36"}) == []
    assert _failures(provider, "aws:eks/addon:Addon", add_on, add_on) == ["addonVersion"]

"""A region that is switched off answers nobody, and who has asked is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.provider import AwsProvider
from rehearsal.aws.reach import Attempt
from rehearsal.kubernetes import Clusters, KubernetesProvider
from rehearsal.providers.provider import ProviderConfig, ProviderError, Resource
from tests.support.servers import embedded_aws

ACCOUNT, LOST, OTHER = "210987654324", "us-west-2", "us-east-2"
LOG_GROUP = Resource(
    "urn:pulumi:s::p::aws:cloudwatch/logGroup:LogGroup::l", "aws:cloudwatch/logGroup:LogGroup", "l", "l"
)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(ACCOUNT) as cloud:
        cloud.unreachable.add(LOST)
        yield cloud


def test_a_lost_region_does_not_answer_and_the_attempt_is_known(cloud: Cloud) -> None:
    with pytest.raises(EndpointConnectionError, match="us-west-2"):
        cloud.call("rds", LOST, "describe_db_instances")
    assert cloud.attempts == [Attempt("rds", "describe_db_instances", LOST)]


def test_other_regions_and_services_of_none_do(cloud: Cloud) -> None:
    cloud.call("rds", OTHER, "describe_db_instances")
    cloud.call("iam", LOST, "list_roles")
    cloud.call("route53", LOST, "list_hosted_zones")
    assert cloud.attempts == []


def test_it_answers_again_with_all_that_it_had(cloud: Cloud) -> None:
    cloud.unreachable.clear()
    cloud.call("logs", LOST, "create_log_group", logGroupName="kept")
    cloud.unreachable.add(LOST)
    with pytest.raises(EndpointConnectionError):
        cloud.call("logs", LOST, "delete_log_group", logGroupName="kept")
    cloud.unreachable.discard(LOST)
    assert len(cloud.call("logs", LOST, "describe_log_groups")["logGroups"]) == 1


def test_clients_over_http_get_no_answer_either(cloud: Cloud) -> None:
    with embedded_aws(ACCOUNT, cloud.answer) as url:

        def client(service: str, region: str) -> Any:
            return boto3.client(
                service,
                region_name=region,
                endpoint_url=url,
                aws_access_key_id="embedded",
                aws_secret_access_key="embedded",
                config=Config(retries={"total_max_attempts": 1}),
            )

        with pytest.raises(ConnectionClosedError):
            client("rds", LOST).describe_db_instances()
        client("rds", OTHER).describe_db_instances()
        client("iam", "us-east-1").list_roles()
    assert cloud.attempts == [Attempt("rds", "describe_db_instances", LOST)]


@pytest.mark.parametrize(
    "work",
    [
        lambda aws: aws.create(LOG_GROUP, {"name": "l"}, False),
        lambda aws: aws.read(LOG_GROUP, {"name": "l"}, {"name": "l"}),
        lambda aws: aws.update(
            LOG_GROUP, {"name": "l"}, {"name": "l"}, {"name": "l", "retentionInDays": 1}, False
        ),
        lambda aws: aws.delete(LOG_GROUP, {"name": "l"}, {"name": "l"}),
    ],
    ids=["create", "read", "update", "delete"],
)
def test_the_engine_gets_an_error_in_words(cloud: Cloud, work: Callable[[Any], Any]) -> None:
    cloud.unreachable.clear()
    aws = AwsProvider(cloud).configure(ProviderConfig({"region": LOST}))
    cloud.unreachable.add(LOST)
    with pytest.raises(ProviderError, match="Could not connect to the endpoint URL"):
        work(aws)


def test_a_provider_of_a_lost_region_cannot_be_configured(cloud: Cloud) -> None:
    with pytest.raises(ProviderError, match="Retrieving AWS account details"):
        AwsProvider(cloud).configure(ProviderConfig({"region": LOST}))
    assert cloud.attempts == [Attempt("sts", "get_caller_identity", LOST)]
    AwsProvider(cloud).configure(ProviderConfig({"region": OTHER}))


def test_a_cluster_of_a_lost_region_does_not_answer(cloud: Cloud) -> None:
    clusters = Clusters(lost=cloud.reach.lost_cluster)
    namespace = Resource("urn:n", "kubernetes:core/v1:Namespace", "n", "n")
    for region in (LOST, OTHER):
        server = {"name": "c", "cluster": {"server": f"https://ABC.gr7.{region}.eks.amazonaws.com/"}}
        context = {"name": "c", "context": {"cluster": "c"}}
        kubeconfig = json.dumps({"clusters": [server], "contexts": [context], "current-context": "c"})
        provider = KubernetesProvider(clusters, "1.34").configure(ProviderConfig({"kubeconfig": kubeconfig}))
        inputs, _ = provider.check(namespace, None, {"metadata": {"name": "n"}})
        if region == LOST:
            with pytest.raises(ProviderError, match=r"unreachable: dial tcp"):
                provider.create(namespace, inputs, False)
        else:
            provider.create(namespace, inputs, False)
    assert cloud.attempts == [Attempt("kubernetes", "", LOST)]

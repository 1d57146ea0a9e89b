"""Images in other regions and accounts: what is copied, what another account must allow, and who may pull."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ABSENT_ACCOUNT, ACCOUNT, OTHER_ACCOUNT, REGION
from tests.support.images import digest, fetch, push

THERE, FARTHER = "us-east-2", "eu-west-1"
CONTENTS = b"{}", b"layer"
_numbers = count(1)


@pytest.fixture
def repository(cloud: Cloud) -> str:
    """A new repository."""
    name = f"triangle/of-{next(_numbers)}"
    _create(cloud, name)
    return name


def _create(cloud: Cloud, name: str, region: str = REGION, **more: str) -> None:
    cloud.call("ecr", region, "create_repository", repositoryName=name, **more)


@pytest.fixture(autouse=True)
def configure(cloud: Cloud) -> Iterator[Callable[..., None]]:
    """Sets the replication configuration, for one test."""

    def put(*rules: dict[str, Any]) -> None:
        configuration = {"rules": list(rules)}
        cloud.call("ecr", REGION, "put_replication_configuration", replicationConfiguration=configuration)

    yield put
    put()


def _rule(*destinations: tuple[str, str], prefix: str = "") -> dict[str, Any]:
    """A rule to (region, account) pairs."""
    return {
        "destinations": [{"region": region, "registryId": account} for region, account in destinations],
        **({"repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"}]} if prefix else {}),
    }


NEAR, FAR = _rule((THERE, ACCOUNT)), _rule((REGION, OTHER_ACCOUNT))


def _images(cloud: Cloud, region: str, repository: str) -> dict[str, set[str]]:
    """Tags of a repository's images, by digest; nothing for no repository."""
    there = cloud.call("ecr", region, "describe_repositories")["repositories"]
    if repository not in [each["repositoryName"] for each in there]:
        return {}
    found = cloud.call("ecr", region, "describe_images", repositoryName=repository)["imageDetails"]
    return {each["imageDigest"]: set(each.get("imageTags", ())) for each in found}


def _statuses(cloud: Cloud, repository: str, image: str) -> list[tuple[str, str, str]]:
    asked = {"repositoryName": repository, "imageId": {"imageDigest": image}}
    found = cloud.call("ecr", REGION, "describe_image_replication_status", **asked)["replicationStatuses"]
    return [(each["registryId"], each["region"], each["status"]) for each in found]


@pytest.fixture
def allow(other_cloud: Cloud) -> Iterator[Callable[..., None]]:
    """Sets the policy of the other account's registry, for one test."""

    def put(*actions: str, account: str = ACCOUNT, prefix: str = "") -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": actions,
            "Resource": f"arn:aws:ecr:{REGION}:{OTHER_ACCOUNT}:repository/{prefix}*",
        }
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        other_cloud.call("ecr", REGION, "put_registry_policy", policyText=text)

    yield put
    other_cloud.call("ecr", REGION, "delete_registry_policy")


def test_an_image_is_copied_into_another_region(
    cloud: Cloud, configure: Callable[..., None], repository: str
) -> None:
    configure(NEAR)
    image = push(cloud, REGION, repository, "one", *CONTENTS)
    assert _images(cloud, THERE, repository) == {image: {"one"}}
    assert _statuses(cloud, repository, image) == [(ACCOUNT, THERE, "COMPLETE")]


def test_a_copy_has_its_layers(cloud: Cloud, configure: Callable[..., None], repository: str) -> None:
    configure(NEAR)
    push(cloud, REGION, repository, "one", *CONTENTS)
    asked = {"repositoryName": repository, "layerDigest": digest(CONTENTS[1])}
    url = cloud.call("ecr", THERE, "get_download_url_for_layer", **asked)["downloadUrl"]
    assert fetch(cloud, url) == CONTENTS[1]


def test_what_was_pushed_before_is_not_copied(
    cloud: Cloud, configure: Callable[..., None], repository: str
) -> None:
    push(cloud, REGION, repository, "before", *CONTENTS)
    configure(NEAR)
    assert _images(cloud, THERE, repository) == {}


def test_only_repositories_of_a_rules_prefixes_are_copied(
    cloud: Cloud, configure: Callable[..., None], repository: str
) -> None:
    configure(_rule((THERE, ACCOUNT), prefix="triangle/"), _rule((FARTHER, ACCOUNT), prefix="square/"))
    push(cloud, REGION, repository, "one", *CONTENTS)
    assert (len(_images(cloud, THERE, repository)), len(_images(cloud, FARTHER, repository))) == (1, 0)
    # A prefix is one of the whole name.
    _create(cloud, f"of/{repository}")
    push(cloud, REGION, f"of/{repository}", "one", *CONTENTS)
    assert _images(cloud, THERE, f"of/{repository}") == {}


def test_a_copy_is_not_copied_again(cloud: Cloud, configure: Callable[..., None], repository: str) -> None:
    onward = {"rules": [_rule((FARTHER, ACCOUNT))]}
    cloud.call("ecr", THERE, "put_replication_configuration", replicationConfiguration=onward)
    configure(NEAR)
    push(cloud, REGION, repository, "one", *CONTENTS)
    assert (len(_images(cloud, THERE, repository)), len(_images(cloud, FARTHER, repository))) == (1, 0)


def test_an_immutable_tag_stays_where_it_is_and_the_copy_has_none(
    cloud: Cloud, configure: Callable[..., None], repository: str
) -> None:
    _create(cloud, repository, THERE, imageTagMutability="IMMUTABLE")
    older = push(cloud, THERE, repository, "one", b"{}", b"older")
    configure(NEAR)
    image = push(cloud, REGION, repository, "one", *CONTENTS)
    assert _images(cloud, THERE, repository) == {older: {"one"}, image: set()}


def test_an_image_arrives_in_an_account_that_allows_it(
    cloud: Cloud,
    other_cloud: Cloud,
    configure: Callable[..., None],
    allow: Callable[..., None],
    repository: str,
) -> None:
    allow("ecr:ReplicateImage")
    _create(other_cloud, repository)
    configure(NEAR, FAR)
    image = push(cloud, REGION, repository, "one", *CONTENTS)
    assert _images(other_cloud, REGION, repository) == {image: {"one"}}
    assert _statuses(cloud, repository, image) == [
        (ACCOUNT, THERE, "COMPLETE"),
        (OTHER_ACCOUNT, REGION, "COMPLETE"),
    ]


@pytest.mark.parametrize(
    "policy",
    [
        {"account": ABSENT_ACCOUNT},
        {"prefix": "square/"},
    ],
)
def test_an_image_stays_out_of_an_account_that_does_not_allow_it(
    cloud: Cloud,
    other_cloud: Cloud,
    configure: Callable[..., None],
    allow: Callable[..., None],
    repository: str,
    policy: dict[str, str],
) -> None:
    allow("ecr:ReplicateImage", **policy)
    _create(other_cloud, repository)
    configure(FAR)
    image = push(cloud, REGION, repository, "one", *CONTENTS)
    assert _images(other_cloud, REGION, repository) == {}
    assert _statuses(cloud, repository, image) == [(OTHER_ACCOUNT, REGION, "FAILED")]


def test_without_a_policy_no_other_account_gets_in(
    cloud: Cloud, other_cloud: Cloud, configure: Callable[..., None], repository: str
) -> None:
    _create(other_cloud, repository)
    configure(FAR)
    push(cloud, REGION, repository, "one", *CONTENTS)
    assert _images(other_cloud, REGION, repository) == {}


@pytest.mark.parametrize(
    ("actions", "copies"),
    [(("ecr:ReplicateImage",), 0), (("ecr:ReplicateImage", "ecr:CreateRepository"), 1)],
)
def test_ecr_makes_a_repository_in_another_account_only_where_it_may(
    cloud: Cloud,
    other_cloud: Cloud,
    configure: Callable[..., None],
    allow: Callable[..., None],
    repository: str,
    actions: tuple[str, ...],
    copies: int,
) -> None:
    allow(*actions)
    configure(FAR)
    push(cloud, REGION, repository, "one", *CONTENTS)
    assert len(_images(other_cloud, REGION, repository)) == copies


def test_nothing_is_copied_into_an_account_that_is_not_here(
    cloud: Cloud, configure: Callable[..., None], repository: str
) -> None:
    configure(_rule((REGION, ABSENT_ACCOUNT)))
    image = push(cloud, REGION, repository, "one", *CONTENTS)
    assert _statuses(cloud, repository, image) == []


def _share(cloud: Cloud, repository: str, *actions: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/pull"}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Action": actions}]})
    cloud.call("ecr", REGION, "set_repository_policy", repositoryName=repository, policyText=text)


def _pull(cloud: Cloud, repository: str, registry: str = ACCOUNT) -> tuple[str, bytes]:
    """The digest of another account's image, and its last layer."""
    where = {"registryId": registry, "repositoryName": repository}
    (image,) = cloud.call("ecr", REGION, "batch_get_image", **where, imageIds=[{"imageTag": "one"}])["images"]
    layer = json.loads(image["imageManifest"])["layers"][-1]["digest"]
    url = cloud.call("ecr", REGION, "get_download_url_for_layer", **where, layerDigest=layer)["downloadUrl"]
    return image["imageId"]["imageDigest"], fetch(cloud, url)


PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def test_another_account_pulls_where_the_repositorys_policy_allows_it(
    cloud: Cloud, other_cloud: Cloud, repository: str
) -> None:
    image = push(cloud, REGION, repository, "one", *CONTENTS)
    _share(cloud, repository, *PULL)
    assert _pull(other_cloud, repository) == (image, CONTENTS[1])


@pytest.mark.parametrize("allowed", [(), PULL[:1], PULL[1:]])
def test_another_account_does_not_pull_without_both_rights(
    cloud: Cloud, other_cloud: Cloud, repository: str, allowed: tuple[str, ...]
) -> None:
    push(cloud, REGION, repository, "one", *CONTENTS)
    if allowed:
        _share(cloud, repository, *allowed)
    with pytest.raises(ClientError) as caught:
        _pull(other_cloud, repository)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.parametrize("registry", [ACCOUNT, ABSENT_ACCOUNT])
def test_what_is_not_there_is_not_pulled(other_cloud: Cloud, registry: str) -> None:
    _create(other_cloud, f"own-{registry}")
    with pytest.raises(ClientError) as caught:
        _pull(other_cloud, f"own-{registry}", registry)
    assert caught.value.response["Error"]["Code"] == "RepositoryNotFoundException"

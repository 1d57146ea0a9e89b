"""ENV-6: images are fetched from the backup account's registry, whole, and what is there is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import RemoteDisconnected
from itertools import count
from typing import Any, cast
from urllib.error import HTTPError, URLError

import boto3
import pytest

from operations.console import OperationFailed
from operations.recovery import image_copies
from operations.recovery.image_copies import Repository, copy_image
from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, OTHER_ACCOUNT, REGION
from tests.support.images import digest, manifest, push_layer
from tests.support.servers import embedded_aws

pytestmark = pytest.mark.contract("ENV-6")

_numbers = count(1)
THERE = "us-east-2"
CONFIGURATION, LAYER, SHARED = b'{"os": "linux"}', bytes(range(256)) * 4, b"of both platforms"
_INDEX = "application/vnd.oci.image.index.v1+json"
_PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
# The least that ECR takes for a part that is not the last.
MIB = 1024 * 1024


class KilledHere(BaseException):
    """Stands for the loss of the machine: nothing after it happens."""


@dataclass
class Watched:
    """boto3's client of ECR that remembers its calls; `dies_at` names one, and how often it still works."""

    client: Any
    calls: list[str] = field(default_factory=list)
    asked_about: list[int] = field(default_factory=list)
    dies_at: tuple[str, int] | None = None

    def __getattr__(self, operation: str) -> Any:
        def call(**parameters: Any) -> Any:
            if self.dies_at == (operation, self.calls.count(operation)):
                self.dies_at = None
                raise KilledHere
            self.calls.append(operation)
            if operation == "batch_check_layer_availability":
                self.asked_about.append(len(parameters["layerDigests"]))
            return getattr(self.client, operation)(**parameters)

        return call

    @property
    def uploads(self) -> list[str]:
        """Calls that bring anything in."""
        return [each for each in self.calls if "upload" in each or each == "put_image"]


@dataclass
class Two:
    """A repository of the backup account, and the one of a new account that takes over from it."""

    cloud: Cloud
    kept: Cloud
    ecr: Watched
    source: Repository
    target: Repository

    def push(self, tag: str, *contents: bytes) -> str:
        """Has the backup account keep an image, of layers of which it may have some; its digest."""
        for missing in self._not_kept(contents):
            push_layer(self.kept, REGION, self.source.name, missing)
        where = {"repositoryName": self.source.name, **({"imageTag": tag} if tag else {})}
        answer = self.kept.call("ecr", REGION, "put_image", **where, imageManifest=manifest(*contents))
        return str(answer["image"]["imageId"]["imageDigest"])

    def _not_kept(self, contents: tuple[bytes, ...]) -> list[bytes]:
        where = {"repositoryName": self.source.name, "layerDigests": [digest(each) for each in contents]}
        found = self.kept.call("ecr", REGION, "batch_check_layer_availability", **where)
        there = {each["layerDigest"] for each in found["layers"]}
        return [each for each in dict.fromkeys(contents) if digest(each) not in there]

    def push_index(self, *images: str) -> str:
        """Likewise one of several platforms."""
        parts = [{"digest": each} for each in images]
        made = json.dumps({"schemaVersion": 2, "mediaType": _INDEX, "manifests": parts})
        where = {"repositoryName": self.source.name, "imageManifestMediaType": _INDEX}
        answer = self.kept.call(
            "ecr", REGION, "put_image", **where, imageTag="prod-1a2b3c4", imageManifest=made
        )
        return str(answer["image"]["imageId"]["imageDigest"])

    def copy(self, image: str) -> bool:
        return copy_image(self.source, self.target, image)

    def tags(self) -> dict[str, list[str]]:
        """What a listing of the new repository shows."""
        found = self.cloud.call("ecr", REGION, "describe_images", repositoryName=self.target.name)
        return {each["imageDigest"]: each.get("imageTags", []) for each in found["imageDetails"]}

    def pulled(self, *contents: bytes) -> None:
        """Each of these contents comes out of the new repository as it is."""
        for content in contents:
            assert b"".join(self.target.layer(digest(content))) == content


@pytest.fixture(scope="module")
def clouds() -> Iterator[tuple[Cloud, Cloud, Any]]:
    """The new account, the backup account, and a client of ECR with credentials of the first."""
    with Cloud(ACCOUNT) as cloud, Cloud(OTHER_ACCOUNT) as kept, embedded_aws(ACCOUNT, cloud.answer) as url:
        keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        yield cloud, kept, boto3.client("ecr", region_name=REGION, endpoint_url=url, **keys)


@pytest.fixture
def two(clouds: tuple[Cloud, Cloud, Any]) -> Two:
    cloud, kept, client = clouds
    name = f"triangle/backend-{next(_numbers)}"
    for each in (cloud, kept):
        each.call("ecr", REGION, "create_repository", repositoryName=name)
    _require_access(kept, name)
    ecr = Watched(client)
    return Two(cloud, kept, ecr, Repository(ecr, OTHER_ACCOUNT, name), Repository(ecr, ACCOUNT, name))


def _require_access(kept: Cloud, name: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": _PULL}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    kept.call("ecr", REGION, "set_repository_policy", repositoryName=name, policyText=text)


def test_an_image_is_there_with_its_layers_and_its_tag(two: Two) -> None:
    image = two.push("prod-1a2b3c4", CONFIGURATION, LAYER)
    assert two.copy(image)
    assert two.tags() == {image: ["prod-1a2b3c4"]}
    two.pulled(CONFIGURATION, LAYER)


def test_an_image_of_several_platforms_is_there_with_those_of_each(two: Two) -> None:
    of_intel = two.push("intel", b"intel", SHARED)
    of_arm = two.push("arm", b"arm", SHARED)
    image = two.push_index(of_intel, of_arm)
    assert two.copy(image)
    assert two.tags().keys() == {of_intel, of_arm, image}
    assert two.tags()[image] == ["prod-1a2b3c4"]
    two.pulled(b"intel", b"arm", SHARED)
    assert two.ecr.calls.count("complete_layer_upload") == 3  # what both share comes once


def test_an_image_that_was_pushed_without_a_tag_is_copied_without_one(two: Two) -> None:
    image = two.push("", CONFIGURATION, LAYER)
    assert two.copy(image)
    assert two.tags() == {image: []}


def test_copied_again_nothing_is_uploaded(two: Two) -> None:
    image = two.push("one", CONFIGURATION, LAYER)
    two.copy(image)
    before = list(two.ecr.uploads)
    assert not two.copy(image)
    assert two.ecr.uploads == before


def test_a_layer_that_is_there_is_not_uploaded_again(two: Two) -> None:
    push_layer(two.cloud, REGION, two.target.name, SHARED)
    image = two.push("one", CONFIGURATION, SHARED)
    two.copy(image)
    assert two.ecr.calls.count("complete_layer_upload") == 1  # the configuration's
    two.pulled(CONFIGURATION, SHARED)


def test_a_layer_that_an_image_has_twice_comes_once(two: Two) -> None:
    assert two.copy(two.push("one", CONFIGURATION, LAYER, LAYER))
    assert two.ecr.calls.count("complete_layer_upload") == 2


@pytest.mark.parametrize(
    "dies_at",
    [
        ("initiate_layer_upload", 0),
        ("upload_layer_part", 1),
        ("complete_layer_upload", 1),
        ("put_image", 0),
    ],
)
def test_killed_while_it_copies_the_next_call_completes_it(
    two: Two, monkeypatch: pytest.MonkeyPatch, dies_at: tuple[str, int]
) -> None:
    monkeypatch.setattr(image_copies, "_PART_BYTES", 5 * MIB)
    large = bytes(5 * MIB) + b"end"  # two parts: it is killed between them
    image = two.push("one", large, CONFIGURATION)
    two.ecr.dies_at = dies_at
    with pytest.raises(KilledHere):
        two.copy(image)
    assert two.tags() == {}
    assert two.copy(image)
    two.pulled(large, CONFIGURATION)
    assert two.tags() == {image: ["one"]}


def test_killed_between_platforms_the_first_one_is_not_copied_again(two: Two) -> None:
    first, second = two.push("intel", b"intel", LAYER), two.push("arm", b"arm", SHARED)
    image = two.push_index(first, second)
    two.ecr.dies_at = ("put_image", 1)
    with pytest.raises(KilledHere):
        two.copy(image)
    assert two.tags().keys() == {first}
    assert two.copy(image)
    assert two.tags().keys() == {first, second, image}
    assert two.ecr.calls.count("complete_layer_upload") == 4


def test_a_layer_larger_than_a_part_is_uploaded_in_parts(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_copies, "_PART_BYTES", 5 * MIB)
    large = bytes(5 * MIB) + bytes([1]) * 5 * MIB + b"end"
    image = two.push("one", large)
    two.copy(image)
    assert two.ecr.calls.count("upload_layer_part") == 3
    two.pulled(large)


def test_parts_are_as_ecr_takes_them() -> None:
    """Its user guide, service quotas: 10 MiB at most, and 5 MiB at least of a part that is not the last."""
    assert 5 * MIB <= image_copies._PART_BYTES <= 10 * MIB


def test_an_image_that_was_not_copied_is_named(two: Two) -> None:
    missing = digest(b"never pushed")
    with pytest.raises(OperationFailed, match=rf"{two.source.name}@{missing} is not in account 555566667777"):
        two.copy(missing)
    assert two.tags() == {}


def test_of_an_index_whose_platform_was_not_copied_the_platform_is_named(two: Two) -> None:
    """ECR's replication copies each manifest by itself: the index may be there before its parts."""
    image = two.push("one", CONFIGURATION, LAYER)
    index = two.push_index(image)
    two.kept.call(
        "ecr",
        REGION,
        "batch_delete_image",
        repositoryName=two.source.name,
        imageIds=[{"imageDigest": image}],
    )
    with pytest.raises(OperationFailed, match=f"{image} is not in account"):
        two.copy(index)
    assert index not in two.tags()


def test_images_are_copied_between_regions(two: Two) -> None:
    image = two.push("one", CONFIGURATION, LAYER)
    two.cloud.call("ecr", THERE, "create_repository", repositoryName=two.target.name)
    # In the other region another client asks, of another host.
    with embedded_aws(ACCOUNT, two.cloud.answer) as url:
        keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        client = boto3.client("ecr", region_name=THERE, endpoint_url=url, **keys)
        there = Repository(client, ACCOUNT, two.target.name)
        assert copy_image(two.source, there, image)
        assert b"".join(there.layer(digest(LAYER))) == LAYER
    assert two.tags() == {}


@pytest.mark.parametrize(
    "error",
    [
        URLError("[Errno -2] Name or service not known"),
        HTTPError("https://layers.example", 403, "Forbidden", cast(Any, {}), None),
        TimeoutError("timed out"),
        RemoteDisconnected("Remote end closed connection without response"),
    ],
)
def test_a_download_that_fails_is_told_with_the_layer(
    two: Two, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """As OperationFailed, of which the recovery writes down how far it is; a traceback helps nobody."""
    image = two.push("one", CONFIGURATION, LAYER)

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("operations.recovery.image_copies.urllib.request.urlopen", fail)
        with pytest.raises(OperationFailed, match=f"{two.source.name}: layer {digest(CONFIGURATION)}: "):
            two.copy(image)
    assert two.copy(image)


def test_a_download_that_ends_early_becomes_no_layer(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is cut looks like the end to who reads in parts; ECR compares the digest."""
    image = two.push("one", CONFIGURATION, LAYER)
    whole = Repository.layer
    with monkeypatch.context() as broken:
        broken.setattr(
            Repository, "layer", lambda self, of: iter([b"".join(whole(self, of))[:-1]]), raising=True
        )
        with pytest.raises(Exception, match="InvalidLayerException"):
            two.copy(image)
    assert two.copy(image)
    two.pulled(CONFIGURATION, LAYER)


def test_more_layers_than_ecr_is_asked_about_at_once_are_asked_about(two: Two) -> None:
    """BatchCheckLayerAvailability takes 100 digests; an image may have some 125 layers."""
    contents = [b"layer %d" % number for number in range(121)]
    push_layer(two.cloud, REGION, two.target.name, contents[7])
    digests = [digest(each) for each in contents]
    assert two.target.lacks(digests) == [each for each in digests if each != digest(contents[7])]
    assert max(two.ecr.asked_about) <= 100

"""Layers of images: how they come into a repository, what ECR refuses, and how they are fetched."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.workspace.journal import Journal
from tests.support.aws_round_trip import ACCOUNT, REGION
from tests.support.images import digest, fetch, manifest, push, push_layer
from tests.support.servers import embedded_aws

_numbers = count(1)
CONFIGURATION, LAYER = b"{}", bytes(range(256))
MIB = 1024 * 1024


@pytest.fixture
def repository(cloud: Cloud) -> str:
    """A new repository."""
    name = f"of-{next(_numbers)}"
    cloud.call("ecr", REGION, "create_repository", repositoryName=name)
    return name


def _refused(code: str, cloud: Cloud, operation: str, **parameters: Any) -> None:
    with pytest.raises(ClientError) as caught:
        cloud.call("ecr", REGION, operation, **parameters)
    assert caught.value.response["Error"]["Code"] == code


def _put(repository: str, made: str, **more: str) -> dict[str, str]:
    return {"repositoryName": repository, "imageManifest": made, "imageTag": "latest", **more}


def _upload(cloud: Cloud, repository: str, *parts: bytes) -> str:
    upload = cloud.call("ecr", REGION, "initiate_layer_upload", repositoryName=repository)["uploadId"]
    first = 0
    for part in parts:
        _upload_part(cloud, repository, upload, first, part)
        first += len(part)
    return str(upload)


def _part(repository: str, upload: str, first: int, last: int, blob: bytes) -> dict[str, Any]:
    return {
        "repositoryName": repository,
        "uploadId": upload,
        "partFirstByte": first,
        "partLastByte": last,
        "layerPartBlob": blob,
    }


def _upload_part(cloud: Cloud, repository: str, upload: str, first: int, part: bytes) -> None:
    parameters = _part(repository, upload, first, first + len(part) - 1, part)
    cloud.call("ecr", REGION, "upload_layer_part", **parameters)


def _completion(repository: str, upload: str, *digests: str) -> dict[str, Any]:
    return {"repositoryName": repository, "uploadId": upload, "layerDigests": list(digests)}


def test_a_layer_is_there_when_its_upload_is_complete(cloud: Cloud, repository: str) -> None:
    def available() -> list[tuple[str, int]]:
        asked = {"repositoryName": repository, "layerDigests": [digest(LAYER)]}
        answer = cloud.call("ecr", REGION, "batch_check_layer_availability", **asked)
        return [(each["layerAvailability"], each["layerSize"]) for each in answer["layers"]]

    upload = _upload(cloud, repository, LAYER)
    assert available() == []
    cloud.call("ecr", REGION, "complete_layer_upload", **_completion(repository, upload, digest(LAYER)))
    assert available() == [("AVAILABLE", len(LAYER))]


def test_a_layers_digest_is_that_of_its_bytes(cloud: Cloud, repository: str) -> None:
    completion = _completion(repository, _upload(cloud, repository, LAYER), digest(b"another"))
    _refused("InvalidLayerException", cloud, "complete_layer_upload", **completion)


def test_a_layer_is_uploaded_once(cloud: Cloud, repository: str) -> None:
    push_layer(cloud, REGION, repository, LAYER)
    completion = _completion(repository, _upload(cloud, repository, LAYER), digest(LAYER))
    _refused("LayerAlreadyExistsException", cloud, "complete_layer_upload", **completion)


def test_an_upload_has_a_part(cloud: Cloud, repository: str) -> None:
    completion = _completion(repository, _upload(cloud, repository), digest(b""))
    _refused("EmptyUploadException", cloud, "complete_layer_upload", **completion)


@pytest.mark.parametrize("sizes", [(5 * MIB, 1), (1,)])
def test_the_last_part_may_be_small(cloud: Cloud, repository: str, sizes: tuple[int, ...]) -> None:
    parts = [bytes(size) for size in sizes]
    assert push_layer(cloud, REGION, repository, *parts) == digest(b"".join(parts))


def test_another_part_may_not_be_small(cloud: Cloud, repository: str) -> None:
    parts = bytes(5 * MIB - 1), b"end"
    completion = _completion(repository, _upload(cloud, repository, *parts), digest(b"".join(parts)))
    _refused("LayerPartTooSmallException", cloud, "complete_layer_upload", **completion)


@pytest.mark.parametrize(("first", "last"), [(1, 4), (0, 4), (0, 2)])
def test_parts_follow_each_other_and_are_as_long_as_said(
    cloud: Cloud, repository: str, first: int, last: int
) -> None:
    upload = _upload(cloud, repository)
    part = _part(repository, upload, first, last, b"four")
    _refused("InvalidLayerPartException", cloud, "upload_layer_part", **part)


@pytest.mark.parametrize("missing", [CONFIGURATION, LAYER])
def test_an_image_needs_what_it_is_made_of(cloud: Cloud, repository: str, missing: bytes) -> None:
    for content in {CONFIGURATION, LAYER} - {missing}:
        push_layer(cloud, REGION, repository, content)
    _refused(
        "LayersNotFoundException", cloud, "put_image", **_put(repository, manifest(CONFIGURATION, LAYER))
    )


def test_an_index_needs_its_images(cloud: Cloud, repository: str) -> None:
    image = push(cloud, REGION, repository, "linux", CONFIGURATION, LAYER)

    def index(of: str) -> dict[str, str]:
        made = (
            f'{{"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{{"digest": "{of}"}}]}}'
        )
        return _put(repository, made)

    _refused("ReferencedImagesNotFoundException", cloud, "put_image", **index(digest(b"gone")))
    assert cloud.call("ecr", REGION, "put_image", **index(image))["image"]["imageId"]["imageTag"] == "latest"


def test_a_made_up_image_is_taken_where_no_layer_ever_was(cloud: Cloud, repository: str) -> None:
    made = manifest(CONFIGURATION, LAYER)
    answer = cloud.call("ecr", REGION, "put_image", **_put(repository, made))
    assert answer["image"]["imageId"]["imageDigest"] == digest(made.encode())


def test_an_images_digest_is_its_manifests(cloud: Cloud, repository: str) -> None:
    made = manifest(CONFIGURATION, LAYER)
    wrong = _put(repository, made, imageDigest=digest(b"another"))
    _refused("ImageDigestDoesNotMatchException", cloud, "put_image", **wrong)


def test_an_image_needs_its_repository(cloud: Cloud) -> None:
    put = _put("nowhere", manifest(CONFIGURATION, LAYER))
    _refused("RepositoryNotFoundException", cloud, "put_image", **put)


def test_an_image_without_a_tag_is_pushed_where_some_tags_may_move(cloud: Cloud) -> None:
    exclusions = [{"filter": "main", "filterType": "WILDCARD"}]
    cloud.call(
        "ecr",
        REGION,
        "create_repository",
        repositoryName="some-move",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=exclusions,
    )
    made = manifest(CONFIGURATION, LAYER)
    answer = cloud.call("ecr", REGION, "put_image", repositoryName="some-move", imageManifest=made)
    assert answer["image"]["imageId"]["imageDigest"] == digest(made.encode())


def _url(cloud: Cloud, repository: str, of: bytes) -> str:
    asked = {"repositoryName": repository, "layerDigest": digest(of)}
    return str(cloud.call("ecr", REGION, "get_download_url_for_layer", **asked)["downloadUrl"])


def test_a_layer_is_fetched_from_s3(cloud: Cloud, repository: str) -> None:
    push(cloud, REGION, repository, "latest", CONFIGURATION, LAYER)
    url = _url(cloud, repository, LAYER)
    address = urlsplit(url)
    assert (address.scheme, address.hostname) == ("https", f"s3.{REGION}.amazonaws.com")
    assert fetch(cloud, url) == LAYER
    # It is AWS's own bucket, which lets nobody in without the address.
    bucket, _, key = address.path.lstrip("/").partition("/")
    assert bucket not in [each["Name"] for each in cloud.call("s3", REGION, "list_buckets")["Buckets"]]
    with pytest.raises(ClientError, match="AccessDenied"):
        cloud.call("s3", REGION, "get_object", Bucket=bucket, Key=key)


def test_a_client_over_http_fetches_a_layer_from_where_it_asked(cloud: Cloud, repository: str) -> None:
    push(cloud, REGION, repository, "latest", CONFIGURATION, LAYER)
    keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    with embedded_aws(ACCOUNT, cloud.answer) as url:
        client = boto3.client("ecr", region_name=REGION, endpoint_url=url, **keys)
        asked = {"repositoryName": repository, "layerDigest": digest(LAYER)}
        address = client.get_download_url_for_layer(**asked)["downloadUrl"]
        assert address.startswith(f"{url}/")
        with urlopen(address) as answer:  # noqa: S310  # it is the server's above
            assert answer.read() == LAYER


def test_only_a_layer_of_an_image_is_fetched(cloud: Cloud, repository: str) -> None:
    of = {"repositoryName": repository, "layerDigest": digest(LAYER)}
    _refused("LayersNotFoundException", cloud, "get_download_url_for_layer", **of)
    push_layer(cloud, REGION, repository, LAYER)
    _refused("LayerInaccessibleException", cloud, "get_download_url_for_layer", **of)


def test_layers_come_back_with_the_journal(tmp_path: Path) -> None:
    account, journal = "222233334444", tmp_path / "journal.jsonl"
    with Cloud(account, Journal(journal)) as cloud:
        cloud.call("ecr", REGION, "create_repository", repositoryName="kept")
        push(cloud, REGION, "kept", "latest", CONFIGURATION, LAYER)
    with Cloud(account, Journal(journal)) as again:
        assert fetch(again, _url(again, "kept", LAYER)) == LAYER

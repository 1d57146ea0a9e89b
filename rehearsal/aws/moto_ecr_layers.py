"""Amazon ECR's layers: moto counts their bytes, keeps none of them, and says nowhere where to get them.

A layer is fetched from S3, by an address that ECR signs, out of a bucket that is AWS's own (ECR user guide,
"Amazon ECR interface VPC endpoints", on the S3 gateway endpoint). Here it is put there when somebody asks for
its address, so that a restarted embedded AWS has no old ones, as an address of AWS does not last either.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import InvalidLayerPartException
from moto.ecr.models import ECRBackend, Image
from moto.ecr.responses import ECRResponse
from moto.s3.exceptions import BucketAlreadyExists
from moto.s3.models import s3_backends

# An account of AWS that is nobody's: its bucket is in no list of buckets.
AWS_ACCOUNT = "000000000000"
# botocore's model: the largest LayerPartBlob, and LayerPartTooSmallException, of all parts but the last.
_LARGEST_PART, _SMALLEST_PART = 20 * 1024 * 1024, 5 * 1024 * 1024
_VALID_SECONDS = 3600

_upload_part = ECRBackend.upload_layer_part
_complete = ECRBackend.complete_layer_upload


class Refused(ServiceException):
    """An error of ECR's by its code; moto looks up errors by the module of their class."""


def repair_layers() -> None:
    """Replaces the methods in question, once in a process."""
    ECRBackend.upload_layer_part = _upload_layer_part  # type: ignore[method-assign]
    ECRBackend.complete_layer_upload = _complete_layer_upload  # type: ignore[method-assign]
    ECRResponse.get_download_url_for_layer = _download_url  # type: ignore[method-assign,assignment]
    Image._create_digest = _digest_of_manifest  # type: ignore[method-assign]


def layers_of(repository: Any) -> dict[str, bytes]:
    """The layers that were uploaded into a repository, by digest."""
    found: dict[str, bytes] = repository.__dict__.setdefault("layer_contents", {})
    return found


def digest_of(content: bytes) -> str:
    """A digest as ECR and the OCI image specification write it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def check_manifest(repository: Any, manifest: str) -> None:
    """Refuses an image whose layers, configuration or images are not in the repository (PutImage).

    Only of a repository that has ever got a layer: what merely has to be an image in a rehearsal may be put
    with a manifest that was made up, which AWS would refuse.
    """
    if not layers_of(repository):
        return
    missing = sorted(set(layer_digests(manifest)) - layers_of(repository).keys())
    if missing:
        words = f"Layers with digests '{', '.join(missing)}' required for pushing image do not exist"
        raise Refused("LayersNotFoundException", f"{words} in the repository '{repository.name}'")
    there = {image.get_image_digest() for image in repository.images}
    images = {each.get("digest", "") for each in json.loads(manifest).get("manifests", [])}
    if images - there:
        words = f"Images with digests '{', '.join(sorted(images - there))}' do not exist"
        raise Refused("ReferencedImagesNotFoundException", f"{words} in the repository '{repository.name}'")


def layer_digests(manifest: str) -> Iterator[str]:
    """The digests that an image is made of: its configuration's and its layers'."""
    found = json.loads(manifest)
    for each in (found.get("config"), *found.get("layers", [])):
        if each and "digest" in each:
            yield each["digest"]


def copy_layers(source: Any, destination: Any, manifest: str) -> None:
    """Brings an image's layers into another repository."""
    contents = layers_of(source)
    for digest in layer_digests(manifest):
        if digest in contents:
            _keep(destination, digest, contents[digest])


def _upload_layer_part(
    self: Any,
    repository_name: str,
    upload_id: str,
    part_first_byte: int,
    part_last_byte: int,
    layer_part_blob: bytes,
    registry_id: str | None = None,
) -> dict[str, Any]:
    repository = self._get_repository(repository_name, registry_id)
    upload, size = repository.uploads.get(upload_id), len(layer_part_blob)
    if upload is not None and (size != part_last_byte - part_first_byte + 1 or size > _LARGEST_PART):
        raise InvalidLayerPartException(
            repository.registry_id, repository_name, upload_id, upload.last_byte_received
        )
    answer = _upload_part(
        self, repository_name, upload_id, part_first_byte, part_last_byte, layer_part_blob, registry_id
    )
    repository.uploads[upload_id].__dict__.setdefault("part_sizes", []).append(size)
    return answer


def _complete_layer_upload(
    self: Any,
    repository_name: str,
    upload_id: str,
    layer_digests: list[str],
    registry_id: str | None = None,
) -> dict[str, Any]:
    repository = self._get_repository(repository_name, registry_id)
    upload = repository.uploads.get(upload_id)
    if upload is None:
        return _complete(self, repository_name, upload_id, layer_digests, registry_id)
    content = bytes(upload.layer_parts)
    _check_upload(repository, upload, digest_of(content), layer_digests)
    answer = _complete(self, repository_name, upload_id, layer_digests, registry_id)
    _keep(repository, answer["layerDigest"], content)
    return answer


def _check_upload(repository: Any, upload: Any, digest: str, wanted: list[str]) -> None:
    """What CompleteLayerUpload refuses, by its documentation."""
    of_it = f"upload '{upload.upload_id}' of the repository '{repository.name}'"
    sizes = getattr(upload, "part_sizes", [])
    if not sizes:
        raise Refused("EmptyUploadException", f"The {of_it} does not contain any layer parts")
    if any(size < _SMALLEST_PART for size in sizes[:-1]):
        raise Refused(
            "LayerPartTooSmallException",
            f"Layer parts of the {of_it} must be at least {_SMALLEST_PART} bytes",
        )
    if wanted != [digest]:
        raise Refused(
            "InvalidLayerException", f"The {of_it} has the digest '{digest}', not '{', '.join(wanted)}'"
        )
    if digest in repository.layers:
        raise Refused(
            "LayerAlreadyExistsException",
            f"Layer with digest '{digest}' already exists in the repository '{repository.name}'",
        )


def _keep(repository: Any, digest: str, content: bytes) -> None:
    repository.layers[digest] = len(content)
    layers_of(repository)[digest] = content


def _digest_of_manifest(self: Any) -> None:
    """An image's digest is that of its manifest; moto makes it up of the layers', or at random."""
    self._image_digest = digest_of(self.image_manifest.encode())


def _download_url(self: Any) -> ActionResult:
    name, digest = self._get_param("repositoryName"), self._get_param("layerDigest")
    repository = self.ecr_backend._get_repository(name)
    content = layers_of(repository).get(digest)
    if content is None:
        words = f"The layer with digest '{digest}' does not exist in the repository '{name}'"
        raise Refused("LayersNotFoundException", words)
    if not any(digest in layer_digests(image.image_manifest) for image in repository.images):
        words = f"The layer with digest '{digest}' is not associated with an image of the repository '{name}'"
        raise Refused("LayerInaccessibleException", words)
    key = f"{repository.registry_id}/{name}/{digest.removeprefix('sha256:')}"
    url = _signed(self.uri, self.region, _put(self.region, key, content), key)
    return ActionResult({"downloadUrl": url, "layerDigest": digest})


def _put(region: str, key: str, content: bytes) -> str:
    """Puts a layer into AWS's bucket; its name."""
    backend, bucket = s3_backends[AWS_ACCOUNT]["aws"], f"prod-{region}-starport-layer-bucket"
    with contextlib.suppress(BucketAlreadyExists):
        backend.create_bucket(bucket, region)
    backend.put_object(bucket, key, content, disable_notification=True)
    return bucket


def _signed(asked: str, region: str, bucket: str, key: str) -> str:
    """An address of S3 where the client has asked, in a signed one's form; nobody looks at the signature."""
    found, now = urlsplit(asked), datetime.now(UTC)
    host = found.netloc
    if host.endswith(".amazonaws.com"):
        host = f"s3.{region}.amazonaws.com"
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"embedded/{now:%Y%m%d}/{region}/s3/aws4_request",
        "X-Amz-Date": f"{now:%Y%m%dT%H%M%SZ}",
        "X-Amz-Expires": _VALID_SECONDS,
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": hashlib.sha256(key.encode()).hexdigest(),
    }
    return f"{found.scheme}://{host}/{bucket}/{quote(key)}?{urlencode(query)}"

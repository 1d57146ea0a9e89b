"""Images, copied from one registry of ECR to another one through this machine.

ECR copies by itself only what is pushed after a rule was made, so an account that is built again has to fetch
what was there before. The calls are those of a push and a pull (ECR API reference, "Actions"); no program of
containers is needed for them.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from botocore.exceptions import ClientError

from infra.configuration import Configuration
from infra.configuration.images import is_digest, is_own
from operations.console import OperationFailed

# What an image is made of, of a single platform and of several (OCI image specification; Docker's forms).
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Repository:
    """A repository: boto3's client of ECR that reaches it, the registry's account, and its name."""

    client: Any
    account: str
    name: str

    @property
    def _about(self) -> dict[str, str]:
        return {"registryId": self.account, "repositoryName": self.name}

    def image(self, digest: str) -> Mapping[str, Any] | None:
        """An image with its manifest; None where it is not there."""
        found = self.client.batch_get_image(
            **self._about, imageIds=[{"imageDigest": digest}], acceptedMediaTypes=list(_MANIFESTS)
        )["images"]
        return next(iter(found), None)

    def lacks(self, layers: list[str]) -> list[str]:
        """Of some layers those that are not there."""
        there: set[str] = set()
        for begin in range(0, len(layers), _ASKED_AT_ONCE):
            some = layers[begin : begin + _ASKED_AT_ONCE]
            found = self.client.batch_check_layer_availability(**self._about, layerDigests=some)
            there |= {
                each["layerDigest"] for each in found["layers"] if each["layerAvailability"] == "AVAILABLE"
            }
        return [each for each in layers if each not in there]

    def layer(self, digest: str) -> Iterator[bytes]:
        """What a layer holds, in parts of the size that ECR takes.

        Raises:
            OperationFailed: it cannot be fetched.
        """
        url = self.client.get_download_url_for_layer(**self._about, layerDigest=digest)["downloadUrl"]
        try:
            with urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310  # ECR's own
                while part := answer.read(_PART_BYTES):
                    yield part
        except (OSError, HTTPException) as error:
            raise OperationFailed(f"{self.name}: layer {digest}: {error}") from None

    def add_layer(self, digest: str, parts: Iterator[bytes]) -> None:
        """Uploads a layer."""
        upload = self.client.initiate_layer_upload(**self._about)["uploadId"]
        begin = 0
        for part in parts:
            self.client.upload_layer_part(
                **self._about,
                uploadId=upload,
                partFirstByte=begin,
                partLastByte=begin + len(part) - 1,
                layerPartBlob=part,
            )
            begin += len(part)
        self.client.complete_layer_upload(**self._about, uploadId=upload, layerDigests=[digest])

    def add_image(self, digest: str, manifest: str, media_type: str, tag: str) -> None:
        """Adds an image of which all parts are there; one that is there stays as it is."""
        tagged = {"imageTag": tag} if tag else {}
        try:
            self.client.put_image(
                **self._about,
                imageManifest=manifest,
                imageManifestMediaType=media_type,
                imageDigest=digest,
                **tagged,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ImageAlreadyExistsException":
                raise


# BatchCheckLayerAvailability takes up to 100 digests (ECR API reference); an image may have more layers.
_ASKED_AT_ONCE = 100
# UploadLayerPart takes up to 10 MiB (ECR user guide, "Amazon ECR service quotas").
_PART_BYTES = 10 * 1024 * 1024


def own_images(configuration: Configuration) -> list[tuple[str, str]]:
    """The images of the environment's own registry that run: repository and digest of each."""
    services = configuration.system.services
    found = {
        (services[service].repository, version)
        for service, version in configuration.images.items()
        if is_own(services[service].repository) and is_digest(version)
    }
    return sorted(found)


def copy_image(source: Repository, target: Repository, digest: str) -> bool:
    """Copies an image with everything that it is made of; answers whether there was anything to do.

    Raises:
        OperationFailed: the source does not have it.
    """
    if target.image(digest) is not None:
        return False
    found = source.image(digest)
    if found is None:
        raise OperationFailed(
            f"{source.name}@{digest} is not in account {source.account}: it was not copied."
        )
    manifest = json.loads(found["imageManifest"])
    for part in manifest.get("manifests", ()):  # an image for each platform
        copy_image(source, target, part["digest"])
    for layer in target.lacks(_layers(manifest)):
        target.add_layer(layer, source.layer(layer))
    media_type = found.get("imageManifestMediaType") or manifest.get("mediaType", _MANIFESTS[2])
    target.add_image(digest, found["imageManifest"], media_type, found["imageId"].get("imageTag", ""))
    return True


def _layers(manifest: Mapping[str, Any]) -> list[str]:
    parts = [*([manifest["config"]] if "config" in manifest else []), *manifest.get("layers", ())]
    return list(dict.fromkeys(each["digest"] for each in parts))

"""Container images for tests, of layers that are really pushed into a registry of the embedded AWS."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import unquote, urlsplit

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import Request

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_CONFIGURATION = "application/vnd.oci.image.config.v1+json"


def digest(content: bytes) -> str:
    """A digest as the OCI image specification writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def manifest(configuration: bytes, *layers: bytes) -> str:
    """An image's manifest."""

    def described(media_type: str, content: bytes) -> dict[str, Any]:
        return {"mediaType": media_type, "digest": digest(content), "size": len(content)}

    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": described(_CONFIGURATION, configuration),
            "layers": [described(_LAYER, layer) for layer in layers],
        }
    )


def push_layer(cloud: Cloud, region: str, repository: str, *parts: bytes, **registry: str) -> str:
    """Uploads a layer in parts; its digest."""
    where = {"repositoryName": repository, **registry}
    upload = cloud.call("ecr", region, "initiate_layer_upload", **where)["uploadId"]
    first = 0
    for part in parts:
        cloud.call(
            "ecr",
            region,
            "upload_layer_part",
            **where,
            uploadId=upload,
            partFirstByte=first,
            partLastByte=first + len(part) - 1,
            layerPartBlob=part,
        )
        first += len(part)
    wanted = digest(b"".join(parts))
    answer = cloud.call(
        "ecr", region, "complete_layer_upload", **where, uploadId=upload, layerDigests=[wanted]
    )
    return str(answer["layerDigest"])


def fetch(cloud: Cloud, address: str) -> bytes:
    """What a signed address leads to, asked for as any client over HTTP does."""
    url = urlsplit(address)
    variables = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path),
        "QUERY_STRING": url.query,
        "SERVER_NAME": str(url.hostname),
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
    }
    answer = cloud.answer(Request(variables, b""))
    assert answer.succeeded, answer
    return answer.body


def push(cloud: Cloud, region: str, repository: str, tag: str, *contents: bytes) -> str:
    """Pushes an image whose configuration and layers have these contents; its digest."""
    for content in contents:
        push_layer(cloud, region, repository, content)
    made = manifest(*contents)
    answer = cloud.call(
        "ecr", region, "put_image", repositoryName=repository, imageTag=tag, imageManifest=made
    )
    return str(answer["image"]["imageId"]["imageDigest"])

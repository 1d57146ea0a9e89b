"""Images of a rehearsal: one of one layer, in each repository of the system."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from infra.configuration.images import is_own
from operations.recovery.image_copies import Repository
from rehearsal.disasters.stage import Stage

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class Image:
    """An image of one layer: what ECR keeps of it, and its digest."""

    layers: tuple[bytes, ...] = (b"what a layer holds", b"{}")

    @property
    def manifest(self) -> str:
        """As OCI's image specification has it."""
        layer, config = ({"digest": _digest(each), "size": len(each)} for each in self.layers)
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **layer}],
        }
        return json.dumps(manifest)

    @property
    def digest(self) -> str:
        """By which the stack file names it."""
        return _digest(self.manifest.encode())

    def push(self, repository: Repository) -> None:
        """As CI does it."""
        for each in self.layers:
            repository.add_layer(_digest(each), iter([each]))
        repository.add_image(self.digest, self.manifest, _MANIFEST, "prod-1a2b3c4")


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def repositories(on_stage: Stage) -> list[Repository]:
    """Of the images that are the system's own."""
    naming, system = on_stage.configuration.naming, on_stage.configuration.system
    names = sorted({each.repository for each in system.services.values() if is_own(each.repository)})
    client = on_stage.client("ecr")
    return [Repository(client, naming.account, f"{naming.system}/{name}") for name in names]


def are_back(on_stage: Stage) -> bool:
    """Whether each repository has the image with all its layers."""
    image = Image()
    return all(
        repository.image(image.digest) is not None
        and all(b"".join(repository.layer(_digest(each))) == each for each in image.layers)
        for repository in repositories(on_stage)
    )

"""Data that comes back into an account that is built again: images, secrets and files."""

from __future__ import annotations

from datetime import datetime

from infra.configuration import Configuration
from infra.configuration.buckets import FRONTEND, backed_up
from infra.naming import Naming
from operations import snapshots
from operations.environments import Connection
from operations.recovery.files_outside import bring_back, told
from operations.recovery.image_copies import Repository, copy_image, own_images
from operations.recovery.object_copies import Bucket
from operations.recovery.run import Run
from operations.recovery.steps import Progress, Step
from timing.data.recovery import Wait


class AccountData:
    """The steps that bring data back; all of them go on where they were interrupted.

    Args:
        after: the environment as it is afterwards.
        outside: names, of the backup account.
        connection: to the account that is built again, which the backup account lets read.
        bucket: the one of the backup account that has snapshots of secrets.
    """

    def __init__(self, after: Configuration, outside: Naming, connection: Connection, bucket: str) -> None:
        self._after, self._outside, self._connection, self._bucket = after, outside, connection, bucket
        self._naming = after.naming

    def images(self, run: Run) -> Step:
        """The images that run, from the registry of the backup account."""

        def act(progress: Progress) -> str:
            images = own_images(self._after)
            for number, (name, digest) in enumerate(images, start=1):
                progress(f"image {number} of {len(images)}")
                copy_image(self._registry(name, self._outside), self._registry(name, self._naming), digest)
            run.about["images"] = len(images)
            return f"{len(images)} images are here"

        does = f"copy the images that run from {self._outside.account}"
        return Step("images", does, Wait.IMAGES, lambda: "images" in run.about, act)

    def _registry(self, repository: str, naming: Naming) -> Repository:
        """Both are asked with the environment's own credentials: repositories outside let them in."""
        client = self._connection.client("ecr")
        return Repository(client, naming.account, f"{naming.system}/{repository}")

    def entries(self, run: Run) -> Step:
        """Of what the system file declares: the platform's own are made anew with what they are for."""

        def act(_: Progress) -> str:
            client = self._connection.client
            snapshot = snapshots.load(
                client("s3"), client("kms"), self._after, self._bucket, run.about["secrets"]
            )
            only = snapshot.values.keys() & self._after.system.secrets.keys()
            found = snapshots.compare(client("secretsmanager"), self._after, snapshot, only) if only else []
            snapshots.restore(client("secretsmanager"), self._after, snapshot, found)
            there = {each.name for each in found if each.state != "no entry"}
            run.about["entries"] = len(there)
            lacking = sorted(self._after.system.secrets.keys() - there)
            return f"{len(there)} secrets" + (f"; without a value: {', '.join(lacking)}" if lacking else "")

        does = "bring secrets back from the snapshot"
        return Step("entries", does, Wait.SECRETS, lambda: "entries" in run.about, act)

    def files(self, run: Run) -> Step:
        """Customers' files and the site, as of the time that was decided."""

        def act(progress: Progress) -> str:
            moment = datetime.fromisoformat(run.about["to"])
            counts = {name: self._bring_back(name, moment, progress) for name in self._brought_back()}
            run.about["files"] = counts
            return "; ".join(f"{name} {told(each, self._outside.account)}" for name, each in counts.items())

        does = "bring files back from the copies"
        return Step("files", does, Wait.ACCOUNT_FILES, lambda: "files" in run.about, act)

    def _bring_back(self, name: str, moment: datetime, progress: Progress) -> dict[str, int]:
        client = self._connection.client("s3")
        source = Bucket(client, self._outside.bucket(name))
        target = Bucket(client, self._naming.bucket(name))
        return bring_back(source, target, moment, lambda count: progress(f"{name} {count:,}"))

    def _brought_back(self) -> list[str]:
        """Customers' files, and the site. Audit logs and backups of before stay where nobody removes them."""
        return [*backed_up(), *([FRONTEND] if self._after.system.frontend else [])]

"""The engine's states that recoveries of a region have kept: in the backups bucket, and on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commands.files import write_atomically
from functions.shared.recoveries import FOLDER
from operations.console import OperationFailed
from operations.recovery.returned_state import is_returned
from operations.recovery.run import TIME_FORMAT

_ENDING = "-region-state-before.json"


@dataclass(frozen=True)
class KeptState:
    """One.

    Args:
        name: of the file.
        since: when the recovery began that kept it.
        state: as `pulumi stack export` gave it; its secrets are encrypted in it.
    """

    name: str
    since: datetime
    state: Mapping[str, Any]


class KeptStates:
    """All of an environment.

    Args:
        s3: boto3's client, in the backups bucket's region.
        bucket: the backups bucket.
        folder: of this machine.
    """

    def __init__(self, s3: Any, bucket: str, folder: Path) -> None:
        self._s3, self._bucket, self._folder = s3, bucket, folder

    def keep(self, began: datetime, state: Mapping[str, Any]) -> str:
        """Keeps a state in both places; answers the name of the file."""
        name = f"{began:{TIME_FORMAT}}{_ENDING}"
        text = json.dumps(state)
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / name, text)
        self._s3.put_object(
            Bucket=self._bucket, Key=f"{FOLDER}{name}", Body=text.encode(), ChecksumAlgorithm="SHA256"
        )
        return name

    def latest(self, region: str) -> KeptState:
        """The newest one that knows a region.

        Raises:
            OperationFailed: there is none.
        """
        for name in sorted({*self._in_bucket(), *self._on_this_machine()}, reverse=True):
            found = self.read(name)
            if is_returned(found.state, region):
                return found
        raise OperationFailed(
            f"No state of when everything ran in {region}: looked for s3://{self._bucket}/{FOLDER}*{_ENDING} "
            f"and in {self._folder}. Without it the engine does not know what stands there. Have the "
            f"file that `recover region` wrote on the machine that it ran on, or remove what is in {region}."
        )

    def read(self, name: str) -> KeptState:
        """One of a name."""
        file = self._folder / name
        if file.exists():
            text = file.read_bytes()
        else:
            text = self._s3.get_object(Bucket=self._bucket, Key=f"{FOLDER}{name}")["Body"].read()
        began = datetime.strptime(name.removesuffix(_ENDING), TIME_FORMAT).replace(tzinfo=UTC)
        return KeptState(name, began, json.loads(text))

    def _in_bucket(self) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=FOLDER)
        for page in pages:
            for each in page.get("Contents", ()):
                name = each["Key"].removeprefix(FOLDER)
                if name.endswith(_ENDING) and "/" not in name:
                    yield name

    def _on_this_machine(self) -> Iterator[str]:
        return (file.name for file in self._folder.glob(f"*{_ENDING}"))

"""A snapshot's form: every value encrypted by KMS itself, under a key that both regions have.

KMS encrypts at most 4096 bytes at once, so a value is cut into parts. That needs a call for each part and
no cryptography of our own, whose library would have to be built for Lambda's processors. Each part is
bound to its place (KMS's encryption context): parts cannot be exchanged, left out at the end or put into
another environment's snapshot without being refused.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FOLDER = "secrets/"
# The same, encrypted with the key of another account, which outlives this one.
OUTSIDE_FOLDER = "secrets-outside/"

# Encrypt in botocore's model.
PART_BYTES = 4096

_FORMAT = 1


class SnapshotError(Exception):
    """A snapshot cannot be read; the message never has a value."""


@dataclass(frozen=True)
class Snapshot:
    """The values of one environment's entries at one time.

    Args:
        system: whose they are.
        environment: likewise.
        made: when, in ISO 8601 and UTC.
        values: by the entries' names within the environment.
    """

    system: str
    environment: str
    made: str
    values: Mapping[str, str]

    @property
    def key(self) -> str:
        """The object's name in the bucket; names sort by time."""
        return self.key_in(FOLDER)

    def key_in(self, folder: str) -> str:
        """The same in a folder of the bucket."""
        return f"{folder}{self.made.replace(':', '')}.json"


def sealed(snapshot: Snapshot, kms: Any, key: str) -> bytes:
    """The snapshot as it is stored.

    Args:
        snapshot: what is to be stored.
        kms: boto3's client.
        key: ARN of the key.
    """
    entries = {
        name: [
            base64.b64encode(
                kms.encrypt(
                    KeyId=key,
                    Plaintext=part,
                    EncryptionContext=_place(snapshot.system, snapshot.environment, snapshot.made, name, at),
                )["CiphertextBlob"]
            ).decode()
            for at, part in _parts(value)
        ]
        for name, value in snapshot.values.items()
    }
    content = {
        "format": _FORMAT,
        "system": snapshot.system,
        "environment": snapshot.environment,
        "made": snapshot.made,
        "entries": entries,
    }
    return json.dumps(content, indent=1, sort_keys=True).encode()


def opened(content: bytes, kms: Any) -> Snapshot:
    """The snapshot that was stored; KMS finds the key in whichever region the client is for.

    Raises:
        SnapshotError: it is none, or was changed.
    """
    try:
        found = json.loads(content)
        system, environment, made = found["system"], found["environment"], found["made"]
        if found["format"] != _FORMAT:
            raise SnapshotError(f"the snapshot has format {found['format']}; known: {_FORMAT}")
        values = {
            name: _joined(
                [
                    kms.decrypt(
                        CiphertextBlob=base64.b64decode(part),
                        EncryptionContext=_place(system, environment, made, name, f"{number}/{len(parts)}"),
                    )["Plaintext"]
                    for number, part in enumerate(parts, start=1)
                ]
            )
            for name, parts in found["entries"].items()
        }
    except (ValueError, KeyError, TypeError):
        raise SnapshotError("the object is not a snapshot of secrets") from None
    except kms.exceptions.InvalidCiphertextException:
        raise SnapshotError("the snapshot was changed after it was made") from None
    return Snapshot(system, environment, made, values)


def _parts(value: str) -> list[tuple[str, bytes]]:
    data = value.encode()
    parts = [data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES)]
    return [(f"{number}/{len(parts)}", part) for number, part in enumerate(parts, start=1)]


def _joined(parts: list[bytes]) -> str:
    return b"".join(parts).decode()


def _place(system: str, environment: str, made: str, name: str, part: str) -> dict[str, str]:
    return {"system": system, "environment": environment, "made": made, "entry": name, "part": part}

"""The record of a recovery, kept beside the backups and on this machine, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from commands.files import write_atomically
from functions.shared.recoveries import FOLDER

OUTPUT = Path("recoveries")  # on this machine


@dataclass(frozen=True)
class Kept:
    """Where a record is.

    Args:
        address: of the JSON file in S3; empty where S3 did not take it.
        file: on this machine.
        problem: why S3 did not take it.
    """

    address: str
    file: Path
    problem: str = ""


def keep(
    client: Any, bucket: str, name: str, content: Mapping[str, Any], text: str, output: Path = OUTPUT
) -> Kept:
    """Writes a record as JSON and as Markdown, on this machine first.

    Args:
        client: boto3's of S3, in the bucket's region.
        bucket: the backups bucket.
        name: below `recoveries/`, without an ending: `files/documents/2026-11-28T024100Z`.
        content: for programs.
        text: for people, Markdown.
        output: the folder on this machine.
    """
    files = {".json": json.dumps(content, indent=2, sort_keys=True) + "\n", ".md": text}
    for ending, written in files.items():
        file = output / f"{name}{ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, written)
    file = output / f"{name}.json"
    try:
        for ending, written in files.items():
            kind = "application/json" if ending == ".json" else "text/markdown; charset=utf-8"
            client.put_object(
                Bucket=bucket,
                Key=f"{FOLDER}{name}{ending}",
                Body=written.encode(),
                ContentType=kind,
                ChecksumAlgorithm="SHA256",
            )
    except (BotoCoreError, ClientError) as error:
        return Kept("", file, str(error))
    return Kept(f"s3://{bucket}/{FOLDER}{name}.json", file)


def earlier(client: Any, bucket: str, folder: str) -> list[Mapping[str, Any]]:
    """The records below a folder of `recoveries/`, the oldest first; none where the bucket cannot be read."""
    try:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{FOLDER}{folder}/")
        keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
        return [
            json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
            for key in sorted(keys)
            if key.endswith(".json")
        ]
    except (BotoCoreError, ClientError, ValueError):
        return []  # they only save a second copy of what has no checksum

"""Pulumi's archives of files, as the engine sends them: a map with a signature and a hash of the content.

The engine computes the hash itself. Two archives are the same when it is: where their files lie is of
no meaning, so a checkout in another folder changes nothing.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# sdk/go/common/resource/sig in Pulumi's source: what tells an asset and an archive from other maps.
SIGNATURE = "4dabf18193072939515e22adb298388d"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"

# The first moment that the format can write: the real one would make every archive another.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def is_asset(value: Any) -> bool:
    """Whether a value is an asset or an archive."""
    return isinstance(value, Mapping) and value.get(SIGNATURE) in (ASSET, ARCHIVE)


def same_content(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether two assets or archives have the same content."""
    return bool(old.get("hash")) and old.get("hash") == new.get("hash")


def zipped(archive: Mapping[str, Any]) -> bytes:
    """The archive as a zip file; the same bytes whenever and wherever it is made.

    Raises:
        ValueError: it comes from somewhere else than files and texts.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in sorted(_files(archive, "")):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, content)
    return buffer.getvalue()


def _files(value: Mapping[str, Any], name: str) -> Iterator[tuple[str, bytes]]:
    if value.get("assets") is not None:
        for each, inside in value["assets"].items():
            yield from _files(inside, f"{name}/{each}" if name else each)
    elif value.get("text") is not None:
        yield name, value["text"].encode()
    elif value.get("path"):
        path = Path(value["path"])
        if path.is_dir():
            for file in sorted(each for each in path.rglob("*") if each.is_file()):
                inside = file.relative_to(path).as_posix()
                yield f"{name}/{inside}" if name else inside, file.read_bytes()
        else:
            yield name, path.read_bytes()
    else:
        raise ValueError(f"{name or 'the archive'}: only files, folders and texts can be packed here")

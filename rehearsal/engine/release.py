"""Pulumi's own release archive, from Pulumi's own site.

It is what Pulumi's installer downloads; the installer itself would also change the user's shell
profile and put the tool where other projects find it.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
import tarfile
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from rehearsal.engine.binary import VERSION, Unavailable
from rehearsal.engine.progress import Progress

RELEASES = "https://get.pulumi.com/releases/sdk"

# A machine without that site should get to the next way at once.
_TIMEOUT_SECONDS = 5.0

_SYSTEMS = {"linux": "linux", "darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def download(work: Path, progress: Progress) -> Path:
    """The engine of the release, in `work`, checked against the published SHA-256.

    Raises:
        Unavailable: no such release for this machine, no connection, or a wrong checksum.
        OSError: `work` cannot be written.
    """
    system, machine = _SYSTEMS.get(sys.platform), _MACHINES.get(platform.machine().lower())
    if not system or not machine:
        raise Unavailable(f"there is no release for {sys.platform} on {platform.machine()}")
    name = f"pulumi-v{VERSION}-{system}-{machine}.tar.gz"
    checksum = _published_checksum(name)
    archive = work / name
    progress.start(f"Downloading Pulumi {VERSION} from {RELEASES}")
    if _fetch(f"{RELEASES}/{name}", archive, progress) != checksum:
        raise Unavailable(f"the download of {name} does not have the published checksum")
    return _extract(archive, work / "pulumi")


def _published_checksum(name: str) -> str:
    url = f"{RELEASES}/pulumi-{VERSION}-checksums.txt"
    try:
        with _open(url) as response:
            lines = response.read(1 << 20).decode("ascii", errors="replace").splitlines()
    except (OSError, HTTPException) as error:
        raise _unreachable(error) from None
    for line in lines:
        checksum, _, file = line.partition("  ")
        if file.strip() == name:
            return checksum.lower()
    raise Unavailable(f"{url} has no checksum of {name}")


def _fetch(url: str, target: Path, progress: Progress) -> str:
    digest, received = hashlib.sha256(), 0
    with target.open("wb") as file:
        try:
            response = _open(url)
        except (OSError, HTTPException) as error:
            raise _unreachable(error) from None
        with response:
            total = int(response.headers.get("Content-Length") or 0)
            while True:
                try:
                    block = response.read(1 << 20)
                except (OSError, HTTPException) as error:
                    raise _unreachable(error) from None
                if not block:
                    break
                digest.update(block)
                received += len(block)
                file.write(block)
                progress.tick(f"{received >> 20} of {total >> 20} MB" if total else f"{received >> 20} MB")
    return digest.hexdigest()


def _open(url: str) -> HTTPResponse:
    response: HTTPResponse = urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS)  # noqa: S310  (a constant)
    return response


def _extract(archive: Path, target: Path) -> Path:
    # Only the engine: the archive's language hosts and helpers are not needed.
    try:
        with tarfile.open(archive) as tar:
            member = tar.extractfile("pulumi/pulumi")
            if member is None:
                raise KeyError("pulumi/pulumi is not a file")
            with member, target.open("wb") as file:
                shutil.copyfileobj(member, file, 1 << 20)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise Unavailable(f"{archive.name} holds no engine: {error}") from None
    return target


def _unreachable(error: Exception) -> Unavailable:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return Unavailable(f"{error.url} answered {error.code} {error.reason}")
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    said = reason.strerror or str(reason) if isinstance(reason, OSError) else str(reason)
    return Unavailable(f"no connection to {RELEASES.split('/')[2]}: {said or type(error).__name__}")

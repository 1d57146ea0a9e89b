"""A `pulumi` command line tool: which version is it, and is that one good enough?"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

# The version that is built and downloaded, and with which everything here is tested. It is the newest
# that can be built from Go modules everywhere (later ones are not on every module proxy). An older
# engine on PATH is passed over, not because it is known to fail but because nobody has tried it.
VERSION = "3.256.0"

_VERSION_LINE = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+][\w.+-]+)?")

# `pulumi version` takes 0.2 s; a wrapper that first downloads something gets a chance.
_TIMEOUT_SECONDS = 30


class Unavailable(Exception):
    """One way to an engine is closed.

    Args:
        reason: why, in a few words.
        remedy: what a person can do about it, when that is not simply to install Pulumi.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def accepted_version(path: Path, environment: Mapping[str, str]) -> str:
    """The version of the engine at `path`, such as `3.256.0`.

    Raises:
        Unavailable: it cannot be run, does not say its version, or is not between VERSION and the
            next major version.
    """
    version = _version(path, environment)
    found, needed = _parts(version), _parts(VERSION)
    if found < needed:
        raise Unavailable(f"{version} is too old, {VERSION} or newer is needed")
    if found[0] != needed[0]:
        raise Unavailable(f"{version} is another major version than {VERSION}")
    return version


def _version(path: Path, environment: Mapping[str, str]) -> str:
    if not path.is_file():
        raise Unavailable("no such file" if not path.exists() else "not a file")
    if not os.access(path, os.X_OK):
        raise Unavailable("not executable")
    try:
        result = subprocess.run(
            [str(path), "version"],
            env={**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"`pulumi version` did not answer within {_TIMEOUT_SECONDS} s") from None
    except OSError as error:
        raise Unavailable(f"cannot be run: {error.strerror}") from None
    if result.returncode != 0:
        said = (result.stderr.strip() or result.stdout.strip() or "without a word").splitlines()[-1]
        raise Unavailable(f"`pulumi version` failed with exit code {result.returncode}: {said}")
    text = result.stdout.strip()
    if not _VERSION_LINE.fullmatch(text):
        raise Unavailable(f"`pulumi version` printed no version but {text[:60]!r}")
    return text.removeprefix("v")


def _parts(version: str) -> tuple[int, int, int]:
    match = _VERSION_LINE.fullmatch(version)
    assert match is not None
    major, minor, patch = match.groups()
    return int(major), int(minor), int(patch)

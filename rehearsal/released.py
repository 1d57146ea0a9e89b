"""The state that a release has left, which every later program has to be able to go on with.

`make release VERSION=1.2.0` keeps it in `releases/`. Names, URNs and what forces a replacement may then
no longer change without an alias: the test of upgrades previews the present program on each of them.
"""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from commands.errors import CommandError
from commands.files import write_atomically
from infra.configuration.strict_yaml import parse
from preview.data import HOLDS
from rehearsal.events import Log
from rehearsal.session import Session
from rehearsal.throwaway import throwaway_session
from timing.engine_step import EngineStep

ENVIRONMENT = "prod"
_FOLDER = "releases"
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_REMOVED = frozenset({"delete", "replace", "create-replacement", "delete-replaced"})

_NAMES = ("name", "identifier", "bucket", "replicationGroupId", "functionName")
# What an upgrade may not remove: what holds data, and the zone that names lead to.
_KEPT = HOLDS.keys() | {"aws:route53/zone:Zone"}

# Keeps nothing, and is never changed: with each release there is another one.
_MADE_ANEW = "kubernetes:batch/v1:Job"


def kept_releases(root: Path) -> list[Path]:
    """The states of all releases, the oldest first."""
    return sorted((root / _FOLDER).glob("*.json.gz"), key=lambda file: _numbers(_version(file)))


def file_of(root: Path, version: str) -> Path:
    """Where a new release's state is kept.

    Args:
        root: the checkout.
        version: three numbers, as in 1.2.0.

    Raises:
        CommandError: the version is none, or is kept already: what was released stays as it was.
    """
    if not _VERSION.fullmatch(version):
        raise CommandError(f"VERSION: found {version or 'nothing'}; allowed: three numbers, as in 1.2.0.")
    file = root / _FOLDER / f"{version}.json.gz"
    if file.exists():
        raise CommandError(f"VERSION: found {version}, which {file.name} is of; allowed: a newer one.")
    return file


def keep_release(root: Path, engine: Path, file: Path) -> None:
    """Deploys prod into a throw-away embedded AWS, and keeps its state as that of a release.

    Args:
        root: the checkout, whose own system it is.
        engine: the program `pulumi`.
        file: as `file_of` gives it.
    """
    with throwaway_session(root, ENVIRONMENT, engine) as session:
        session.up()
        exported = session.command("stack", "export", "--show-secrets")
    file.parent.mkdir(exist_ok=True)
    write_atomically(file, gzip.compress(_harmless(exported).encode(), mtime=0))


def _harmless(exported: str) -> str:
    """The state without what was generated: it opens nothing, but who reads it in public cannot know."""
    state = json.loads(exported)
    del state["deployment"]["secrets_providers"]
    text = json.dumps(state, sort_keys=True)
    for value in sorted(_generated(state["deployment"]["resources"]), key=len, reverse=True):
        text = text.replace(value, "x" * len(value))
    return text


def _generated(resources: Iterable[dict[str, Any]]) -> set[str]:
    found: set[str] = set()
    for resource in resources:
        if resource["type"].startswith("random:"):
            for name in ("result", "bcryptHash"):
                value = resource["outputs"].get(name)
                text = json.loads(value["plaintext"]) if isinstance(value, dict) else value
                if text:
                    found.add(str(text))
    return found


def bring_in(session: Session, file: Path) -> None:
    """Makes a release's state that of a session, whose embedded AWS knows nothing of it: for previews."""
    state = json.loads(gzip.decompress(file.read_bytes()))
    salt = parse(session.workspace.stack_file.read_text(encoding="utf-8"))["encryptionsalt"]
    state["deployment"]["secrets_providers"] = {"type": "passphrase", "state": {"salt": salt}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plain:
        json.dump(state, plain)
        plain.flush()
        session.command("stack", "import", "--file", plain.name)


def losses(log: Log) -> list[str]:
    """What an upgrade would replace, remove although it has data, or make anew under another URN."""
    return [
        f"{step.operation} {step.urn}: {', '.join(step.changed)}"
        for step in log.planned
        if step.operation in _REMOVED
        and step.type != _MADE_ANEW
        and (step.operation != "delete" or step.type in _KEPT or _comes_again(step, log))
    ]


def _comes_again(removed: EngineStep, log: Log) -> bool:
    """Whether the same is made under another URN, which AWS refuses while the name is taken."""
    before = removed.old.get("inputs") or {}
    return any(
        step.operation == "create"
        and step.type == removed.type
        and any(before.get(key) and before[key] == step.new.get("inputs", {}).get(key) for key in _NAMES)
        for step in log.planned
    )


def _version(file: Path) -> str:
    return file.name.removesuffix(".json.gz")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

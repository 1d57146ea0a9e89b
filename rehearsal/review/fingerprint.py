"""The fingerprint of all that a deployment depends on: when it is the same, so is the deployment.

A deployment follows from its program and the program's files, from the rehearsal that carries it out, the
engine, the Python packages (providers' SDKs and moto among them) and the day: nothing else is read, which is
a test. What is kept under a fingerprint can therefore not be out of date; it is only found no more.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from infra.configuration.file_names import stack_file_name
from infra.configuration.files import UnreadableFile, stack_config, stack_values, system_file_of
from rehearsal.program.programs import PROGRAM_PACKAGES

# The checkout's parts that a deployment is carried out with, besides the program that is deployed.
_CARRIED_OUT_WITH = (
    "commands",
    "functions/restore_test",
    "infra/configuration",
    "infra/naming.py",
    "preview/property.py",
    "rehearsal",
    "rights",
    "timing",
)
_ROOT = Path(__file__).resolve().parents[2]


def fingerprint(root: Path, environment: str, engine: Path, today: date, system: Path | None = None) -> str:
    """Of the deployment of an environment.

    Args:
        root: the checkout whose program is deployed.
        environment: the stack's name.
        engine: the `pulumi` command.
        today: the day for what ends on a day.
        system: another system file than the stack file chooses.
    """
    found = hashlib.sha256()
    for part in (environment, today.isoformat(), sys.version, *_packages(), *of_engine(engine)):
        found.update(f"{part}\0".encode())
    for folder, files in (
        (root, program_files(root, environment, system)),
        (_ROOT, rehearsal_files()),
    ):
        for name, content in _contents(folder, files):
            found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def program_files(root: Path, environment: str, system: Path | None = None) -> list[Path]:
    """All that the program of a checkout is made of and reads."""
    files = [root / "__main__.py", root / "Pulumi.yaml", root / stack_file_name(environment)]
    files.append(system or root / _chosen_system_file(root, environment))
    return [*files, *_below(root, PROGRAM_PACKAGES)]


def rehearsal_files() -> list[Path]:
    """The code and data of this checkout that carries deployments out."""
    return list(_below(_ROOT, _CARRIED_OUT_WITH))


def _chosen_system_file(root: Path, environment: str) -> str:
    try:
        return system_file_of(stack_values(stack_config(root, environment)), root)
    except UnreadableFile:
        return ""  # no program starts with it


def _below(root: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        path = root / name
        yield from (path,) if path.is_file() else sorted(path.rglob("*"))


def _contents(root: Path, files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            name = str(file.relative_to(root)) if file.is_relative_to(root) else ""
            yield name, file.read_bytes()


def _packages() -> list[str]:
    """The installed packages with their versions, as their folders are named."""
    return sorted({found.name for folder in sys.path for found in Path(folder).glob("*.dist-info")})


def of_engine(engine: Path) -> tuple[str, int, int]:
    """What tells an engine from another; reading it would take longer than what is saved."""
    found = engine.stat()
    return str(engine.resolve()), found.st_size, found.st_mtime_ns

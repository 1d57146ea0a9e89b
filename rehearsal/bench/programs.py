"""The programs that `make bench` measures: the floor of `random` resources, and this one made larger."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.configuration.file_names import stack_file_name
from infra.configuration.strict_yaml import parse, written
from rehearsal.workspace.stack_file import StackFile


@contextmanager
def floor_program(root: Path, environment: str, resources: int) -> Iterator[Path]:
    """The same number of resources that cost nothing: RandomId (RandomPassword hashes with bcrypt)."""
    with tempfile.TemporaryDirectory(prefix="groundwork-floor-") as folder:
        floor = Path(folder)
        shutil.copy(root / "Pulumi.yaml", floor)
        shutil.copy(StackFile.read(root, environment).path, floor)
        # The stack itself is one of the resources.
        program = (
            "import pulumi_random as random\n"
            f"for number in range({resources - 1}):\n"
            '    random.RandomId(f"id-{number}", byte_length=8)\n'
        )
        (floor / "__main__.py").write_text(program, encoding="utf-8")
        yield floor


@contextmanager
def scaled_checkout(root: Path, environment: str, factor: int) -> Iterator[Path]:
    """A copy of the program with `factor` times its services and buckets.

    The added services have no database: its connections are counted against a real limit.
    """
    with tempfile.TemporaryDirectory(prefix="groundwork-scaled-") as folder:
        copy = Path(folder)
        for file in (*root.glob("Pulumi*.yaml"), root / "system.yaml", root / "__main__.py"):
            shutil.copy(file, copy)
        for package in ("infra", "functions"):
            shutil.copytree(root / package, copy / package)
        names = _scale_services(copy / "system.yaml", factor)
        _scale_images(copy / stack_file_name(environment), names)
        with (copy / "infra" / "configuration" / "buckets.py").open("a", encoding="utf-8") as catalogue:
            catalogue.write(_MORE_BUCKETS.format(factor=factor))
        yield copy


_MORE_BUCKETS = """
import dataclasses as _dataclasses

CATALOGUE += tuple(
    _dataclasses.replace(bucket, name=f"{{bucket.name}}-{{number}}", replicated=False)
    for number in range(1, {factor})
    for bucket in CATALOGUE
)
"""


def _scale_services(path: Path, factor: int) -> dict[str, str]:
    """Adds copies of the services; gives each one's name with that of the service it was copied from."""
    system = parse(path.read_text(encoding="utf-8"))
    names = {}
    for name, service in list(system["services"].items()):
        for number in range(1, factor):
            copy = f"{name}-{number}"
            names[copy] = name
            system["services"][copy] = {**service, "database": False}
            if "route" in service:
                # One of a service's own paths leads to its health check.
                system["services"][copy]["route"] = {**service["route"], "paths": [f"/{copy}/*"]}
                system["services"][copy]["health"] = {**service["health"], "ready": f"/{copy}/ready"}
    path.write_text(written(system), encoding="utf-8")
    return names


def _scale_images(path: Path, names: dict[str, str]) -> None:
    stack = parse(path.read_text(encoding="utf-8"))
    images = stack["config"]["groundwork:images"]
    images |= {name: images[original] for name, original in names.items()}
    path.write_text(written(stack), encoding="utf-8")

"""The archive of a Lambda function: its folder of the checkout, and pure-Python packages.

Listed file by file, so that byte code and caches, which differ between machines, are no part of it:
the same sources are the same archive everywhere, and a preview shows a change only when there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path, PurePath
from types import MappingProxyType

import pulumi

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "functions"
SHARED = "shared"


def archive(
    folder: str, distributions: Sequence[str], data: Mapping[str, str] = MappingProxyType({})
) -> pulumi.AssetArchive:
    """The code of a function.

    Args:
        folder: its folder in `functions/`.
        distributions: packages of requirements.txt that it imports, and all that these need. boto3 is
            in the runtime already.
        data: texts by the names of the files that it finds them in, beside its code.

    Raises:
        FileNotFoundError: there is no such folder.
        importlib.metadata.PackageNotFoundError: a package is not installed.
    """
    files = dict(_own(folder))
    for distribution in distributions:
        files.update(_installed(distribution))
    assets: dict[str, pulumi.Asset | pulumi.Archive] = {
        name: pulumi.FileAsset(str(files[name])) for name in sorted(files)
    }
    assets |= {f"{PACKAGE}/{folder}/{name}": pulumi.StringAsset(text) for name, text in data.items()}
    return pulumi.AssetArchive(assets)


def _own(folder: str) -> Iterator[tuple[str, Path]]:
    if not (ROOT / PACKAGE / folder / "handler.py").is_file():
        raise FileNotFoundError(f"{PACKAGE}/{folder}/handler.py: no such function")
    yield f"{PACKAGE}/__init__.py", ROOT / PACKAGE / "__init__.py"
    for each in (SHARED, folder):
        for file in (ROOT / PACKAGE / each).rglob("*.py"):
            yield file.relative_to(ROOT).as_posix(), file


def _installed(distribution: str) -> Iterator[tuple[str, Path]]:
    for file in metadata.files(distribution) or ():
        if _is_imported(file):
            yield file.as_posix(), Path(str(file.locate())).resolve()


def _is_imported(file: PurePath) -> bool:
    """Not what an installation adds: programs, byte code, and notes about itself."""
    if file.parts[0].endswith(".dist-info"):
        return file.name == "METADATA"  # packages ask it for their version
    return file.parts[0] != ".." and file.suffix != ".pyc"

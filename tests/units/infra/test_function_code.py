"""What a function's archive consists of."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import PurePosixPath

import pulumi
import pytest

from infra.functions.function_code import ROOT, archive


def _files(folder: str, *distributions: str) -> dict[str, str]:
    assets = archive(folder, distributions).assets
    found = {}
    for name, asset in assets.items():
        assert isinstance(asset, pulumi.FileAsset)
        found[name] = str(asset.path)
    return found


def test_a_function_has_its_own_folder_and_the_shared_one() -> None:
    folders = {PurePosixPath(name).parent.as_posix() for name in _files("remind")}
    assert folders == {"functions", "functions/shared", "functions/remind"}


def test_packages_are_there_as_they_are_imported() -> None:
    names = _files("remind", "pg8000")
    assert "pg8000/native.py" in names
    (about,) = [name for name in names if "dist-info" in name]
    assert about.endswith("/METADATA")


def test_nothing_that_differs_between_machines_is_in_it() -> None:
    names = _files("rotate_database", "pg8000", "python-dateutil", "six")
    assert not [name for name in names if name.endswith(".pyc") or name.startswith(("..", "/"))]


def test_files_are_named_absolutely_since_the_engine_works_elsewhere() -> None:
    assert all(path.startswith("/") for path in _files("remind").values())
    assert _files("remind")["functions/remind/handler.py"] == str(ROOT / "functions/remind/handler.py")


def test_a_folder_without_a_handler_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match=r"functions/nothing/handler\.py: no such function"):
        archive("nothing", ())


def test_a_package_that_is_not_installed_is_refused() -> None:
    with pytest.raises(PackageNotFoundError):
        archive("remind", ["not-installed-anywhere"])

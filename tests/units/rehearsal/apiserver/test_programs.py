"""The pinned server: its version is the stack files', it is built once, and who cannot build is told why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pytest
import yaml

from rehearsal.apiserver import programs as module
from rehearsal.apiserver.programs import (
    MODULE,
    NoApiServer,
    OtherVersion,
    check_version,
    kept,
    programs,
    server_version,
)
from rehearsal.engine.progress import Progress
from tests.support.checkout import ROOT

# Says its version, builds what it is asked for as empty files, and has modules with nothing but definitions.
GO = """#!/bin/sh
case "$1 $2" in
"version ") echo go version go1.26.1 linux/amd64 ;;
"mod download")
    echo "go: downloading $4"
    folder="$MODULES/$4"
    for file in pkg/apis/crds/karpenter.sh_nodepools.yaml \\
        config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml; do
        mkdir -p "$(dirname "$folder/$file")" && echo "of: $4" > "$folder/$file"
    done
    printf '{\\n\\t"Path": "x",\\n\\t"Origin": {\\n\\t\\t"VCS": "git"\\n\\t},\\n'
    printf '\\t"Dir": "%s"\\n}\\n' "$folder" ;;
*)
    echo "$@" >> "$COUNT"
    while [ "$1" != -o ]; do shift; done
    touch "$2kube-apiserver" "$2kube-controller-manager" "$2server" ;;
esac
"""


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """With a `go` that builds nothing."""
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(GO)
    go.chmod(0o755)
    return {
        "PATH": f"{go.parent}:/usr/bin:/bin",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "COUNT": str(tmp_path / "count"),
        "MODULES": str(tmp_path / "modules"),
    }


@pytest.mark.parametrize("file", sorted(ROOT.glob("Pulumi.*.yaml")), ids=lambda file: file.stem)
def test_it_is_of_the_version_of_every_stack_file(file: Path) -> None:
    settings = yaml.safe_load(file.read_text())["config"]
    check_version(settings["groundwork:cluster"]["version"])


def test_another_version_is_told_with_what_to_do() -> None:
    with pytest.raises(OtherVersion, match=r"found 1\.29; allowed: 1\.\d+, .* tools/apiserver/README.md"):
        check_version("1.29")


def test_kubernetes_own_modules_are_of_the_same_release() -> None:
    text = (MODULE / "go.mod").read_text()
    replaced = dict(re.findall(r"^\t(k8s\.io/\S+) => \1 v(\S+)$", text, re.MULTILINE))
    assert {"k8s.io/api", "k8s.io/apiserver", "k8s.io/apimachinery"} <= replaced.keys()
    assert set(replaced.values()) == {f"0{server_version().removeprefix('1')}"}


def test_everything_is_built_once_and_kept_whole(environment: Mapping[str, str], tmp_path: Path) -> None:
    assert kept(environment) is None
    said = StringIO()
    built = programs(environment, Progress(said))
    assert {file.name for file in built.folder.iterdir()} == {
        "kube-apiserver",
        "kube-controller-manager",
        "server",
        "karpenter.sh_nodepools.yaml",
        "secrets-store.csi.x-k8s.io_secretproviderclasses.yaml",
    }
    assert all(path.exists() for path in (built.api_server, built.controllers, built.etcd))
    assert "of: sigs.k8s.io/karpenter@v" in built.definitions[0].read_text()
    assert f"API server {server_version()}" in said.getvalue()
    assert kept(environment) == programs(environment, Progress(StringIO())) == built
    (build,) = (tmp_path / "count").read_text().splitlines()
    assert f"version.gitVersion=v{server_version()}" in build


def test_who_cannot_build_it_is_told_why_and_nothing_stays(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    go = tmp_path / "bin" / "go"
    go.write_text(GO.replace('echo "$@" >> "$COUNT"', "echo 'no such module'; exit 1"))
    with pytest.raises(NoApiServer, match=r"cannot be built: .*no such module.* Install Go") as raised:
        programs(environment, Progress(StringIO()))
    assert raised.value.code == 3
    assert kept(environment) is None


def test_another_server_version_has_another_folder(
    environment: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = programs(environment, Progress(StringIO()))
    other = tmp_path / "pinned"
    other.mkdir()
    for name in ("go.mod", "go.sum"):
        (other / name).write_text((MODULE / name).read_text() + "\n")
    monkeypatch.setattr(module, "MODULE", other)
    assert kept(environment) is None
    assert programs(environment, Progress(StringIO())).folder != built.folder

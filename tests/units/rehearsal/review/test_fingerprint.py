"""A fingerprint is another one whenever the deployment may be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rehearsal.review import fingerprint as fingerprints
from rehearsal.review.fingerprint import fingerprint, program_files, rehearsal_files
from tests.support.checkout import ROOT

TODAY = date(2026, 11, 21)
FILES = {
    "__main__.py": "import infra\n",
    "Pulumi.yaml": "name: groundwork\n",
    "Pulumi.prod.yaml": "config:\n  groundwork:account: '1'\n",
    "system.yaml": "name: triangle\n",
    "other.yaml": "name: node\n",
    "infra/part.py": "SIZE = 1\n",
    "infra/data/authority.pem": "-----\n",
    "functions/remind/handler.py": "\n",
    "docs/page.md": "\n",
    "tests/test_part.py": "\n",
    "rehearsal/part.py": "\n",
}

# Prints what is opened or looked through inside of the checkout while a program declares.
OPENED = """
import importlib.util, json, os, sys
root, opened = os.getcwd(), set()
def notice(event, arguments):
    if event == "open" and arguments and isinstance(arguments[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if path.endswith(".pyc"):  # of a module that was imported before; also what is being written
            path = importlib.util.source_from_cache(path)
        ours = path.startswith(root + os.sep) and not path.startswith(sys.prefix + os.sep)
        if ours and "__pycache__" not in path:  # packages are told by their versions
            opened.add(os.path.relpath(path, root))
from tests.support.recorder import record
import tests.support.recorder
for name in [name for name in sys.modules if name.split(".")[0] in ("infra", "functions")]:
    del sys.modules[name]
sys.addaudithook(notice)
record("prod")
print(json.dumps(sorted(opened)))
"""

LOADED = """
import json, os, sys
import rehearsal.program.language, rehearsal.session, rehearsal.kubernetes.provider, rehearsal.aws.functions
files = [getattr(module, "__file__", None) for module in sys.modules.values()]
root = os.getcwd()
inside = [os.path.relpath(file, root) for file in files if file and file.startswith(root + os.sep)]
print(json.dumps(sorted(file for file in inside if not file.startswith("."))))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "engine").write_text("engine", encoding="utf-8")
    return root


def _of(root: Path, environment: str = "prod", today: date = TODAY, system: Path | None = None) -> str:
    return fingerprint(root, environment, root / "engine", today, system)


def _write(name: str, text: str = "# another\n") -> Callable[[Path], None]:
    def write(root: Path) -> None:
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return write


def _add(root: Path) -> None:
    (root / "infra" / "more.py").write_text("", encoding="utf-8")


def _rename(root: Path) -> None:
    (root / "infra" / "part.py").rename(root / "infra" / "parts.py")


def _remove(root: Path) -> None:
    (root / "functions" / "remind" / "handler.py").unlink()


def _choose_another_system(root: Path) -> None:
    _write("Pulumi.prod.yaml", "  groundwork:systemFile: other.yaml\n")(root)


@pytest.mark.parametrize(
    "change",
    [
        *(
            pytest.param(_write(name), id=name)
            for name in FILES
            if not name.startswith(("docs", "tests", "rehearsal", "other"))
        ),
        _write("engine"),
        _add,
        _rename,
        _remove,
        _choose_another_system,
    ],
)
def test_another_program_file_or_engine_is_another_deployment(
    root: Path, change: Callable[[Path], None]
) -> None:
    before = _of(root)
    assert _of(root) == before
    change(root)
    assert _of(root) != before


@pytest.mark.parametrize(
    "name", ["docs/page.md", "tests/test_part.py", "other.yaml", "infra/__pycache__/a.pyc"]
)
def test_what_no_deployment_reads_leaves_it_the_same(root: Path, name: str) -> None:
    before = _of(root)
    (root / name).parent.mkdir(exist_ok=True)
    _write(name)(root)
    assert _of(root) == before


def test_the_file_of_the_system_that_is_chosen_counts(root: Path) -> None:
    _choose_another_system(root)
    before = _of(root)
    _write("other.yaml")(root)
    assert _of(root) != before
    named = _of(root, system=root / "system.yaml")
    _write("system.yaml")(root)
    assert _of(root, system=root / "system.yaml") != named


def test_a_file_cannot_pass_for_two(root: Path) -> None:
    """Names and lengths are part of it: text that moves over a file's end is noticed."""
    before = _of(root)
    (root / "infra" / "part.py").write_text("SIZE", encoding="utf-8")
    (root / "infra" / "pasta.py").write_text(" = 1\n", encoding="utf-8")
    assert _of(root) != before


def test_day_environment_packages_and_the_rehearsal_itself_count(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {_of(root), _of(root, today=date(2026, 11, 22)), _of(root, environment="dev")}
    package = root / "packages" / "moto-5.2.1.dist-info"
    package.mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(package.parent))
        found.add(_of(root))
        package.rename(package.with_name("moto-5.2.2.dist-info"))
        found.add(_of(root))
    monkeypatch.setattr(fingerprints, "_ROOT", root)
    found.add(_of(root))
    _write("rehearsal/part.py")(root)
    found.add(_of(root))
    assert len(found) == 7


def _asked(program: str) -> set[Path]:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {ROOT / name for name in json.loads(done.stdout.splitlines()[-1])}


def test_the_program_reads_nothing_else() -> None:
    opened = _asked(OPENED)
    assert {ROOT / "system.yaml", ROOT / "infra/platform.py"} <= opened
    assert opened - set(program_files(ROOT, "prod")) == set()


def test_the_rehearsal_runs_nothing_else() -> None:
    loaded = _asked(LOADED)
    assert ROOT / "rehearsal/aws/cloud.py" in loaded
    # What a package's folder says about itself in a line of text is no code.
    empty = {
        file for file in loaded if file.name == "__init__.py" and len(file.read_text().splitlines()) <= 1
    }
    assert loaded - empty - set(rehearsal_files()) == set()

"""The base of a review is a revision of this checkout; the working tree is left alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rehearsal.review.base import Base, RevisionError

STACK_FILE = "Pulumi.dev.yaml"


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--initial-branch=main")
    git(tmp_path, "commit", "--allow-empty", "-m", "empty")
    git(tmp_path, "tag", "empty")
    (tmp_path / "__main__.py").write_text("first\n", encoding="utf-8")
    for folder in ("infra", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "system.yaml").write_text("", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "program")
    (tmp_path / "__main__.py").write_text("changed, not committed\n", encoding="utf-8")
    return tmp_path


def test_the_base_has_the_files_of_its_revision(repository: Path) -> None:
    with Base(repository, "main").checked_out(STACK_FILE) as base:
        assert (base / "__main__.py").read_text(encoding="utf-8") == "first\n"
        assert (repository / "__main__.py").read_text(encoding="utf-8") == "changed, not committed\n"
    assert not base.exists()


def test_the_base_has_what_its_program_may_read(repository: Path) -> None:
    def folders(system: Path | None = None) -> list[str]:
        with Base(repository, "main").checked_out(STACK_FILE, system) as base:
            return sorted(file.parent.name for file in base.glob("*/system.yaml"))

    assert folders() == ["infra"]
    assert folders(repository / "tests" / "system.yaml") == ["infra", "tests"]
    assert folders(repository / "docs" / "added.yaml") == ["infra"]  # the base has no such folder
    (repository / STACK_FILE).write_text("groundwork:systemFile: tests/system.yaml", encoding="utf-8")
    assert folders() == ["infra"]  # what is not committed is not the base's
    git(repository, "add", ".")
    git(repository, "commit", "-m", "another system")
    assert folders() == ["infra", "tests"]


@pytest.mark.parametrize(
    ("revision", "said"),
    [("nowhere", "there is no revision 'nowhere'"), ("empty", "has no program yet")],
)
def test_a_revision_that_cannot_be_a_base_says_why(repository: Path, revision: str, said: str) -> None:
    with pytest.raises(RevisionError, match=said), Base(repository, revision).checked_out(STACK_FILE):
        pass


def test_outside_git_there_is_no_base(tmp_path: Path) -> None:
    with (
        pytest.raises(RevisionError, match="not a git checkout"),
        Base(tmp_path, "main").checked_out(STACK_FILE),
    ):
        pass


def test_without_git_it_is_not_the_checkout_that_is_wrong(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with (
        pytest.raises(RevisionError, match="git is not installed"),
        Base(repository, "main").checked_out(STACK_FILE),
    ):
        pass


def test_a_clone_that_is_cut_off_is_told_how_to_get_the_rest(repository: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--depth", "1", repository.as_uri(), str(shallow))
    with (
        pytest.raises(RevisionError, match="git fetch --unshallow"),
        Base(shallow, "HEAD~1").checked_out(STACK_FILE),
    ):
        pass

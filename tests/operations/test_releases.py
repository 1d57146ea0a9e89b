"""ENV-4 and K8S-5: promotion copies digests, and one command goes back to the versions before."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from operations.console import OperationError
from operations.release_history import releases
from operations.releases import parse_digests, promote, roll_back

ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")


def _stack_file(*versions: tuple[str, str]) -> str:
    lines = [f"    {name}: {version}  # as tried" for name, version in versions]
    return "\n".join(["config:", "  groundwork:region: us-west-2", "  groundwork:images:", *lines, ""])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for environment, version in (("dev", "main"), ("staging", TWO), ("prod", ONE)):
        text = _stack_file(("api", version), ("worker", version))
        (tmp_path / f"Pulumi.{environment}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def _commit(checkout: Path) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    commit = [*identity, "commit", "-q", "--allow-empty", "-m", "x"]
    for command in (["git", "init", "-q"], ["git", "add", "."], ["git", *commit]):
        subprocess.run(command, cwd=checkout, check=True, capture_output=True)


@pytest.mark.contract("ENV-4")
def test_promotion_copies_the_digests_that_were_tried(checkout: Path) -> None:
    assert promote(checkout, "staging", "prod", {}) == {"api": (ONE, TWO), "worker": (ONE, TWO)}
    assert (checkout / "Pulumi.prod.yaml").read_text() == (checkout / "Pulumi.staging.yaml").read_text()
    assert promote(checkout, "staging", "prod", {}) == {}


@pytest.mark.contract("ENV-4")
def test_a_tag_is_never_promoted(checkout: Path) -> None:
    with pytest.raises(OperationError, match=r"found tags for api, worker; staging takes digests alone"):
        promote(checkout, "dev", "staging", {})
    changes = promote(checkout, "dev", "staging", {"api": THREE, "worker": THREE})
    assert changes == {"api": (TWO, THREE), "worker": (TWO, THREE)}


@pytest.mark.contract("ENV-4")
@pytest.mark.parametrize(("source", "target"), [("dev", "prod"), ("prod", "staging"), ("prod", "prod")])
def test_no_environment_is_left_out(checkout: Path, source: str, target: str) -> None:
    with pytest.raises(OperationError, match="allowed: dev to staging, staging to prod"):
        promote(checkout, source, target, {})


@pytest.mark.contract("K8S-5")
def test_rollback_writes_the_versions_before(checkout: Path) -> None:
    _commit(checkout)
    promote(checkout, "staging", "prod", {})
    _commit(checkout)
    assert roll_back(checkout, "prod")[1] == {"api": (TWO, ONE), "worker": (TWO, ONE)}


@pytest.mark.contract("K8S-5")
def test_rollback_undoes_a_promotion_that_is_not_committed_yet(checkout: Path) -> None:
    _commit(checkout)
    promote(checkout, "staging", "prod", {})
    assert roll_back(checkout, "prod")[1] == {"api": (TWO, ONE), "worker": (TWO, ONE)}


def test_rollback_without_a_version_before_says_so(checkout: Path) -> None:
    _commit(checkout)
    with pytest.raises(OperationError, match="no other versions"):
        roll_back(checkout, "prod")


def test_a_history_that_is_cut_off_is_no_history(checkout: Path, tmp_path: Path) -> None:
    """In it the version that runs looks like the first one ever, tried nowhere and with nothing to undo."""
    _commit(checkout)
    promote(checkout, "staging", "prod", {})
    _commit(checkout)
    shallow = tmp_path / "shallow"
    clone = ["git", "clone", "-q", "--depth", "1", checkout.as_uri(), str(shallow)]
    whole = ["git", "-C", str(shallow), "fetch", "-q", "--unshallow"]
    subprocess.run(clone, check=True, capture_output=True)
    with pytest.raises(OperationError, match="git fetch --unshallow"):
        roll_back(shallow, "prod")
    with pytest.raises(OperationError, match="git fetch --unshallow"):
        releases(shallow, shallow / "Pulumi.prod.yaml")
    subprocess.run(whole, check=True, capture_output=True)
    assert roll_back(shallow, "prod")[1] == {"api": (TWO, ONE), "worker": (TWO, ONE)}


def test_files_without_git_have_no_history(checkout: Path) -> None:
    with pytest.raises(OperationError, match=r"is not a git checkout.*Clone the repository"):
        roll_back(checkout, "prod")


def test_services_that_only_one_environment_has_are_refused(checkout: Path) -> None:
    text = _stack_file(("api", TWO), ("billing", TWO))
    (checkout / "Pulumi.staging.yaml").write_text(text, encoding="utf-8")
    before = (checkout / "Pulumi.prod.yaml").read_text()
    with pytest.raises(OperationError, match="Name the same services in both first"):
        promote(checkout, "staging", "prod", {})
    assert (checkout / "Pulumi.prod.yaml").read_text() == before


@pytest.mark.parametrize("text", ["api", "api=main", "=sha256:" + "0" * 64])
def test_a_digest_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OperationError, match="SERVICE=sha256:"):
        parse_digests([text])


def test_an_environment_that_does_not_exist_is_refused(checkout: Path) -> None:
    with pytest.raises(OperationError, match="there is no environment 'production'"):
        roll_back(checkout, "production")


def _everything_of(file: Path) -> tuple[int, bytes]:
    return file.stat().st_mode & 0o777, file.read_bytes()


def test_promotion_changes_the_digests_and_nothing_else_of_the_file(checkout: Path) -> None:
    """Line endings, mode, comments, quotes and the form of the mapping stay; a link goes on being one."""
    before = (
        '# prod\r\nconfig:\r\n  groundwork:account: "012345678901"\r\n'
        f'  groundwork:images: {{"api": \'{ONE}\', worker: "{ONE}"}}  # tried\r\n'
    )
    link, file = checkout / "Pulumi.prod.yaml", checkout / "stacks" / "prod.yaml"
    file.parent.mkdir()
    file.write_bytes(before.encode())
    file.chmod(0o640)
    link.unlink()
    link.symlink_to(file)
    assert promote(checkout, "staging", "prod", {}) == {"api": (ONE, TWO), "worker": (ONE, TWO)}
    assert link.is_symlink()
    assert _everything_of(file) == (0o640, before.replace(ONE, TWO).encode())


def test_versions_that_services_share_by_an_alias_change_together(checkout: Path) -> None:
    text = f"config:\n  groundwork:images:\n    api: &one {ONE}\n    worker: *one\n"
    file = checkout / "Pulumi.prod.yaml"
    file.write_text(text, encoding="utf-8")
    promote(checkout, "staging", "prod", {})
    assert file.read_text() == text.replace(ONE, TWO)
    staging = _stack_file(("api", ONE), ("worker", TWO))
    (checkout / "Pulumi.staging.yaml").write_text(staging, encoding="utf-8")
    with pytest.raises(OperationError, match="share by aliases"):
        promote(checkout, "staging", "prod", {})
    assert file.read_text() == text.replace(ONE, TWO)


@pytest.mark.contract("K8S-5")
def test_rollback_finds_the_history_of_what_a_link_points_to(checkout: Path) -> None:
    link, file = checkout / "Pulumi.prod.yaml", checkout / "stacks" / "prod.yaml"
    file.parent.mkdir()
    link.rename(file)
    link.symlink_to(file)
    _commit(checkout)
    promote(checkout, "staging", "prod", {})
    _commit(checkout)
    file.unlink()
    _commit(checkout)
    file.write_text("config: [", encoding="utf-8")
    _commit(checkout)
    file.write_text(_stack_file(("api", TWO), ("worker", TWO)), encoding="utf-8")
    assert roll_back(checkout, "prod")[1] == {"api": (TWO, ONE), "worker": (TWO, ONE)}


def test_a_stack_file_that_is_not_yaml_is_refused_with_the_place(checkout: Path) -> None:
    (checkout / "Pulumi.prod.yaml").write_bytes(b"config:\n  x: \xff\n")
    with pytest.raises(OperationError, match=r"Pulumi.prod.yaml: line 2: found bytes that are not UTF-8"):
        promote(checkout, "staging", "prod", {})


def _run(checkout: Path, version: str) -> str:
    """Prod runs another version from now on; answers the commit."""
    text = _stack_file(("api", version), ("worker", version))
    (checkout / "Pulumi.prod.yaml").write_text(text, encoding="utf-8")
    _commit(checkout)
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.contract("K8S-5")
def test_a_release_that_was_rolled_back_is_passed_over(checkout: Path) -> None:
    for version in (ONE, TWO, THREE, TWO):  # THREE was bad
        _run(checkout, version)
    chosen, changes = roll_back(checkout, "prod")
    assert changes == {"api": (TWO, ONE), "worker": (TWO, ONE)}
    assert not chosen.rolled_back


@pytest.mark.contract("K8S-5")
def test_what_was_rolled_back_is_returned_to_by_name_alone_and_says_so(checkout: Path) -> None:
    _run(checkout, ONE)
    bad = _run(checkout, TWO)
    _run(checkout, ONE)
    with pytest.raises(OperationError, match=rf"every other release was rolled back.*{bad} .*rolled back"):
        roll_back(checkout, "prod")
    chosen, changes = roll_back(checkout, "prod", bad)
    assert changes["api"] == (ONE, TWO)
    assert chosen.rolled_back


@pytest.mark.contract("K8S-5")
def test_any_earlier_release_can_be_reached(checkout: Path) -> None:
    first, second, _ = (_run(checkout, version) for version in (ONE, TWO, THREE))
    assert [each.commit for each in releases(checkout, checkout / "Pulumi.prod.yaml")][1:] == [second, first]
    assert roll_back(checkout, "prod", first)[1]["api"] == (THREE, ONE)
    for wrong in ("no-such-revision", "--output=x", "HEAD:x"):
        with pytest.raises(OperationError, match=r"found no release there\. There are: "):
            roll_back(checkout, "prod", wrong)
    assert not (checkout / "x").exists()

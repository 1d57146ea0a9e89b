"""DEP-1: what CI tells GitHub: one issue for one thing, one comment for a pull request, no empty proposal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import botocore.session
import pytest
from moto import mock_aws

from tests.support.checkout import ROOT

Script = Callable[..., subprocess.CompletedProcess[str]]

# Stands for GitHub's command line: writes its calls down, with the file that a body comes from.
GH = """#!/bin/sh
echo "$*" >> "$CALLS"
for word; do [ ! -f "$word" ] || cat "$word" >> "$CALLS"; done
case "$1 $2" in
"issue list") printf '%s' "${OPEN:-}" ;;
"pr view") printf '%s' "${VIEW:-}" ;;
"api --paginate") printf '%s' "${COMMENTS:-}" ;;
esac
"""


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Runs one of `.ci/` in a repository of its own."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    here, origin = tmp_path / "here", tmp_path / "origin.git"
    for command in (
        ["git", "init", "-q", "--bare", str(origin)],
        ["git", "init", "-q", "-b", "main", str(here)],
        ["git", "-C", str(here), "remote", "add", "origin", str(origin)],
    ):
        subprocess.run(command, check=True)
    (here / "file").write_text("before\n")
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for words in (["add", "."], [*identity, "commit", "-q", "-m", "x"]):
        subprocess.run(["/usr/bin/env", "git", *words], cwd=here, check=True)

    def run(name: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(tools), os.environ["PATH"]])
        own = {"PATH": path, "HOME": str(tmp_path), "CALLS": str(tmp_path / "calls"), **variables}
        command = [str(ROOT / ".ci" / name), *words]
        return subprocess.run(command, cwd=here, env=own, capture_output=True, text=True, check=False)

    return run


def calls(tmp_path: Path) -> str:
    file = tmp_path / "calls"
    return file.read_text() if file.exists() else ""


def test_a_file_of_text_becomes_an_issue_as_it_stands(script: Script, tmp_path: Path) -> None:
    (tmp_path / "here" / "said.txt").write_text("~ aws:sqs:Queue delaySeconds\n")
    done = script("issue", "incident", "A deployment of prod has failed", "said.txt")
    assert done.returncode == 0, done.stderr
    assert "issue create --label incident --title A deployment of prod has failed" in calls(tmp_path)
    assert "```\n~ aws:sqs:Queue delaySeconds" in calls(tmp_path)


def test_drift_becomes_an_issue_with_its_review_and_its_own_title(script: Script, tmp_path: Path) -> None:
    (tmp_path / "here" / "drift.md").write_text("# prod has drifted\n\n| risk | what |\n")
    done = script("issue", "drift", "Could not look at prod", "drift.md", GITHUB_RUN_ID="7")
    assert done.returncode == 0, done.stderr
    assert "issue create --label drift --title prod has drifted" in calls(tmp_path)
    assert "| risk | what |" in calls(tmp_path)
    assert "/actions/runs/7" in calls(tmp_path)
    assert "```" not in calls(tmp_path)


def test_where_nobody_came_so_far_as_to_look_that_is_the_issue(script: Script, tmp_path: Path) -> None:
    assert script("issue", "drift", "Could not look at prod", "drift.md").returncode == 0
    assert "issue create --label drift --title Could not look at prod" in calls(tmp_path)
    assert "There is no drift.md." in calls(tmp_path)


def test_what_is_an_issue_already_is_a_comment_there(script: Script, tmp_path: Path) -> None:
    assert script("issue", "drift", "prod has drifted", "text", OPEN="12").returncode == 0
    assert "issue comment 12 --body-file" in calls(tmp_path)
    assert "issue create" not in calls(tmp_path)


def test_a_pull_request_has_one_comment_and_what_is_missing_is_said(script: Script, tmp_path: Path) -> None:
    (tmp_path / "here" / "preview-dev.md").write_text("nothing changes\n")
    done = script("comment", "7", "preview", "", "preview-dev.md", "preview-prod.md")
    assert done.returncode == 0, done.stderr
    assert "pr comment 7 --body-file" in calls(tmp_path)
    told = "<!-- preview -->\nnothing changes\n\npreview-prod.md: there is none; see the run."
    assert told in calls(tmp_path)


def test_what_was_said_of_the_same_thing_is_said_anew_and_nothing_else(
    script: Script, tmp_path: Path
) -> None:
    (tmp_path / "here" / "account.md").write_text("no risk\n")
    before = "11 <!-- preview -->\n12 <!-- account-prod -->\n13 <!-- account-production -->\n"
    done = script("comment", "7", "account-prod", "The account of prod", "account.md", COMMENTS=before)
    assert done.returncode == 0, done.stderr
    assert "--method PATCH repos/{owner}/{repo}/issues/comments/12 --field body=@" in calls(tmp_path)
    assert "pr comment" not in calls(tmp_path)
    # Anybody may write the same first line.
    assert 'select(.user.login == "github-actions[bot]")' in calls(tmp_path)


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.contract("SEC-7")
@pytest.mark.parametrize(
    ("number", "commit", "view", "code"),
    [
        ("12", COMMIT, f"OPEN false main {COMMIT}", 0),
        ("12", COMMIT, f"OPEN true main {COMMIT}", 1),  # a fork
        ("12", COMMIT, f"CLOSED false main {COMMIT}", 1),
        ("12", COMMIT, f"OPEN false other {COMMIT}", 1),
        ("12", COMMIT, f"OPEN false main {COMMIT[::-1]}", 1),  # pushed since it was looked at
        ("12", COMMIT[:8], f"OPEN false main {COMMIT[:8]}", 2),
        ("12 --repo else/where", COMMIT, f"OPEN false main {COMMIT}", 2),
        ("", COMMIT, f"OPEN false main {COMMIT}", 2),
    ],
)
def test_only_what_was_looked_at_and_is_proposed_from_here_comes_near_an_account(
    script: Script, number: str, commit: str, view: str, code: int
) -> None:
    done = script("own", number, commit, VIEW=view)
    assert done.returncode == code, done.stderr
    assert ("allowed: " in done.stderr) is (code != 0)


def test_what_has_changed_is_proposed_on_a_branch(script: Script, tmp_path: Path) -> None:
    (tmp_path / "here" / "file").write_text("after\n")
    done = script("propose", "rollback-prod-7", "Roll prod back", "file", GITHUB_ACTOR="ada")
    assert done.returncode == 0, done.stderr
    assert "pr create --title Roll prod back --head rollback-prod-7" in calls(tmp_path)
    command = ["/usr/bin/env", "git", "show", "rollback-prod-7:file"]
    shown = subprocess.run(command, cwd=tmp_path / "origin.git", capture_output=True, text=True, check=True)
    assert shown.stdout == "after\n"


def test_nothing_is_proposed_where_nothing_has_changed(script: Script, tmp_path: Path) -> None:
    done = script("propose", "packages-7", "Newer packages", "file")
    assert (done.returncode, done.stdout) == (0, "Nothing has changed.\n")
    assert calls(tmp_path) == ""


@pytest.mark.contract("SEC-7")
def test_later_steps_work_as_the_role_and_take_it_anew_when_its_hour_is_over(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a second time in a job, when GitHub's own role was taken anew."""
    role = "arn:aws:iam::230000000003:role/groundwork-deploy"
    file = tmp_path / "env"
    for _ in range(2):
        words = {"RUNNER_TEMP": str(tmp_path), "GITHUB_ENV": str(file)}
        assert script("credentials", role, "us-west-2", **words).returncode == 0
    (tmp_path / "credentials").write_text("[github]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, _, value in (line.partition("=") for line in file.read_text().splitlines()):
        monkeypatch.setenv(name, value)
    session = botocore.session.get_session()
    credentials = session.get_credentials()
    assert credentials.method == "assume-role"
    with mock_aws(config={"core": {"mock_credentials": False}}):
        client = session.create_client("sts")
        assert ":assumed-role/groundwork-deploy/" in client.get_caller_identity()["Arn"]
        assert client.meta.region_name == "us-west-2"
        first = credentials.get_frozen_credentials()
        nearly_over = datetime.now(UTC) + timedelta(minutes=55)
        monkeypatch.setattr("botocore.credentials._local_now", lambda: nearly_over)
        monkeypatch.setattr(credentials, "_time_fetcher", lambda: nearly_over)
        assert credentials.get_frozen_credentials() != first

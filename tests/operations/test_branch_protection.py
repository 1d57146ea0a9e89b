"""SEC-7: the rules of the repository, against a server that checks what GitHub's documentation asks for."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner

from operations.branch_protection import protect
from operations.cli import app
from operations.console import OperationError, OperationFailed

REPOSITORY = "triangle-portal/platform"
CHECKS_OF_MAIN = ["test", "workflows", "preview (dev)", "preview (staging)", "preview (prod)"]
TOKEN = "a-token"
# "Update branch protection": these four have to be there, null or not.
REQUIRED = {"required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"}


@dataclass
class GitHub:
    """What was put where."""

    api: str = ""
    put: dict[str, Any] = field(default_factory=dict)
    refuse: str = ""


@pytest.fixture
def github() -> Iterator[GitHub]:
    known = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the server's name
            team = self.path.removeprefix("/orgs/triangle-portal/teams/")
            self._answer(200 if team == "on-call" else 404, {"id": 42})

        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wrong = self.path.endswith("/protection") and not set(body) >= REQUIRED
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._answer(401, {"message": "Bad credentials"})
            elif wrong or self.path.endswith(known.refuse or "\0"):
                self._answer(422, {"message": "Invalid request."})
            else:
                known.put[self.path] = body
                self._answer(200, {})

        def _answer(self, code: int, body: dict[str, Any]) -> None:
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    known.api = f"http://127.0.0.1:{server.server_port}"
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.contract("SEC-7")
def test_main_changes_by_reviewed_and_tested_pull_requests_alone(github: GitHub) -> None:
    protect(TOKEN, REPOSITORY, ["on-call"], api=github.api)
    rule = github.put[f"/repos/{REPOSITORY}/branches/main/protection"]
    assert rule["required_status_checks"] == {"strict": True, "contexts": CHECKS_OF_MAIN}
    assert rule["required_pull_request_reviews"]["required_approving_review_count"] == 1
    assert rule["enforce_admins"] is True
    assert (rule["allow_force_pushes"], rule["allow_deletions"]) == (False, False)


@pytest.mark.contract("SEC-7")
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environment_is_deployed_from_main_alone(github: GitHub, environment: str) -> None:
    protect(TOKEN, REPOSITORY, ["on-call"], api=github.api)
    rule = github.put[f"/repos/{REPOSITORY}/environments/{environment}"]
    assert rule["deployment_branch_policy"] == {"protected_branches": True, "custom_branch_policies": False}


@pytest.mark.contract("SEC-7")
def test_somebody_else_has_to_agree_to_a_deployment_of_prod(github: GitHub) -> None:
    protect(TOKEN, REPOSITORY, ["on-call"], api=github.api)
    rule = github.put[f"/repos/{REPOSITORY}/environments/prod"]
    assert rule["prevent_self_review"] is True
    assert rule["reviewers"] == [{"type": "Team", "id": 42}]


@pytest.mark.parametrize(
    ("token", "teams", "said"), [("", ["on-call"], "GITHUB_TOKEN is not set"), (TOKEN, [], "Name one")]
)
def test_nothing_is_sent_without_token_and_team(
    github: GitHub, token: str, teams: list[str], said: str
) -> None:
    with pytest.raises(OperationError, match=said):
        protect(token, REPOSITORY, teams, api=github.api)
    assert github.put == {}


@pytest.mark.parametrize(
    ("token", "teams", "refuse", "said"),
    [
        ("wrong", ["on-call"], "", "401 .*Bad credentials"),
        (TOKEN, ["nobody"], "", "404"),
        (TOKEN, ["on-call"], "/environments/prod", "PUT .*/environments/prod: 422"),
    ],
)
def test_a_refusal_says_what_was_refused_and_never_the_token(
    github: GitHub, token: str, teams: list[str], refuse: str, said: str
) -> None:
    github.refuse = refuse
    with pytest.raises(OperationFailed, match=said) as refused:
        protect(token, REPOSITORY, teams, api=github.api)
    assert token not in str(refused.value)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("nowhere.yaml", "nowhere.yaml: the file: found no such file"),
        ("Pulumi.yaml", "Pulumi.yaml: source: found nothing"),
    ],
)
def test_a_system_file_that_names_no_repository_is_said(file: str, said: str) -> None:
    result = CliRunner().invoke(app, ["protect-branch", "--team", "on-call", "--system", file])
    assert result.exit_code == 2
    assert said in result.output


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(OperationFailed, match="cannot be reached"):
        protect(TOKEN, REPOSITORY, ["on-call"], api="http://127.0.0.1:9")


@pytest.mark.contract("SEC-7", "DEP-1")
@pytest.mark.parametrize("environment", ["preview-dev", "preview-staging", "preview-prod"])
def test_somebody_else_has_to_agree_before_a_pull_requests_program_reads_an_account(
    github: GitHub, environment: str
) -> None:
    protect(TOKEN, REPOSITORY, ["on-call"], api=github.api)
    assert github.put[f"/repos/{REPOSITORY}/environments/{environment}"] == {
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
        "prevent_self_review": True,
        "reviewers": [{"type": "Team", "id": 42}],
    }


@pytest.mark.contract("SEC-7", "DEP-1")
@pytest.mark.parametrize("environment", ["dev-read", "staging-read", "prod-read"])
def test_what_only_looks_comes_from_main_alone_and_waits_for_nobody(github: GitHub, environment: str) -> None:
    protect(TOKEN, REPOSITORY, ["on-call"], api=github.api)
    rule = github.put[f"/repos/{REPOSITORY}/environments/{environment}"]
    assert rule == {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False}}


@pytest.mark.contract("SEC-7", "ENV-6")
def test_somebody_else_has_to_agree_to_a_deployment_of_the_backup_account(github: GitHub) -> None:
    protect(TOKEN, REPOSITORY, ["on-call"], api=github.api)
    assert github.put[f"/repos/{REPOSITORY}/environments/backup-account"] == {
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
        "prevent_self_review": True,
        "reviewers": [{"type": "Team", "id": 42}],
    }
    # Who agrees has seen a plan, which is made before anybody is asked.
    assert github.put[f"/repos/{REPOSITORY}/environments/backup-account-read"] == {
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
    }

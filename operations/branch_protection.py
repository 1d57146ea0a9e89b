"""The rules of the repository on GitHub: main by pull request alone, and prod from main alone (SEC-7)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.configuration.environments import Environment
from infra.configuration.source import (
    BACKUP_ACCOUNT_ENVIRONMENT,
    preview_environment,
    reading_environment,
)
from operations.console import OperationError, OperationFailed

API = "https://api.github.com"
API_VERSION = "2022-11-28"
BRANCH = "main"
# The jobs of .github/workflows/test.yml, and those of pull-request.yml, a risk without approval among it.
CHECKS = ("test", "workflows", *(f"preview ({environment})" for environment in Environment))
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Rule:
    """One request that sets a rule: its path in GitHub's REST API, its body, and what it is for."""

    path: str
    body: Mapping[str, Any]
    description: str


def rules(repository: str, reviewers: Sequence[int], checks: Sequence[str] = CHECKS) -> tuple[Rule, ...]:
    """What is set, in order. Each replaces what was there, so that it can be repeated.

    Args:
        repository: owner and name.
        reviewers: ids of the teams of whom one member has to agree to a deployment of prod, and to a pull
            request's program in any account.
        checks: the jobs that must have succeeded.
    """
    branch = Rule(
        f"/repos/{repository}/branches/{BRANCH}/protection",
        {
            # Strict: tested together with what main has now.
            "required_status_checks": {"strict": True, "contexts": list(checks)},
            "enforce_admins": True,
            "required_pull_request_reviews": {
                "required_approving_review_count": 1,
                "dismiss_stale_reviews": True,
            },
            "restrictions": None,
            "required_linear_history": True,
            "allow_force_pushes": False,
            "allow_deletions": False,
            "required_conversation_resolution": True,
        },
        f"{BRANCH}: one review, {', '.join(checks)} green, no force pushes, the same for administrators",
    )
    return (
        branch,
        *(_environment(repository, name, reviewers) for name in Environment),
        *(_reading(repository, name) for name in (*Environment, BACKUP_ACCOUNT_ENVIRONMENT)),
        *(_previewing(repository, name, reviewers) for name in Environment),
        _agreed_to(repository, BACKUP_ACCOUNT_ENVIRONMENT, reviewers),
    )


def _reading(repository: str, name: str) -> Rule:
    """What only looks (a plan, drift) has an environment of its own, since nobody is asked before it."""
    reading = reading_environment(name)
    path = f"/repos/{repository}/environments/{reading}"
    return Rule(path, {"deployment_branch_policy": _PROTECTED}, f"{reading}: from {BRANCH} alone")


def _environment(repository: str, name: Environment, reviewers: Sequence[int]) -> Rule:
    if name.standard.live:
        return _agreed_to(repository, name, reviewers)
    path, body = f"/repos/{repository}/environments/{name}", {"deployment_branch_policy": _PROTECTED}
    return Rule(path, body, f"{name}: from {BRANCH} alone")


def _previewing(repository: str, name: Environment, reviewers: Sequence[int]) -> Rule:
    """A pull request's program reads the account there, its passwords among it: dev's as well."""
    return _agreed_to(repository, preview_environment(name), reviewers)


def _agreed_to(repository: str, name: str, reviewers: Sequence[int]) -> Rule:
    body = {
        "deployment_branch_policy": _PROTECTED,
        "prevent_self_review": True,
        "reviewers": [{"type": "Team", "id": team} for team in reviewers],
    }
    path = f"/repos/{repository}/environments/{name}"
    return Rule(path, body, f"{name}: from {BRANCH} alone, after somebody else has agreed")


_PROTECTED = {"protected_branches": True, "custom_branch_policies": False}


def team_id(token: str, repository: str, team: str, api: str = API) -> int:
    """The id of a team of the repository's owner, by its name in addresses."""
    answer = _request(token, "GET", f"{api}/orgs/{repository.split('/', maxsplit=1)[0]}/teams/{team}", None)
    return int(answer["id"])


def protect(token: str, repository: str, teams: Sequence[str], *, api: str = API) -> tuple[Rule, ...]:
    """Sets every rule; answers them.

    Args:
        token: of somebody who administers the repository.
        repository: owner and name.
        teams: who agrees to deployments of prod.
        api: where GitHub's REST API is.

    Raises:
        OperationError: without token or team.
        OperationFailed: when GitHub refuses one; those before it are set, and it may be repeated.
    """
    if not token:
        raise OperationError(
            "GITHUB_TOKEN is not set. Set it to a token with administration of the repository."
        )
    if not teams:
        raise OperationError("No team agrees to deployments of prod. Name one: --team on-call.")
    set_ones = rules(repository, [team_id(token, repository, team, api) for team in teams])
    for rule in set_ones:
        _request(token, "PUT", f"{api}{rule.path}", rule.body)
    return set_ones


def _request(token: str, method: str, address: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310  # an address of GitHub, or the one that a person gave
        address,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": API_VERSION,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return dict(json.loads(answer.read() or b"{}"))
    except urllib.error.HTTPError as error:
        with error:
            detail = error.read().decode(errors="replace")[:500]
        raise OperationFailed(f"GitHub refused {method} {address}: {error.code} {detail}") from None
    except OSError as error:
        raise OperationFailed(f"GitHub cannot be reached at {address}: {error}") from None

"""SEC-7: how GitHub's tokens name the repository that deploys."""

from __future__ import annotations

import pytest

from infra.configuration.source import Repository


@pytest.mark.contract("SEC-7")
def test_a_token_names_its_repository_by_name_or_with_the_numbers_that_never_change() -> None:
    # The second form as GitHub's announcement and Microsoft's guide have it.
    repository = Repository("octocat", "my-repo", 123456, 456789)
    assert repository.subjects == ("repo:octocat/my-repo", "repo:octocat@123456/my-repo@456789")


@pytest.mark.contract("SEC-7")
def test_without_numbers_nothing_is_trusted_that_could_be_anybodys() -> None:
    assert Repository("octocat", "my-repo").subjects == ("repo:octocat/my-repo",)

"""What AWS takes of everything: each environment, and the largest system that the configuration allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.provider import AwsProvider
from rehearsal.aws.quota_table import QUOTAS
from rehearsal.aws.quotas import Declared, exceeded
from rehearsal.providers.provider import ProviderConfig, Resource
from rehearsal.workspace.journal import Journal
from tests.support.largest_system import write_largest
from tests.support.recorder import Recording, record


def graph_of(recording: Recording) -> list[Declared]:
    """The resources of a recording, as quotas count them."""
    return [
        Declared(each.type, each.name, each.provider, {name: each.plain(name) for name in each.inputs})
        for each in recording.resources
        if each.custom
    ]


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """prod with as much of everything as both files may have."""
    return record("prod", write_largest(tmp_path_factory.mktemp("largest"), "prod"))


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsProvider]:
    """The embedded AWS' own, which checks as a preview does."""
    with Cloud("230000000003", Journal(tmp_path_factory.mktemp("cloud") / "journal.jsonl")) as cloud:
        yield AwsProvider(cloud).configure(ProviderConfig({"region": "us-west-2"}))


def test_every_environment_fits_into_the_quotas_of_a_new_account(each: Recording) -> None:
    assert [str(excess) for excess in exceeded(graph_of(each), QUOTAS)] == []


def test_the_largest_system_fits_into_the_quotas_of_a_new_account(largest: Recording) -> None:
    assert [str(excess) for excess in exceeded(graph_of(largest), QUOTAS)] == []


def test_no_name_text_or_list_of_the_largest_system_is_too_long(
    largest: Recording, provider: AwsProvider
) -> None:
    """Other refusals are of what the recorder makes up, such as ARNs."""
    too_long = {
        failure.reason
        for each in largest.resources
        if each.type.startswith("aws:")
        for failure in provider.check(Resource(each.urn, each.type, each.name), None, _plain(each))[1]
        if " has " in failure.reason
    }
    assert too_long == set()


def _plain(resource: Any) -> dict[str, Any]:
    return {name: resource.plain(name) for name in resource.inputs}

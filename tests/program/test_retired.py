"""A service that is taken away or called otherwise takes no logs and no images along, and can come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.configuration.system import load_system
from infra.configuration.validation import ConfigurationError
from tests.support.recorder import TODAY, Recording, record, stack_file, system_file
from tests.support.recordings import recording_of

GROUP = "aws:cloudwatch/logGroup:LogGroup"
MASKING = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"
REPOSITORY = "aws:ecr/repository:Repository"
SERVICE = "admin"


@pytest.fixture(scope="module")
def without_it(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """prod after the service is retired."""
    system, images = system_file(), stack_file("prod")["images"]
    repository = system["services"].pop(SERVICE)["repository"]
    system["retired"] = {SERVICE: {"repository": repository}}
    file: Path = tmp_path_factory.mktemp("retired") / "system.yaml"
    file.write_text(yaml.safe_dump(system), encoding="utf-8")
    left = {name: version for name, version in images.items() if name != SERVICE}
    return record("prod", {"systemFile": str(file), "images": left})


@pytest.mark.contract("OBS-1")
def test_a_services_logs_are_not_deleted_with_it(like_prod: Recording) -> None:
    for name in ("api", "worker", "admin"):
        assert like_prod.one(GROUP, name).protect, name


@pytest.mark.contract("OBS-1", "S3-5")
@pytest.mark.parametrize("kind", [GROUP, MASKING, REPOSITORY])
def test_what_is_retired_stays_the_same_resource(without_it: Recording, kind: str) -> None:
    name = SERVICE if kind != REPOSITORY else system_file()["services"][SERVICE]["repository"]
    before, after = recording_of("prod").one(kind, name), without_it.one(kind, name)
    assert (after.urn, after.inputs, after.protect) == (before.urn, before.inputs, before.protect)


def test_nothing_of_it_runs_any_more(without_it: Recording) -> None:
    assert SERVICE in recording_of("prod").of("kubernetes:apps/v1:Deployment")
    assert SERVICE not in without_it.of("kubernetes:apps/v1:Deployment")
    filters = without_it.of("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    assert not [name for name in filters if name.startswith(f"{SERVICE}-")]


def test_what_is_left_of_it_can_still_be_asked(without_it: Recording) -> None:
    queries = without_it.of("aws:cloudwatch/queryDefinition:QueryDefinition").values()
    group = f"/triangle/prod/{SERVICE}"
    assert any(group in query.inputs["logGroupNames"] for query in queries)


@pytest.mark.parametrize(
    ("retired", "key", "words"),
    [
        ({"api": {}}, "retired.api", "a service that does not run"),
        ({"default": {}}, "retired.default", "another name"),
        ({"old": {"repository": "back:end:"}}, "retired.old.repository", "without tag or digest"),
        ({"old": {"repo": "a"}}, "retired.old.repo", "the keys repository"),
    ],
)
def test_mistakes_are_told(retired: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_system({**system_file(), "retired": retired}, TODAY)
    (problem,) = error.value.problems
    assert (problem.key, words in str(problem)) == (key, True), problem

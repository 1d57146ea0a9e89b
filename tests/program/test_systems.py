"""The five systems of the runbooks, in three environments: data alone, no code changed."""

from __future__ import annotations

import pytest

from tests.support.graphs import graph_of, runs
from tests.support.recorder import Recording, system_file
from tests.support.recordings import SYSTEMS, system_recording
from timing.durations import DURATIONS, takes_time
from timing.exclusions import overlaps, unmet_requirements

ENVIRONMENTS = ("dev", "staging", "prod")
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.mark.contract("ENV-1", "K8S-3")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_runs_its_services_in_every_environment(system: str, environment: str) -> None:
    recording = system_recording(system, environment)
    services = system_file(f"examples/systems/{system}.yaml")["services"]
    assert set(recording.of(DEPLOYMENT)) == {*services, "reloader"}


@pytest.mark.contract("ENV-1")
@pytest.mark.parametrize("system", SYSTEMS)
def test_staging_has_every_kind_that_prod_has_but_those_that_only_prod_has(system: str) -> None:
    triangle = _only_in_prod("triangle")
    assert _only_in_prod(system) <= triangle


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_it_is_known_how_long_aws_takes_for_everything(system: str, environment: str) -> None:
    types = {type for type in system_recording(system, environment).types() if takes_time(type)}
    # A new type gets an entry in timing/data, or a word in timing/data/quick.py when it takes seconds.
    assert types - DURATIONS.keys() == set()


@pytest.mark.contract("ENV-6")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_no_two_operations_that_aws_refuses_at_once_can_overlap(system: str, environment: str) -> None:
    # In a creation, a release, a change of tier or of anything else, and in a destruction.
    found = {what: overlaps(run) for what, run in runs(system_recording(system, environment)).items()}
    assert {what: [str(each) for each in pairs] for what, pairs in found.items() if pairs} == {}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_everything_comes_after_what_aws_needs_for_it(system: str, environment: str) -> None:
    assert list(unmet_requirements(graph_of(system_recording(system, environment)))) == []


def _only_in_prod(system: str) -> set[str]:
    return system_recording(system, "prod").types() - system_recording(system, "staging").types()


@pytest.mark.contract("ENV-2")
@pytest.mark.parametrize("system", SYSTEMS)
def test_no_name_of_prod_is_a_name_of_staging(system: str) -> None:
    prod, staging = (_entries(system_recording(system, one)) for one in ("prod", "staging"))
    assert not prod & staging
    assert len(prod) == len(staging)


def _entries(recording: Recording) -> set[str]:
    return {entry.inputs["name"] for entry in recording.of("aws:secretsmanager/secret:Secret").values()}


@pytest.mark.contract("K8S-2")
def test_paintbox_has_the_cores_and_the_memory_of_its_runbook() -> None:
    spec = system_recording("paintbox", "prod").one(DEPLOYMENT, "app").inputs["spec"]["template"]["spec"]
    requests = spec["containers"][0]["resources"]["requests"]
    assert (requests["cpu"], requests["memory"]) == ("4000m", "1024Mi")

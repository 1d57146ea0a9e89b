"""The five systems of the runbooks are data alone: each fits every environment."""

from __future__ import annotations

import pytest

from infra.configuration import load_configuration
from infra.configuration.buckets import for_services
from infra.configuration.platform_variables import platform_variables
from infra.configuration.validation import ConfigurationError
from infra.kubernetes.service_environment import plain_variables, secret_variables
from tests.support.recorder import TODAY, stack_file, system_file
from tests.support.recordings import SYSTEMS, configuration_of

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_fits_every_environment(system: str, environment: str) -> None:
    configuration = configuration_of(system, environment)
    assert configuration.system.name == system
    assert set(configuration.images) == set(configuration.system.services)


def test_there_are_the_runbooks_five_systems() -> None:
    assert set(SYSTEMS) >= {"triangle", "node", "fixzit", "paintbox", "escrow"}


def test_the_default_system_is_one_of_the_five() -> None:
    assert system_file() == system_file("examples/systems/triangle.yaml")


@pytest.mark.parametrize(
    ("environment", "domain"),
    [
        ("dev", "dev.triangle.example"),
        ("staging", "staging.triangle.example"),
        ("prod", "triangle.example"),
    ],
)
def test_every_environment_has_a_domain_of_its_own(environment: str, domain: str) -> None:
    assert configuration_of("triangle", environment).domain == domain


def test_a_file_that_is_tried_without_versions_of_its_images_is_refused() -> None:
    system = system_file("examples/systems/paintbox.yaml")
    del system["images"]
    with pytest.raises(ConfigurationError) as refused:
        load_configuration("prod", stack_file("prod"), system, "paintbox.yaml", today=TODAY)
    (problem,) = refused.value.problems
    assert (problem.file, problem.key) == ("paintbox.yaml", "images")


@pytest.mark.contract("ENV-3")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_the_platform_gives_a_service_is_known_before(system: str, environment: str) -> None:
    configuration = configuration_of(system, environment)
    what, naming = configuration.system, configuration.naming
    buckets = dict.fromkeys(for_services(), "a-bucket")
    for service in what.services.values():
        plain = plain_variables(service, configuration.settings, what, buckets)
        secret = secret_variables(service, configuration.settings, what, naming)
        given = {*plain, *(each.variable for each in secret)}
        own = {*service.variables, *service.secrets}
        assert given - own == platform_variables(service, what.secrets, what.flags)

"""What every record of an environment has to be, whoever adds one."""

from __future__ import annotations

import re

import pytest

from infra.configuration.environments import ANY_ENVIRONMENT, Environment, one_of

ENVIRONMENTS = list(Environment)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_name_fits_into_what_is_made_of_it(environment: Environment) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]{0,6}", environment)


def test_no_two_have_the_same_host_and_one_has_the_domain_itself() -> None:
    hosts = [each.standard.host for each in ENVIRONMENTS]
    assert len(set(hosts)) == len(hosts)
    assert "" in hosts


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_a_release_is_tried_in_stands_before(environment: Environment) -> None:
    before = ENVIRONMENTS[: ENVIRONMENTS.index(environment)]
    assert environment.standard.after in ([*before] if before else [""])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_block_has_room_for_four_networks_of_private_addresses(environment: Environment) -> None:
    block = environment.standard.addresses
    assert (block.prefixlen, block.is_private) == (14, True)


def test_a_migration_is_something() -> None:
    assert all(each.standard.migration for each in ENVIRONMENTS)


def test_names_are_listed_as_in_a_sentence() -> None:
    assert ANY_ENVIRONMENT == "dev, staging or prod"
    assert one_of(["dev"]) == "dev"

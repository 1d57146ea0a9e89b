"""What a stack file may say of the zone above the environment's domain."""

from __future__ import annotations

from typing import Any

import pytest

from infra.configuration import load_configuration
from infra.configuration.validation import ConfigurationError
from tests.support.recorder import TODAY, stack_file, system_file

SERVERS = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net."]


def problems(parent: dict[str, Any], *, environment: str = "prod", **changes: Any) -> list[str]:
    stack = {**stack_file(environment), "parentZone": parent, **changes}
    stack = {key: value for key, value in stack.items() if value is not ...}
    system = {**system_file(), "domain": "portal.example.com"}
    try:
        load_configuration(environment, stack, system, today=TODAY)
    except ConfigurationError as error:
        return [str(each) for each in error.problems]
    return []


@pytest.mark.parametrize(
    "parent",
    [
        {"name": "example.com"},
        {"name": "example.com", "delegations": {"portal": SERVERS, "shop": SERVERS}},
        {
            "name": "example.com",
            "records": [
                {"type": "CAA", "values": ['0 issue "letsencrypt.org"']},
                {"name": "www", "type": "CNAME", "values": ["example.net"]},
            ],
        },
    ],
)
def test_a_zone_above_the_domain_has_what_any_zone_has(parent: dict[str, Any]) -> None:
    assert problems(parent) == []


@pytest.mark.parametrize(
    ("parent", "said"),
    [
        ({}, "parentZone.name: found nothing"),
        ({"name": "com.example"}, "a name that portal.example.com is below of"),
        ({"name": "portal.example.com"}, "a name that portal.example.com is below of"),
        ({"name": "ample.com"}, "a name that portal.example.com is below of"),
        ({"name": "example.com", "delegations": {"portal": SERVERS[:1]}}, "2 name servers or more"),
        ({"name": "example.com", "zones": []}, "parentZone.zones"),
        (
            {"name": "example.com", "records": [{"name": "a.portal", "type": "A", "values": ["192.0.2.1"]}]},
            "allowed: a name outside of parentZone.delegations.portal. Declare it in that zone.",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_key(parent: dict[str, Any], said: str) -> None:
    (found,) = problems(parent)
    assert said in found


def test_it_is_in_the_backup_account_and_nowhere_else() -> None:
    (found,) = problems({"name": "example.com"}, backupAccount=...)
    assert "allowed: nothing here without backupAccount" in found
    assert problems({"name": "example.com"}, environment="staging")


def test_without_it_there_is_none() -> None:
    settings = load_configuration("prod", stack_file("prod"), system_file(), today=TODAY).settings
    assert settings.parent_zone is None

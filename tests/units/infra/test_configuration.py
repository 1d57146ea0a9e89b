"""Both configuration files: every mistake is found, and all at once. The system file: test_system_file.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.configuration import load_configuration
from infra.configuration.files import read_environment, stack_values
from infra.configuration.strict_yaml import written
from infra.configuration.validation import ConfigurationError, EncryptedText
from tests.support.configuration_problems import changed, problems
from tests.support.recorder import TODAY, stack_file, system_file

ENVIRONMENTS = ("dev", "staging", "prod")
ONE = f"sha256:{'1' * 64}"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_files_of_the_checkout_are_fine(environment: str) -> None:
    assert problems(environment) == []


@pytest.mark.parametrize(
    ("environment", "path", "value", "expected"),
    [
        ("prod", "account", "12345", 'account: found "12345"; allowed: an account id of 12 digits'),
        ("prod", "account", 123456789012, "Put it in quotes"),
        ("prod", "account", ..., "account: found nothing"),
        ("prod", "region", "oregon", 'region: found "oregon"; allowed: the name of a region'),
        ("prod", "recoveryRegion", "us-west-2", "another region than `region`"),
        ("prod", "backupAccount", "230000000003", 'found "230000000003"; allowed: another account than'),
        ("prod", "backupAccount", "23000000000", 'found "23000000000"; allowed: an account id of 12 digits'),
        ("prod", "backupAccount", 230000000009, "Put it in quotes"),
        ("dev", "backupAccount", "230000000009", "allowed: nothing here: only prod is copied"),
        ("staging", "backupAccount", "230000000009", "allowed: nothing here: only prod is copied"),
        ("prod", "regoin", "us-west-2", "Did you mean region?"),
        ("prod", "network", ..., "Add it, for example `network: {cidr: …, recoveryCidr: …}`."),
        ("prod", "replicas", ..., "Add it, for example `replicas: {minimum: 3, maximum: 10}`."),
        (
            "prod",
            "budget",
            400,
            "allowed: a mapping of keys to values. For example `budget: {monthly: 4000}`.",
        ),
        ("prod", "images", dict.fromkeys(("api", "worker", "amdin"), ONE), "Did you mean admin?"),
        ("prod", "network", "10.0.0.0/16", 'network: found "10.0.0.0/16"; allowed: a mapping'),
        ("prod", "network.cidr", "10.20.0.0/16", "within 10.24.0.0/14, this environment's block"),
        ("prod", "network.cidr", "10.24.0.0/24", "a /16 to /18"),
        ("prod", "network.cidr", "10.24.0.1/16", "bits beyond its length"),
        ("prod", "network.cidr", "10.24.0.300/16", "network.cidr"),
        ("prod", "network.recoveryCidr", "10.24.0.0/17", "does not overlap network.cidr (10.24.0.0/16)"),
        ("prod", "network.recoveryAvailabilityZones", ..., "Add it"),
        ("prod", "network.recoveryAvailabilityZones", ["us-east-2a"], "3 zones in prod"),
        ("prod", "network.recoveryAvailabilityZones", [f"us-west-2{z}" for z in "abc"], "zones of us-east-2"),
        ("prod", "network.availabilityZones", ["us-west-2a"], '["us-west-2a"]; allowed: 3 zones in prod'),
        ("prod", "network.availabilityZones", [], "a list"),
        ("prod", "network.availabilityZones", ["us-west-2a"] * 3, "stands there twice"),
        ("staging", "network.availabilityZones", ["us-west-2a"], "2 to 3 zones in staging"),
        ("dev", "network.availabilityZones", ["us-west-2a"], "2 to 3 zones in dev"),
        (
            "prod",
            "network.availabilityZones",
            ["us-east-1a", "us-west-2b", "us-west-2c"],
            "zones of us-west-2",
        ),
        ("prod", "cluster.version", "1.29", 'cluster.version: found "1.29"; allowed: one of 1.34'),
        ("prod", "cluster.version", 1.35, "cluster.version: found 1.35"),
        ("prod", "cluster.apiAccess", ["0.0.0.0/0"], "not open to the world"),
        ("prod", "cluster.apiAccess", ["198.51.100.7/24"], "bits beyond its length"),
        ("prod", "cluster.apiAccess", [], "a list"),
        ("prod", "database.tier", "huge", "one of small, standard, high"),
        ("prod", "database.storageMaximum", 100, "a whole number from 110 to 65536 gigabytes"),
        ("prod", "database.storageMaximum", "500", 'database.storageMaximum: found "500"'),
        ("prod", "database.backupRetention", 29, "a whole number from 30 to 35 days"),
        ("prod", "database.backupRetention", True, "database.backupRetention: found true"),
        ("staging", "database.backupRetention", 29, "a whole number from 30 to 35 days"),
        ("dev", "database.previousTier", "high", "allowed: nothing here: another tier is there at once"),
        ("prod", "database.previousTier", "small", "at most 200 connections to a database of this tier"),
        ("prod", "database.generation", 0, "a whole number from 1 to 99"),
        ("prod", "database.retired", [1], "the generations that served before, and not the one that serves"),
        ("prod", "database.retired", [2, 2], "different generations"),
        ("prod", "database.promoted", [2], "`generation`, or some of `retired`"),
        ("prod", "serving", "eu-west-1", "`region` or `recoveryRegion`: us-west-2 or us-east-2"),
        ("prod", "lost", "us-west-2", "the one of the two regions that does not serve: us-east-2"),
        ("dev", "serving", "us-east-2", "nothing here: only prod has copies in another region"),
        ("staging", "lost", "us-east-2", "nothing here: only prod has copies in another region"),
        ("prod", "database.lost", [2], "Add 2 to `retired`, too"),
        ("prod", "database.adopt", True, "false, or nothing, for generation 1"),
        ("dev", "database.backupRetention", 0, "a whole number from 1 to 35 days"),
        ("prod", "redis.enabled", False, "redis.enabled: found false; allowed: true in prod"),
        ("staging", "redis.enabled", False, "redis.enabled: found false; allowed: true in staging"),
        ("prod", "redis.enabled", "yes", "Write it without quotes"),
        ("prod", "redis.cache", "gigantic", "one of micro, small, standard"),
        ("prod", "replicas.minimum", 2, "a whole number from 3 to 10 pods"),
        ("staging", "replicas.minimum", 1, "a whole number from 2 to 10 pods"),
        ("prod", "replicas.maximum", 2, "a whole number from 3 to 100 pods"),
        ("prod", "images.api", "v1.2.3", "prod refuses a tag, which can move"),
        ("staging", "images.api", "latest", "staging refuses a tag, which can move"),
        ("dev", "images.api", "no spaces", "or a tag"),
        ("prod", "images.api", ..., "images.api: found nothing; allowed: an image for each service"),
        ("prod", "budget", ..., "budget: found nothing"),
        ("prod", "budget.monthly", 0, "a whole number from 1 to 1000000 US dollars"),
        ("prod", "maintenance", {"enabled": "yes"}, 'maintenance.enabled: found "yes"'),
        ("prod", "maintenance", {"enabled": True, "message": ""}, "one line of at most 500 characters"),
        ("prod", "escalation", {"lead": "the lead"}, "an e-mail address"),
        ("prod", "debug", {"variables": ["DEBUG_MODE"]}, "debug.until: found nothing"),
        ("prod", "debug", {"variables": ["DEBUG_MODE"], "until": "2026-11-20"}, "today is 2026-11-21"),
        ("dev", "debug", {"variables": ["TRACE"]}, "the system file's `debug`: there are none"),
        ("prod", "images.billing", f"sha256:{'0' * 64}", "the services api, worker, admin"),
        ("prod", "alarms.actions", False, "true in prod: its alarms reach people"),
        ("staging", "alarms.actions", False, "true in staging: its alarms reach people"),
        ("prod", "alarms.email", "nobody", "an e-mail address"),
        ("prod", "paging", {"pagerduty": "https://events.example.com/key"}, "pulumi config set --secret"),
        ("prod", "paging", {"pagerduty": EncryptedText("http://x")}, "an https:// address"),
        ("prod", "paging", {"phone": "1"}, "the keys pagerduty, slack"),
    ],
)
def test_a_bad_value_in_the_stack_file_is_refused(
    environment: str, path: str, value: Any, expected: str
) -> None:
    found = problems(environment, changed(stack_file(environment), path, value))
    assert [line for line in found if line.startswith(f"Pulumi.{environment}.yaml: ") and expected in line]


def test_all_mistakes_of_both_files_are_reported_together() -> None:
    stack = changed(stack_file("prod"), "redis.enabled", False)
    stack = changed(stack, "database.backupRetention", 3)
    stack = changed(stack, "network.availabilityZones", ["us-west-2a"])
    system = changed(system_file(), "services.api.port", 80)
    keys = [re.match(r"(\S+): (\S+):", line) for line in problems("prod", stack, system)]
    assert [match.groups() for match in keys if match] == [
        ("Pulumi.prod.yaml", "network.availabilityZones"),
        ("Pulumi.prod.yaml", "database.backupRetention"),
        ("Pulumi.prod.yaml", "redis.enabled"),
        ("system.yaml", "services.api.port"),
    ]


def test_a_stack_file_that_cannot_be_read_hides_no_mistake_of_the_system_file(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("config:\n\tbroken: 1\n", encoding="utf-8")
    system = changed(system_file(), "services.api.port", 80)
    (tmp_path / "system.yaml").write_text(written(system), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_environment(tmp_path, "prod", today=TODAY)
    assert [(problem.file, problem.key) for problem in refused.value.problems] == [
        ("Pulumi.prod.yaml", "line 2, column 1"),
        ("system.yaml", "services.api.port"),
    ]


def test_aliases_that_grow_without_bounds_are_refused_in_a_line() -> None:
    grown: list[Any] = ["x"] * 9
    for _ in range(30):
        grown = [grown] * 9
    (line,) = problems(system=changed(system_file(), "name", grown))
    assert "name: found the list [[…], […]" in line
    assert len(line) < 300
    assert problems(system=changed(system_file(), "queues", grown))
    assert problems(stack=changed(stack_file("prod"), "database.tier", grown))


def test_one_mistake_is_told_once() -> None:
    lines = problems("prod", changed(stack_file("prod"), "redis.enabled", "yes"))
    assert lines == [
        'Pulumi.prod.yaml: redis.enabled: found "yes"; allowed: true or false. Write it without quotes.'
    ]
    lines = problems(system=changed(system_file(), "services", ["api"]))
    assert len(lines) == 1
    assert 'system.yaml: services: found the list ["api"]; allowed: a mapping of keys to values.' in lines[0]


@pytest.mark.parametrize(
    ("path", "value", "advice"),
    [
        ("cluster.version", 1.35, 'Put it in quotes: "1.35".'),
        ("cluster.version", 1.30, "Put it in quotes: a number loses the zero at its end."),
        ("replicas.maximum", "10", "Write it without quotes."),
    ],
)
def test_quotes_that_are_missing_or_too_many_are_told(path: str, value: object, advice: str) -> None:
    (line,) = problems("prod", changed(stack_file("prod"), path, value))
    assert line.endswith(advice)


def test_an_environment_that_does_not_exist_is_refused() -> None:
    (line,) = problems("production", stack_file("prod"))
    assert 'found "production"; allowed: one of dev, staging, prod' in line


@pytest.mark.contract("DB-4")
def test_pools_that_open_more_connections_than_the_database_has_are_refused() -> None:
    (line,) = problems("staging", changed(stack_file("staging"), "replicas.maximum", 4))
    assert "at most 200 connections" in line
    assert "10 pods with a pool of 20 and 2 jobs with one of 5 would need 230" in line


@pytest.mark.contract("DB-4")
def test_exactly_as_many_connections_as_there_are_is_fine() -> None:
    # 4 pods and one that is rolled out, of two services; 200 less 20 that are reserved and 10 for two jobs.
    system = changed(system_file(), "pool", {"maximum": 17})
    assert problems("staging", changed(stack_file("staging"), "replicas.maximum", 4), system) == []


@pytest.mark.contract("ENV-6")
def test_prod_may_be_without_a_backup_account() -> None:
    stack = changed(stack_file("prod"), "backupAccount", ...)
    assert problems("prod", stack) == []
    alone = load_configuration("prod", stack, system_file(), today=TODAY)
    assert alone.naming.in_home.in_backup_account is None


def test_an_account_that_is_wrong_is_told_once_and_compared_with_nothing() -> None:
    stack = changed(changed(stack_file("prod"), "account", "1"), "backupAccount", "1")
    keys = [line.split(": ")[1] for line in problems("prod", stack)]
    assert keys == ["account", "backupAccount"]


@pytest.mark.contract("ENV-3")
def test_dev_may_switch_redis_off() -> None:
    assert problems("dev", changed(stack_file("dev"), "redis.enabled", False)) == []


@pytest.mark.contract("ENV-4")
def test_dev_may_take_a_tag_and_a_digest() -> None:
    digest = f"sha256:{'a' * 64}"
    assert problems("dev", changed(stack_file("dev"), "images.api", digest)) == []


def test_an_encrypted_value_is_fine_for_whoever_cannot_decrypt_it() -> None:
    paging = {"pagerduty": {"secure": "AAABAM…"}, "slack": {"secure": "AAABAB…"}}
    for encrypted in (paging, {"secure": "AAABAC…"}):
        values = stack_values({"groundwork:paging": encrypted})
        assert problems("prod", {**stack_file("prod"), **values}) == []


def test_a_secret_in_the_wrong_place_is_not_shown() -> None:
    stack = {**stack_file("prod"), "pagin": EncryptedText("https://events.example.com/key")}
    (line,) = problems("prod", stack)
    assert "events.example.com" not in line
    assert "found an encrypted value" in line


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_stack_file_stays_short(environment: str) -> None:
    def leaves(value: Any) -> int:
        return sum(map(leaves, value.values())) if isinstance(value, dict) else 1

    assert leaves(stack_file(environment)) <= 25


def _paths(content: Any, path: str = "") -> list[str]:
    if not isinstance(content, dict):
        return []
    found = []
    for key, value in content.items():
        here = f"{path}.{key}" if path else str(key)
        found += [here, *_paths(value, here)]
    return found


_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**12),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none()), max_size=2),
    st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), st.integers(), max_size=2),
)


def _never_a_crash(load: Callable[[], object]) -> None:
    """Anything but ConfigurationError goes through and fails the test."""
    found = []
    try:
        load()
    except ConfigurationError as error:
        found = [(problem.file, problem.key, problem.found, problem.allowed) for problem in error.problems]
    assert all(all(parts) for parts in found)


@settings(max_examples=300)
@given(data=st.data(), junk=_JUNK)
def test_no_value_in_the_stack_file_makes_it_crash(data: st.DataObject, junk: Any) -> None:
    path = data.draw(st.sampled_from(_paths(stack_file("prod"))))
    stack = changed(stack_file("prod"), path, junk)
    _never_a_crash(lambda: load_configuration("prod", stack, system_file(), today=TODAY))


@settings(max_examples=300)
@given(data=st.data(), junk=_JUNK)
def test_no_value_in_the_system_file_makes_it_crash(data: st.DataObject, junk: Any) -> None:
    path = data.draw(st.sampled_from(_paths(system_file())))
    system = changed(system_file(), path, junk)
    _never_a_crash(lambda: load_configuration("prod", stack_file("prod"), system, today=TODAY))

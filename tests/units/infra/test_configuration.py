"""Both configuration files: every mistake is found, and all at once."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.configuration import load_configuration
from infra.configuration.files import stack_values
from infra.configuration.platform_names import POD_NAMES, callers_policy
from infra.configuration.reachability import answering
from infra.configuration.system import load_system
from infra.configuration.validation import ConfigurationError, EncryptedText
from tests.support.recorder import TODAY, record, stack_file, system_file

ENVIRONMENTS = ("dev", "staging", "prod")


def problems(
    environment: str = "prod", stack: dict[str, Any] | None = None, system: object = None
) -> list[str]:
    """What is wrong, a line each; nothing when both files are fine."""
    try:
        load_configuration(
            environment,
            stack_file(environment) if stack is None else stack,
            system_file() if system is None else system,
            today=TODAY,
        )
    except ConfigurationError as error:
        return [str(problem) for problem in error.problems]
    return []


def changed(content: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The content with another value at `path`; `...` removes the key."""
    content = copy.deepcopy(content)
    *parents, last = path.split(".")
    target = content
    for parent in parents:
        target = target[parent]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return content


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
        ("prod", "network", ..., "network: found nothing"),
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


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("name", "Triangle", "lower-case letters"),
        ("name", "a-name-that-is-too-long", "at most 15 characters"),
        ("name", "two--hyphens", "no two hyphens in a row"),
        ("name", "kube-portal", "a name that no namespace of every cluster has"),
        ("owner", ..., "owner: found nothing"),
        ("dataClass", "secretive", "one of public, internal, confidential, restricted"),
        ("access.deploy", "", "the name of an IAM role"),
        ("services", {}, "at least one service"),
        ("services.api.port", 80, "a whole number from 1024 to 65535"),
        ("services.api.health", ..., "services.api.health: found nothing"),
        ("services.api.health.live", "health", 'services.api.health.live: found "health"; allowed: a path'),
        ("services.api.resources.memory", 1, "MiB"),
        ("services.api.repository", "ghcr.io/x@sha256:0", "without tag or digest"),
        ("services.api.secrets.STRIPE_SECRET_KEY", "strip-key", "the entries of `secrets`"),
        ("services.api.secrets.lower", "sentry-dsn", "the name of an environment variable"),
        ("services.api.buckets", ["documents", "attic"], "one of documents, photos, reports, audit"),
        ("services.api.replicas", 3, "services.api.replicas"),
        ("services.Api", {}, "lower-case letters"),
        ("secrets.database", {"description": "x"}, "which the platform fills itself"),
        ("secrets.sentry-dsn.source", "dice", "one of person, generated"),
        ("secrets.sentry-dsn.value", "hunter2", "secrets.sentry-dsn.value"),
        ("pool", {"maximum": 4}, "a whole number from 5 to 500 connections"),
        ("thresholds", {"cpuWarning": 90, "cpuCritical": 80}, "a whole number from 91 to 99 percent"),
        ("thresholds", {"poolWarning": 20}, "a whole number from 0 to 19 connections"),
        ("thresholds", {"cpuWaring": 70}, "Did you mean cpuWarning?"),
        ("domain", "triangle", "prod's domain"),
        ("owner", "the platform team", "the e-mail address of who answers for it"),
        ("services.worker.sticky", True, "a service with a `route`"),
        ("services.worker.websockets", {"path": "/ws", "heartbeat": 30}, "a service with a `route`"),
        ("services.worker.route", {"host": ""}, "true for a service with a `route`"),
        ("services.api.websockets", {"path": "/ws", "heartbeat": 0}, "a whole number from 1 to 200 seconds"),
        ("services.admin.route.host", "api", "paths that api does not have on this host"),
        ("services.api.route.paths", ["api"], "a path pattern of a load balancer"),
        ("frontend", {"host": "api"}, "the frontend has everything else on this host"),
        ("frontend", {"host": "origin"}, "this one is the load balancer"),
        ("services.api.route.host", "origin", "this one is the load balancer"),
        ("services.api.route.host", "domain", "this one is the site at the domain itself"),
        ("services.api.route.host", "staging", "this one is the environment staging"),
        ("services.api.variables", {"NODE_ENV": "development"}, "the platform does not set itself"),
        ("services.api.variables", {"SENTRY_DSN": "x"}, "not in `secrets` as well"),
        ("services.api.secrets.DATABASE_URL", "sentry-dsn", "the platform does not set itself"),
        ("debug", ["STRIPE_SECRET_KEY"], "a variable that no service has already"),
        ("migration.service", "backend", "one of admin, api, worker"),
        ("migration.dryRun", ..., "migration.dryRun: found nothing"),
        ("schedules.remove-expired-uploads.schedule", "0 25 * * *", "0 to 23"),
        ("schedules.remove-expired-uploads.schedule", "@daily", "five fields"),
        (
            "schedules",
            {"api": {"service": "api", "command": ["x"], "schedule": "* * * * *"}},
            "no service has",
        ),
        (
            "schedules",
            {"reloader": {"service": "api", "command": ["x"], "schedule": "* * * * *"}},
            "this one is what restarts pods",
        ),
        ("flags.photo-annotations", ["dev", "prod"], "dev before staging, staging before prod"),
        ("flags.photo-annotations", ["production"], "one of dev, staging, prod"),
        ("retries.delays", [300, 60], "delays that grow"),
        ("retries.attempts", 9, "a whole number from 1 to 5 attempts"),
        ("expiries.apns.ends", "2026-11-20", "expiries.apns.ends: found 2026-11-20; allowed: a day that is"),
        ("expiries.apns.ends", "soon", "a day as YYYY-MM-DD"),
        ("secrets.sentry-dsn.rotation", 90, "a secret with `source: generated`"),
        ("secrets.jwt-access-key.rotation", 21, "22 to 365 days"),
        ("secrets.stripe-secret-key.live", "(", "a regular expression"),
        ("images", {}, "versions in Pulumi.prod.yaml alone"),
        ("payments", {"provider": ""}, "who takes them"),
        ("source.repository", "platform", "owner and name on GitHub"),
        ("source.ownerId", "100000001", "Write it without quotes"),
        ("source.ownerId", 0, "a whole number from 1 to"),
        ("source.repositoryId", ..., "both numbers of GitHub or none"),
    ],
)
def test_a_bad_value_in_the_system_file_is_refused(path: str, value: Any, expected: str) -> None:
    found = problems(system=changed(system_file(), path, value))
    assert [line for line in found if line.startswith("system.yaml: ") and expected in line], found


@pytest.mark.parametrize("name", [*POD_NAMES, callers_policy("api")])
def test_a_service_cannot_have_a_name_that_the_platform_uses(name: str) -> None:
    system = system_file()
    (line,) = problems(
        system=changed(system, "services", {**system["services"], name: system["services"]["admin"]}),
        stack=changed(stack_file("prod"), f"images.{name}", "sha256:" + 64 * "0"),
    )[:1]
    assert line.startswith(f'system.yaml: services.{name}: found "{name}"; allowed: another name')


@pytest.mark.contract("ALM-3", "K8S-8")
@pytest.mark.parametrize(
    ("key", "paths", "other"),
    [
        ("health.ready", ["/api/*"], ""),
        ("health.ready", ["/api/*", "/ws"], ""),
        ("websockets.path", ["/api/*", "/health/*"], ""),
        ("health.ready", ["/api/*", "/*", "/ws"], "admin"),
    ],
)
def test_what_is_asked_from_outside_leads_to_the_service(key: str, paths: list[str], other: str) -> None:
    system = changed(system_file(), "services.api.route.paths", paths)
    system = changed(system, "services.api.websockets", {"path": "/ws", "heartbeat": 30})
    if other:
        system = changed(system, f"services.{other}.route", {"host": "api", "paths": ["/health/*"]})
    found = [line for line in problems(system=system) if f"services.api.{key}: " in line]
    assert len(found) == 1
    assert "a path that leads to this service from outside" in found[0]
    assert f"on this host {other} answers it" in found[0] or not other


def test_a_path_goes_to_the_service_that_the_load_balancer_chooses() -> None:
    system = changed(system_file(), "services.api.route.paths", ["/*"])
    system = changed(system, "services.admin.route", {"host": "api", "paths": ["/admin/*", "/v?"]})
    services = load_system(changed(system, "services.admin.health.ready", "/admin/ready"), TODAY).services
    assert answering(services, "api", "/anything") == {"api"}
    assert answering(services, "api", "/admin/ready") == {"admin"}
    assert answering(services, "api", "/v2") == {"admin"}
    assert answering(services, "api", "/v10") == {"api"}
    assert answering(services, "admin", "/anything") == set()


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
    assert lines == ['system.yaml: services: found the list ["api"]; allowed: a mapping of keys to values.']


@pytest.mark.parametrize(
    ("path", "value", "advice"),
    [
        ("cluster.version", 1.35, 'Put it in quotes: "1.35".'),
        ("replicas.maximum", "10", "Write it without quotes."),
    ],
)
def test_quotes_that_are_missing_or_too_many_are_told(path: str, value: object, advice: str) -> None:
    (line,) = problems("prod", changed(stack_file("prod"), path, value))
    assert line.endswith(advice)


def test_an_environment_that_does_not_exist_is_refused() -> None:
    (line,) = problems("production", stack_file("prod"))
    assert 'found "production"; allowed: one of dev, staging, prod' in line


@pytest.mark.parametrize("content", [None, [], "text", 7])
def test_a_system_file_that_is_no_mapping_is_refused(content: object) -> None:
    with pytest.raises(ConfigurationError, match=r"the whole file|nothing was changed"):
        load_configuration("prod", stack_file("prod"), content, today=TODAY)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "broken.yaml: the file: found no such file"),
        ("name: x\n\tservices:", "broken.yaml: line 2, column 1: found character '\\t'"),
        ("name: [x", "broken.yaml: line 1, column 9"),
        ("services:\n  api: {}\n  api: {}", "broken.yaml: line 3, column 3: found the key api a second time"),
        ("services:\n  api: {}\n  api: {}", "allowed: each key of a mapping once"),
        ("", "broken.yaml: the whole file: found an empty value"),
        (b"name: x\n\xff\xfe", "broken.yaml: line 2: found bytes that are not UTF-8"),
        ("name: x\nends: 2027-02-30", "line 2, column 7: found 2027-02-30 (day "),
        (f"name: {'9' * 5000}", "line 1, column 7: found 9999999999"),
        (f"name: {'[' * 3000}{']' * 3000}", "line 1, column 56: found lists or mappings too deep inside"),
        ("name: x: y", "found broken YAML (mapping values are not allowed here)"),
        ("name: x\n---\nname: y", "line 2, column 1: found another document"),
    ],
)
def test_a_system_file_that_cannot_be_read_is_one_mistake(
    content: str | bytes | None, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "broken.yaml"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(pulumi.RunError) as refused:
        record("prod", {"systemFile": str(file)})
    (line,) = str(refused.value).splitlines()[1:]
    assert expected in line


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
    for written in (paging, {"secure": "AAABAC…"}):
        values = stack_values({"groundwork:paging": written})
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


@settings(max_examples=300, deadline=None)
@given(data=st.data(), junk=_JUNK)
def test_no_value_in_the_stack_file_makes_it_crash(data: st.DataObject, junk: Any) -> None:
    path = data.draw(st.sampled_from(_paths(stack_file("prod"))))
    stack = changed(stack_file("prod"), path, junk)
    _never_a_crash(lambda: load_configuration("prod", stack, system_file(), today=TODAY))


@settings(max_examples=300, deadline=None)
@given(data=st.data(), junk=_JUNK)
def test_no_value_in_the_system_file_makes_it_crash(data: st.DataObject, junk: Any) -> None:
    path = data.draw(st.sampled_from(_paths(system_file())))
    system = changed(system_file(), path, junk)
    _never_a_crash(lambda: load_configuration("prod", stack_file("prod"), system, today=TODAY))

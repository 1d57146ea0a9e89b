"""The system file: what it may say, names that are taken, where a path leads, files that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra.configuration import load_configuration
from infra.configuration.platform_names import POD_NAMES, callers_policy
from infra.configuration.reachability import answering
from infra.configuration.system import load_system
from infra.configuration.validation import ConfigurationError
from tests.support.configuration_problems import changed, problems
from tests.support.recorder import TODAY, record, stack_file, system_file


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
        ("services.api.secrets.STRIPE_SECRET_KEY", "key", "jwt-refresh-key. Declare it there first."),
        ("services.api.secrets.STRIPE_SECRET_KEY", "strip-secret-key", "Did you mean stripe-secret-key?"),
        ("services.api.secrets.lower", "sentry-dsn", "the name of an environment variable"),
        ("services.api.buckets", ["documents", "attic"], "one of documents, photos, reports, audit"),
        ("services.api.buckets", ["document"], "Did you mean documents?"),
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
        (
            "services.admin.route.host",
            "api",
            "paths that api does not have on this host. Give one",
        ),
        ("secrets.sentry-dsn", "Crashes", "For example `sentry-dsn: {description: Signs access tokens}`."),
        ("services.api.route.paths", ["api"], "a path pattern of a load balancer"),
        ("restoreTest", {"service": "admin", "command": ["x"]}, "allowed: one of api, worker"),
        ("restoreTest", {"service": "api", "command": []}, "restoreTest.command: found the list []"),
        ("restoreTest", {"service": "api"}, "a command, or `readiness: true`, or both"),
        ("restoreTest", {"service": "api", "readiness": False}, "restoreTest.command: found nothing"),
        ("restoreTest", {"service": "worker", "readiness": True}, "a service that is no `worker`"),
        ("services.api.variables", {"RESTORE_TEST": "x"}, "the platform does not set itself"),
        ("restoreTest", {"service": "api", "command": ["x"], "deadline": 7200}, "from 10 to 3600 seconds"),
        ("restoreTest", {"service": "api", "command": ["x"], "environments": ["prod"]}, "environments"),
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
        ("flags.photo-annotations", ["stagin"], "Did you mean staging?"),
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
        ("", "broken.yaml: the whole file: found an empty file"),
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

"""OBS-1, OBS-2: the services' logs: kept, encrypted, masked, counted, and ready to be asked."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra.monitoring.log_metrics import PATTERN_LENGTH_MAXIMUM, of_services, of_trail
from infra.monitoring.personal_data import CUSTOM
from infra.naming import Naming
from tests.support.cloudwatch.filter_pattern import matches
from tests.support.recorder import Recording
from tests.support.recordings import SYSTEMS, system_recording

GROUP = "aws:cloudwatch/logGroup:LogGroup"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
MASK = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"
QUERY = "aws:cloudwatch/queryDefinition:QueryDefinition"


def _groups(recording: Recording) -> dict[str, dict[str, Any]]:
    return {group.inputs["name"]: dict(group.inputs) for group in recording.of(GROUP).values()}


@pytest.mark.contract("OBS-1")
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_service_has_a_log_that_is_kept_encrypted_and_masked(system: str) -> None:
    recording = system_recording(system, "prod")
    services = recording.of("kubernetes:apps/v1:Deployment").keys() - {"reloader"}
    assert services
    masked = {policy.inputs["logGroupName"] for policy in recording.of(MASK).values()}
    for service in services:
        group = _groups(recording)[f"/{system}/prod/{service}"]
        assert group["retentionInDays"] == 365
        assert group["kmsKeyId"].endswith(":logs")
        assert group["name"] in masked


@pytest.mark.contract("OBS-1")
def test_what_is_masked_is_audited_and_written_to_a_log_that_is_there(prod: Recording) -> None:
    policy = json.loads(prod.one(MASK, "api").inputs["policyDocument"])
    audit, mask = policy["Statement"]
    assert audit["DataIdentifier"] == mask["DataIdentifier"]  # else AWS refuses it
    names = {each.split("/")[-1] for each in mask["DataIdentifier"]}
    assert {"EmailAddress", "CreditCardNumber", "Address", "AwsSecretKey", "StripeKey"} <= names
    destination = audit["Operation"]["Audit"]["FindingsDestination"]["CloudWatchLogs"]["LogGroup"]
    assert destination in _groups(prod)
    assert mask["Operation"] == {"Deidentify": {"MaskConfig": {}}}


@pytest.mark.contract("OBS-1")
@pytest.mark.parametrize(
    ("identifier", "line", "found"),
    [
        ("BearerToken", "authorization: Bearer abcdefghijklmnopqrstuvwxyz0123", True),
        ("JsonWebToken", "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkw", True),
        ("StripeKey", "using sk_live_" + "51Habcdefghijklmnop", True),
        ("WebhookSecret", "secret whsec_abcdefghijklmnop1234", True),
        ("PasswordInUrl", "postgresql://app:correct-horse@database:5432/app", True),
        ("SentryAddress", "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42", True),
        ("PasswordInUrl", "GET https://triangle.example/jobs?sort=date", False),
        ("StripeKey", "task_done in 3 ms", False),
    ],
)
def test_credentials_of_the_runbooks_services_are_found(identifier: str, line: str, found: bool) -> None:
    assert (re.search(CUSTOM[identifier], line) is not None) is found


@pytest.mark.contract("OBS-1")
def test_cloudwatch_takes_the_identifiers() -> None:
    # Data protection's quotas: ten custom identifiers, each an expression of at most 200 characters.
    assert len(CUSTOM) <= 10
    assert all(len(regex) <= 200 for regex in CUSTOM.values())
    allowed = r"[A-Za-z0-9_#=@/;, ^$?\[\]{}|\\*+.-]*"
    assert [regex for regex in CUSTOM.values() if not re.fullmatch(allowed, regex)] == []


@pytest.mark.contract("OBS-1")
def test_pods_lines_go_as_they_are_to_the_group_of_their_service(prod: Recording) -> None:
    addon = prod.one("aws:eks/addon:Addon", "amazon-cloudwatch-observability").inputs
    files = json.loads(addon["configurationValues"])["containerLogs"]["fluentBit"]["config"]["extraFiles"]
    text = files["application-log.conf"]
    assert "/var/log/containers/*_triangle_*.log" in text
    template = re.search(r"log_group_template (/\S*/)\$kubernetes\['labels'\]\['([^']+)'\]", text)
    assert template is not None
    deployment = prod.one("kubernetes:apps/v1:Deployment", "api").inputs
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert f"{template[1]}{labels[template[2]]}" in _groups(prod)
    assert "log_key log" in text  # the line itself, so that filters find its properties
    assert "log_format json/emf" in text
    # A group of Fluent Bit's own making has no end and no key of ours.
    assert text.count("[OUTPUT]") == text.count("auto_create_group false\n") == 2


LINE = {
    "level": "error",
    "message": "no signature matches",
    "requestId": "3b2f",
    "event": "webhook.signature.invalid",
    "provider": "stripe",
}
REQUEST = {"level": "info", "requestId": "3b2f", "method": "GET", "route": "/api/jobs/:id", "durationMs": 31}


@pytest.mark.contract("ALM-5", "OBS-2")
@pytest.mark.parametrize(
    ("metric", "line", "counted"),
    [
        ("InvalidSignatures", LINE, True),
        ("InvalidSignatures", {**LINE, "event": "webhook.received"}, False),
        ("InvalidSignatures", "webhook.signature.invalid", False),  # no JSON: not one of the service's lines
        ("FailedAuthentications", {"event": "auth.failed", "reason": "expired"}, True),
        ("FailedAuthentications", {"event": "auth.succeeded"}, False),
        ("ServerErrorsByRoute", {**REQUEST, "status": 503}, True),
        ("ServerErrorsByRoute", {**REQUEST, "status": 500}, True),
        ("ServerErrorsByRoute", {**REQUEST, "status": 499}, False),
        ("ServerErrorsByRoute", {"status": 503}, False),  # of no route
    ],
)
def test_lines_of_services_are_counted(metric: str, line: dict[str, Any] | str, counted: bool) -> None:
    pattern = next(each.pattern for each in of_services() if each.metric == metric)
    assert matches(pattern, line if isinstance(line, str) else json.dumps(line)) is counted


NAMING = Naming("triangle", "prod", "230000000003", "us-west-2", "us-east-2")
TRAIL = {
    each.metric: each.pattern
    for each in of_trail(NAMING, ["triangle-prod-service-*", "triangle-prod-function-*", "groundwork-deploy"])
}


def _read(role: str | None, entry: str = "triangle/prod/stripe") -> dict[str, Any]:
    """CloudTrail's event of a secret that was read."""
    session = {"sessionContext": {"sessionIssuer": {"type": "Role", "userName": role}}} if role else {}
    return {
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "userIdentity": {"type": "AssumedRole" if role else "IAMUser", **session},
        "requestParameters": {
            "secretId": f"arn:aws:secretsmanager:us-west-2:230000000003:secret:{entry}-AbCdEf"
        },
    }


@pytest.mark.contract("SEC-6")
@pytest.mark.parametrize(
    ("metric", "event", "counted"),
    [
        ("UnexpectedSecretReads", _read("somebody-else"), True),
        ("UnexpectedSecretReads", _read(None), True),
        ("UnexpectedSecretReads", _read("triangle-prod-service-api"), False),
        ("UnexpectedSecretReads", _read("triangle-prod-function-rotate-database"), False),
        ("UnexpectedSecretReads", _read("groundwork-deploy"), False),
        ("UnexpectedSecretReads", _read("triangle-staging-service-api"), True),
        ("UnexpectedSecretReads", _read("somebody-else", "paintbox/prod/jwt-secret"), False),
        ("UnexpectedSecretReads", {**_read("somebody-else"), "eventName": "DescribeSecret"}, False),
        ("RootUse", {"userIdentity": {"type": "Root"}, "eventType": "AwsApiCall"}, True),
        (
            "RootUse",
            {
                "userIdentity": {"type": "Root", "invokedBy": "support.amazonaws.com"},
                "eventType": "AwsApiCall",
            },
            False,
        ),
        ("RootUse", {"userIdentity": {"type": "Root"}, "eventType": "AwsServiceEvent"}, False),
        ("RootUse", {"userIdentity": {"type": "AssumedRole"}, "eventType": "AwsApiCall"}, False),
        ("FailedConsoleLogins", {"eventName": "ConsoleLogin", "errorMessage": "Failed authentication"}, True),
        ("FailedConsoleLogins", {"eventName": "ConsoleLogin"}, False),
    ],
)
def test_events_of_the_trail_are_counted(metric: str, event: dict[str, Any], counted: bool) -> None:
    assert matches(TRAIL[metric], json.dumps(event)) is counted


def test_cloudwatch_takes_the_patterns() -> None:
    assert all(len(pattern) <= PATTERN_LENGTH_MAXIMUM for pattern in TRAIL.values())


@pytest.mark.contract("ALM-5")
def test_what_is_counted_has_a_zero_for_silence_where_aws_allows_it(each: Recording) -> None:
    for metric_filter in each.of(FILTER).values():
        transformation = metric_filter.inputs["metricTransformation"]
        # One for each line, whatever the line says.
        assert (transformation["value"], transformation["unit"]) == ("1", "Count")
        assert ("defaultValue" in transformation) is ("dimensions" not in transformation)


@pytest.mark.contract("OBS-2")
def test_the_logs_can_be_asked_what_people_ask_on_call(each: Recording) -> None:
    asked = set(each.of(QUERY))
    assert asked == {
        "by-request-id",
        "errors",
        "slow-requests",
        "server-errors-by-route",
        "authentication-failures",
        "webhook-failures",
        "slow-sql",
    }
    groups = _groups(each)
    for query in each.of(QUERY).values():
        assert query.inputs["logGroupNames"]
        assert set(query.inputs["logGroupNames"]) <= set(groups)


@pytest.mark.contract("OBS-2")
def test_slow_sql_is_found_in_postgresqls_own_words(prod: Recording) -> None:
    text = prod.one(QUERY, "slow-sql").inputs["queryString"]
    parsed = re.search(r"parse @message /(.*)/\n", text)
    assert parsed is not None
    expression = parsed[1].replace("(?<", "(?P<")
    line = "2026-11-21 02:00:01 UTC:10.24.1.7(51234):app@app:[711]:LOG:  duration: 812.311 ms  "
    line += "execute s1: SELECT 1"
    found = re.search(expression, line)
    assert found is not None
    assert (found["milliseconds"], found["statement"]) == ("812.311", "SELECT 1")

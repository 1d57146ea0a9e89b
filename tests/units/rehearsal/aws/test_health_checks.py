"""Route 53's health checks: the whole life of one."""

from __future__ import annotations

from tests.support.aws_round_trip import Life

CHECK = "aws:route53/healthCheck:HealthCheck"


def test_a_health_check_lives(life: Life) -> None:
    inputs = {
        "type": "HTTPS",
        "fqdn": "api.example.org",
        "port": 443,
        "resourcePath": "/health/ready",
        "enableSni": True,
        "requestInterval": 30,
        "failureThreshold": 1,
        "tags": {"Name": "api"},
    }
    check = life.create(CHECK, inputs)
    assert check.outputs["arn"] == f"arn:aws:route53:::healthcheck/{check.id}"
    check = life.changes_to(check, {"resourcePath": "/api/health"})
    check = life.changes_to(check, {"failureThreshold": 3})
    check = life.changes_to(check, {"tags": {"Name": "front"}})
    life.imports(check)
    life.ends(check)


def test_two_health_checks_of_one_host_are_two(life: Life) -> None:
    inputs = {"type": "HTTPS", "fqdn": "example.org", "requestInterval": 30}
    one = life.create(CHECK, {**inputs, "resourcePath": "/one"}, name="one")
    other = life.create(CHECK, {**inputs, "resourcePath": "/other"}, name="other")
    assert one.id != other.id

"""Load balancers: their target groups, listeners and rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import REGION, Life, Made, replayed

LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
RULE = "aws:lb/listenerRule:ListenerRule"
CERTIFICATE = "aws:acm/certificate:Certificate"


@pytest.fixture(scope="module")
def network(life: Life) -> dict[str, Any]:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, name="edge")
    zones = {"a": "10.0.1.0/24", "b": "10.0.2.0/24"}
    subnets = [
        life.create(
            "aws:ec2/subnet:Subnet",
            {"vpcId": vpc.id, "cidrBlock": addresses, "availabilityZone": f"{REGION}{zone}"},
            name=zone,
        ).id
        for zone, addresses in zones.items()
    ]
    group = life.create(
        "aws:ec2/securityGroup:SecurityGroup",
        {"name": "balancer", "description": "Edge", "vpcId": vpc.id},
        name="edge",
    )
    return {"vpc": vpc.id, "subnets": subnets, "group": group.id}


def _load_balancer(life: Life, network: dict[str, Any], name: str = "edge", **more: Any) -> Made:
    inputs = {
        "name": name,
        "internal": False,
        "loadBalancerType": "application",
        "subnets": network["subnets"],
        "securityGroups": [network["group"]],
        **more,
    }
    return life.create(LOAD_BALANCER, inputs, name=name)


def _target_group(life: Life, network: dict[str, Any], name: str = "api", **more: Any) -> Made:
    inputs = {
        "name": name,
        "port": 8080,
        "protocol": "HTTP",
        "targetType": "ip",
        "vpcId": network["vpc"],
        "healthCheck": {"path": "/health/ready", "interval": 10, "timeout": 3, "matcher": "200"},
        **more,
    }
    return life.create(TARGET_GROUP, inputs, name=name)


def test_a_load_balancer_lives(life: Life, network: dict[str, Any]) -> None:
    made = _load_balancer(
        life,
        network,
        idleTimeout=70,
        dropInvalidHeaderFields=True,
        enableDeletionProtection=False,
        accessLogs={"enabled": True, "bucket": "logs", "prefix": "load-balancer"},
        tags={"owner": "platform"},
    )
    assert made.outputs["arn"] == made.id
    assert made.outputs["arnSuffix"] == made.id.split(":loadbalancer/")[1]
    assert made.outputs["dnsName"].endswith(".elb.amazonaws.com")
    life.imports(made)
    for change in (
        {"idleTimeout": 120},
        {"accessLogs": {"enabled": False, "bucket": "logs", "prefix": "load-balancer"}},
        {"dropInvalidHeaderFields": None},
        {"securityGroups": [network["group"]], "enableHttp2": False},
        {"tags": {"owner": "somebody"}},
    ):
        made = life.changes_to(made, change)
    life.ends(made)


def test_one_that_is_protected_stays(life: Life, network: dict[str, Any]) -> None:
    made = _load_balancer(life, network, "protected", enableDeletionProtection=True)
    with pytest.raises(ProviderError, match="deletion protection is enabled"):
        life.provider.delete(made.resource, made.inputs, made.outputs)
    life.reads_back(made)
    life.ends(life.changes_to(made, {"enableDeletionProtection": False}))


def test_a_target_group_lives(life: Life, network: dict[str, Any]) -> None:
    made = _target_group(
        life,
        network,
        deregistrationDelay=30,
        stickiness={"enabled": True, "type": "lb_cookie", "cookieDuration": 3600},
        tags={"owner": "platform"},
    )
    assert made.outputs["arnSuffix"] == f"targetgroup/{made.id.split(':targetgroup/')[1]}"
    # AWS adds the checks' other settings to the block.
    life.imports(made, but=("healthCheck",))
    changes: list[dict[str, Any]] = [
        {"deregistrationDelay": 20},
        {"healthCheck": {"path": "/ready", "interval": 15, "timeout": 5, "matcher": "200-299"}},
        {"stickiness": {"enabled": False, "type": "lb_cookie"}},
    ]
    for change in changes:
        made = life.changes_to(made, change)
    life.ends(made)


def test_a_listener_and_its_rules_live(life: Life, network: dict[str, Any]) -> None:
    balancer = _load_balancer(life, network, "listened")
    target = _target_group(life, network, "target")
    certificate = life.create(CERTIFICATE, {"domainName": "a.example", "validationMethod": "DNS"}, name="a")
    refusal = {
        "type": "fixed-response",
        "fixedResponse": {"contentType": "text/plain", "messageBody": "no", "statusCode": "403"},
    }
    listener = life.create(
        LISTENER,
        {
            "loadBalancerArn": balancer.id,
            "port": 443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "certificateArn": certificate.id,
            "defaultActions": [refusal],
        },
    )
    life.imports(listener)
    rule = life.create(
        RULE,
        {
            "listenerArn": listener.id,
            "priority": 100,
            "actions": [{"type": "forward", "targetGroupArn": target.id}],
            "conditions": [
                {"hostHeader": {"values": ["api.example.com"]}},
                {"pathPattern": {"values": ["/*"]}},
                {"httpHeader": {"httpHeaderName": "X-Origin-Verify", "values": ["secret"]}},
            ],
        },
    )
    life.imports(rule)
    rule = life.changes_to(rule, {"priority": 200})
    rule = life.changes_to(
        rule,
        {
            "conditions": [
                {"pathPattern": {"values": ["/api/*"]}},
                {"httpHeader": {"httpHeaderName": "X-Origin-Verify", "values": ["other"]}},
            ]
        },
    )
    life.ends(rule)
    listener = life.changes_to(listener, {"sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"})
    for made in (listener, target, certificate, balancer):
        life.ends(made)


def test_a_load_balancer_is_there_again_after_a_replay(
    life: Life, cloud: Cloud, network: dict[str, Any], journal: Path
) -> None:
    balancer = _load_balancer(life, network, "kept")
    made = [balancer]
    for one, found in zip(made, replayed(cloud, journal, made).values(), strict=True):
        assert found is not None, one.resource.urn
        assert found.outputs == one.outputs

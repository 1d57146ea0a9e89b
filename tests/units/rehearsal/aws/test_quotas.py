"""Every quota is counted where AWS counts it: as much as is allowed is fine, one more is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.aws.quota_table import QUOTAS
from rehearsal.aws.quotas import Declared, Quota, exceeded, graph_of_state
from rehearsal.deploy import Deployment
from rehearsal.events import Log
from rehearsal.inventory import Inventory
from rehearsal.outcome import Result

_RULE = "aws:lb/listenerRule:ListenerRule"


def _made(token: str, inputs: dict[str, Any], provider: str = "aws") -> Declared:
    return Declared(token, "it", provider, inputs)


def _many(token: str, count: int, **inputs: Any) -> list[Declared]:
    return [_made(token, inputs)] * count


def _quota(what: str) -> Quota:
    (found,) = (quota for quota in QUOTAS if quota.what == what)
    return found


def _widget(metrics: int) -> dict[str, Any]:
    return {"type": "metric", "properties": {"metrics": [["a", "b"]] * metrics}}


def _path(*values: str) -> dict[str, Any]:
    return {"conditions": [{"hostHeader": {"values": ["x"]}}, {"pathPattern": {"values": list(values)}}]}


def _managed(group: str) -> dict[str, Any]:
    return {"statement": {"managedRuleGroupStatement": {"name": f"AWSManagedRules{group}"}}}


def _environment(size: int) -> dict[str, Any]:
    return {"environment": {"variables": {"X": "x" * (size - 1)}}}


@pytest.mark.parametrize(
    ("what", "fits", "exceeds"),
    [
        (
            "inbound rules of a security group",
            [
                *_many("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", 5, securityGroupId="a"),
                *_many("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", 60, securityGroupId="b"),
                _made(
                    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
                    {"securityGroupId": "a", "prefixListId": "pl-1"},  # counts as 55
                ),
            ],
            _many("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", 1, securityGroupId="a"),
        ),
        (
            "characters of inline policies of one role, without blanks",
            _many("aws:iam/rolePolicy:RolePolicy", 2, role="a", policy="x " * 5120),
            _many("aws:iam/rolePolicy:RolePolicy", 1, role="a", policy="x"),
        ),
        (
            "managed policies of one role",
            _many("aws:iam/rolePolicyAttachment:RolePolicyAttachment", 10, role="a"),
            _many("aws:iam/rolePolicyAttachment:RolePolicyAttachment", 1, role="a"),
        ),
        (
            "Elastic IP addresses in a region",
            [
                *_many("aws:ec2/eip:Eip", 5),
                *[_made("aws:ec2/eip:Eip", {}, "aws-recovery") for _ in range(5)],
            ],
            _many("aws:ec2/eip:Eip", 1),
        ),
        (
            "values in the conditions of a rule",
            [_made(_RULE, _path("a", "b", "c", "d"))],
            [_made(_RULE, _path("a", "b", "c", "d", "e"))],
        ),
        (
            "wildcards in the conditions of a rule",
            [_made(_RULE, _path("/*/*/??*"))],
            [_made(_RULE, _path("/*/*/??*/*"))],
        ),
        (
            "metrics of a dashboard",
            [
                _made(
                    "aws:cloudwatch/dashboard:Dashboard",
                    {"dashboardBody": json.dumps({"widgets": [_widget(500)] * 5})},
                )
            ],
            [
                _made(
                    "aws:cloudwatch/dashboard:Dashboard",
                    {"dashboardBody": json.dumps({"widgets": [_widget(500)] * 5 + [_widget(1)]})},
                )
            ],
        ),
        (
            "alarms in the rule of a composite one",
            [
                _made(
                    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
                    {"alarmRule": " OR ".join(f'ALARM("{number}")' for number in range(100)) + ' OR OK("1")'},
                )
            ],
            [
                _made(
                    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
                    {"alarmRule": " OR ".join(f'ALARM("{number}")' for number in range(101))},
                )
            ],
        ),
        (
            "bytes of a function's environment",
            [_made("aws:lambda/function:Function", _environment(4096))],
            [_made("aws:lambda/function:Function", _environment(4097))],
        ),
        (
            "regular expressions in the metric filters of one log",
            _many("aws:cloudwatch/logMetricFilter:LogMetricFilter", 5, logGroupName="a", pattern="%x+%"),
            _many("aws:cloudwatch/logMetricFilter:LogMetricFilter", 1, logGroupName="a", pattern="%y%"),
        ),
        (
            "rules of a repository's lifecycle",
            [
                _made(
                    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
                    {"policy": json.dumps({"rules": [{"selection": {}}] * 50})},
                )
            ],
            [
                _made(
                    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
                    {"policy": json.dumps({"rules": [{"selection": {}}] * 51})},
                )
            ],
        ),
        (
            "capacity units of a firewall",
            [_made("aws:wafv2/webAcl:WebAcl", {"rules": [_managed("CommonRuleSet")] * 7})],
            [_made("aws:wafv2/webAcl:WebAcl", {"rules": [_managed("CommonRuleSet")] * 8})],
        ),
        (
            "access entries of one role",
            _many("aws:eks/accessEntry:AccessEntry", 1, principalArn="a"),
            _many("aws:eks/accessEntry:AccessEntry", 1, principalArn="a"),
        ),
        (
            "bytes of a ConfigMap",
            [_made("kubernetes:core/v1:ConfigMap", {"data": {"a": "x" * (2**20 - 8)}})],
            [_made("kubernetes:core/v1:ConfigMap", {"data": {"a": "x" * (2**20 - 7)}})],
        ),
    ],
)
def test_what_is_allowed_fits_and_one_more_does_not(
    what: str, fits: list[Declared], exceeds: list[Declared]
) -> None:
    quota = _quota(what)
    assert exceeded(fits, [quota]) == []
    (excess,) = exceeded([*fits, *exceeds], [quota])
    assert f"{what}; allowed: at most {quota.limit} ({quota.source}" in str(excess)
    assert ("AWS gives more when it is asked to" in str(excess)) == quota.adjustable


def test_what_the_state_has_encrypted_is_passed_over() -> None:
    inputs = {"conditions": {"4dabf18193072939515e22adb298388d": "1b47", "ciphertext": "v1:x"}}
    resource = {
        "urn": f"urn:pulumi:prod::groundwork::{_RULE}::api",
        "type": _RULE,
        "custom": True,
        "inputs": inputs,
        "provider": "urn:pulumi:prod::groundwork::pulumi:providers:aws::aws::id",
    }
    graph = graph_of_state({"deployment": {"resources": [resource, {**resource, "custom": False}]}})
    assert [(each.name, each.provider) for each in graph] == [("api", "aws")]
    assert exceeded(graph, QUOTAS) == []


@pytest.mark.parametrize("what", ["roles", "alarms in the rule of a composite one"])
def test_a_deployment_that_aws_can_never_take_has_failed(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    quota = _quota(what)
    excess = exceeded([], [Quota(what, 0, lambda _: [("here", 1)], quota.source, quota.adjustable)])
    result = Result(Log(), 1.0)
    deployment = Deployment("dev", "1" * 12, result, result, Inventory(), {}, tuple(excess))
    assert deployment.fits == quota.adjustable
    deployment.show()
    said = " ".join(capsys.readouterr().out.split())
    assert f"{'warning' if quota.adjustable else 'AWS would refuse it'}: here: found 1 {what}" in said
    assert deployment.as_json()["quotas"] == [str(excess[0])]

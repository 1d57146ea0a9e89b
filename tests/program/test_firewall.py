"""K8S-7 and the firewall of S3-4: what is blocked before anything else is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.recorder import Recording, record

WEB_ACL = "aws:wafv2/webAcl:WebAcl"


def _rules(recording: Recording) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in recording.one(WEB_ACL, "firewall").inputs["rules"]}


@pytest.mark.contract("S3-4")
def test_known_attacks_and_floods_are_blocked(each: Recording) -> None:
    rules = _rules(each)
    rate_rule = rules["rate-limit"]
    rate = rate_rule["statement"]["rateBasedStatement"]
    assert (rate["limit"], rate["aggregateKeyType"]) == (2000, "IP")
    assert rate["evaluationWindowSec"] == 300
    assert each.one(WEB_ACL, "firewall").inputs["scope"] == "CLOUDFRONT"
    assert rate_rule["action"].keys() == {"block"}
    # AWS's rules by name: known attackers, the usual attacks, known holes, and what is said to a database.
    managed = {
        name: rule["statement"]["managedRuleGroupStatement"]
        for name, rule in rules.items()
        if "managedRuleGroupStatement" in rule["statement"]
    }
    assert set(managed) == {
        f"AWSManagedRules{group}"
        for group in ("AmazonIpReputationList", "CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet")
    }
    assert all((group["vendorName"], group["name"]) == ("AWS", name) for name, group in managed.items())
    assert all(rules[name]["overrideAction"] == {"none": {}} for name in managed)
    # Photos and webhooks are larger than the 8 KB that this rule takes; it alone only counts.
    counted = {
        name: group["ruleActionOverrides"]
        for name, group in managed.items()
        if "ruleActionOverrides" in group
    }
    only = {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}
    assert counted == {"AWSManagedRulesCommonRuleSet": [only]}
    assert each.one(WEB_ACL, "firewall").provider == "aws-global"


def test_the_firewalls_log_has_no_credentials(each: Recording) -> None:
    kind = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
    logging = each.one(kind, "firewall").inputs
    assert [one["singleHeader"]["name"] for one in logging["redactedFields"]] == ["authorization", "cookie"]
    group = each.one("aws:cloudwatch/logGroup:LogGroup", "firewall").inputs["name"]
    assert group.startswith("aws-waf-logs-")


@pytest.mark.contract("K8S-7")
def test_maintenance_is_off_by_default(each: Recording) -> None:
    assert "maintenance" not in _rules(each)


@pytest.mark.contract("K8S-7")
def test_maintenance_answers_503_with_the_message_and_changes_nothing_else(prod: Recording) -> None:
    message = "Back at 10:00 GMT"
    switched = record("prod", {"maintenance": {"enabled": True, "message": message}})
    rule = _rules(switched)["maintenance"]
    response = rule["action"]["block"]["customResponse"]
    assert (rule["priority"], response["responseCode"]) == (0, 503)
    assert [header["name"] for header in response["responseHeaders"]] == ["Retry-After"]
    (body,) = switched.one(WEB_ACL, "firewall").inputs["customResponseBodies"]
    assert (body["key"], body["content"]) == (response["customResponseBodyKey"], message)
    match = rule["statement"]["byteMatchStatement"]
    assert (match["searchString"], match["positionalConstraint"]) == ("/", "STARTS_WITH")
    before = {resource.urn: resource.inputs for resource in prod.resources}
    changed = [r.type for r in switched.resources if before.get(r.urn) != r.inputs]
    assert set(changed) <= {WEB_ACL, "aws:cloudwatch/metricAlarm:MetricAlarm"}
    assert len(switched.resources) == len(prod.resources)


@pytest.mark.contract("S3-4")
def test_who_does_no_harm_comes_through_and_everything_is_counted(each: Recording) -> None:
    acl = each.one(WEB_ACL, "firewall").inputs
    assert acl["defaultAction"] == {"allow": {}}
    counts = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert all(one["cloudwatchMetricsEnabled"] and one["sampledRequestsEnabled"] for one in counts)
    assert len({one["metricName"] for one in counts}) == len(counts)

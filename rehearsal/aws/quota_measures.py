"""Measures for quotas that count more in a resource's inputs than the length of a list or text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.aws.quotas import Declared, as_text, at


def without_blanks(text: str) -> int:
    """IAM does not count white space."""
    return len(re.sub(r"\s", "", text))


def bytes_of_environment(inputs: Mapping[str, Any]) -> int:
    """Bytes of a function's variables, names and values."""
    variables = at(inputs, ("environment", "variables")) or {}
    return sum(len(name.encode()) + len(as_text(value).encode()) for name, value in variables.items())


def security_rule(resource: Declared) -> int:
    """What a rule of a security group counts as."""
    # A rule with a prefix list counts as many as the list may have entries; CloudFront's may have 55.
    return 55 if resource.inputs.get("prefixListId") else 1


def conditions(inputs: Mapping[str, Any]) -> list[list[str]]:
    """The values of each condition."""
    conditions = inputs.get("conditions")
    if not isinstance(conditions, list):  # in the engine's state, where a list with a secret is encrypted
        return []
    blocks = [block for condition in conditions for block in condition.values()]
    return [block.get("values") or [] for block in blocks if isinstance(block, Mapping)]


def condition_values(inputs: Mapping[str, Any]) -> int:
    """Values in all conditions of a load balancer's rule."""
    return sum(map(len, conditions(inputs)))


def condition_wildcards(inputs: Mapping[str, Any]) -> int:
    """`*` and `?` in all conditions of a load balancer's rule."""
    return sum(
        as_text(value).count("*") + as_text(value).count("?") for v in conditions(inputs) for value in v
    )


def expressions(resource: Declared) -> int:
    """Regular expressions in a metric filter's pattern."""
    # They stand between percent signs (filter pattern syntax).
    return len(re.findall(r"%[^%]+%", str(resource.inputs.get("pattern"))))


def widgets(inputs: Mapping[str, Any]) -> list[int]:
    """The metrics of each widget of a dashboard."""
    body = inputs.get("dashboardBody")
    document = json.loads(body) if isinstance(body, str) else body or {}
    return [len(at(widget, ("properties", "metrics")) or ()) for widget in document.get("widgets", ())]


def largest_widget(inputs: Mapping[str, Any]) -> int:
    """Metrics of the widget that has most."""
    return max(widgets(inputs), default=0)


def children(inputs: Mapping[str, Any]) -> int:
    """Different alarms in a composite one's rule."""
    return len(set(re.findall(r"(?:ALARM|OK|INSUFFICIENT_DATA)\(\"?([^\")]+)", str(inputs.get("alarmRule")))))


def most_security_groups(inputs: Mapping[str, Any]) -> int:
    """Security groups of whatever has a network interface."""
    lists = (
        inputs.get("vpcSecurityGroupIds"),
        inputs.get("securityGroupIds"),
        inputs.get("securityGroups"),
        at(inputs, ("vpcConfig", "securityGroupIds")),
    )
    return max(len(one) if isinstance(one, list) else 0 for one in lists)


def rules_of_lifecycle(inputs: Mapping[str, Any]) -> int:
    """Rules of a repository's lifecycle policy."""
    policy = inputs.get("policy")
    document = json.loads(policy) if isinstance(policy, str) else policy or {}
    return len(document.get("rules", ()))


def prefixes(inputs: Mapping[str, Any]) -> int:
    """Prefixes of tags in the rule that has most."""
    policy = inputs.get("policy")
    document = json.loads(policy) if isinstance(policy, str) else policy or {}
    lists = [rule.get("selection", {}) for rule in document.get("rules", ())]
    return max((len(one.get("tagPrefixList") or one.get("tagPatternList") or ()) for one in lists), default=0)


def validated_names(inputs: Mapping[str, Any]) -> int:
    """Different names that a certificate is for."""
    return len({inputs.get("domainName"), *(inputs.get("subjectAlternativeNames") or ())})


def length_of_name(inputs: Mapping[str, Any]) -> int:
    """Characters of a Kubernetes object's name."""
    return len(str(at(inputs, ("metadata", "name")) or ""))


def bytes_of_annotations(inputs: Mapping[str, Any]) -> int:
    """Bytes of a Kubernetes object's annotations."""
    annotations = at(inputs, ("metadata", "annotations")) or {}
    return sum(len(key.encode()) + len(as_text(value).encode()) for key, value in annotations.items())


# "AWS Managed Rules rule groups list" and "Rate-based rule statement" in the WAF developer guide: capacity
# units.
_CAPACITIES = {
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesWordPressRuleSet": 100,
}
_RATE_CAPACITY = 2


def firewall_capacity(inputs: Mapping[str, Any]) -> int:
    """Capacity units of a firewall's rules, as far as they are AWS's own groups or count requests."""
    total = 0
    for rule in inputs.get("rules") or ():
        statement = rule.get("statement") or {}
        total += _CAPACITIES.get(at(statement, ("managedRuleGroupStatement", "name")) or "", 0)
        total += _RATE_CAPACITY if "rateBasedStatement" in statement else 0
    return total

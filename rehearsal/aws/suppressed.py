"""Differences that AWS's provider keeps quiet about: what it finds means what the program writes.

Source: the `DiffSuppressFunc` or `StateFunc` of each property in terraform-provider-aws; the file below
internal/service and the function are beside each rule. A value that is suppressed stays as it is, in the
preview and in the cloud. Only inputs are compared here, so what the provider does about properties that are
left out (a default port, the state of a rule) needs no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rehearsal.aws import equivalence as same
from rehearsal.propertydiff import join, without_indexes
from rehearsal.provider import UNKNOWN, Properties, contains_unknown

# Tells from the two values, and all that the program writes, whether they are the same to the provider.
Rule = Callable[[Any, Any, Properties], bool]


def without_suppressed(token: str, old: Properties, new: Properties) -> Properties:
    """`new` with the old value wherever the provider would see no difference."""
    return {name: _kept(token, name, old.get(name), value, new) for name, value in new.items()}


def _kept(token: str, path: str, before: Any, after: Any, new: Properties) -> Any:
    if before is None or after is None or before == after:
        return after
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return {
            key: _kept(token, join(path, key), before.get(key), value, new) for key, value in after.items()
        }
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            _kept(token, join(path, index), before[index], value, new) for index, value in enumerate(after)
        ]
    rule = RULES.get((token, without_indexes(path)))
    return after if rule is None or contains_unknown(after) or not rule(before, after, new) else before


def _grown_by_rds(before: Any, after: Any, new: Properties) -> bool:
    """RDS has enlarged it, within what it may."""
    most = new.get("maxAllocatedStorage") or 0
    return most is not UNKNOWN and int(before) > int(after) and int(most) > int(after)


def _no_scaling(before: Any, after: Any, new: Properties) -> bool:
    """As much as there is, is none."""
    return int(before) == 0 and int(after) == int(new.get("allocatedStorage") or 0)


def _alone(compare: same.Same) -> Rule:
    return lambda before, after, _: compare(before, after)


# By type and path without indexes. What is looked up and has no rule is below.
RULES: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        # rds/instance.go
        ("aws:rds/instance:Instance", "allocatedStorage"): _grown_by_rds,
        ("aws:rds/instance:Instance", "maxAllocatedStorage"): _no_scaling,
        # the same: a StateFunc that lowers
        ("aws:rds/instance:Instance", "engine"): _alone(same.SAME_IN_ANY_CASE),
        ("aws:rds/instance:Instance", "maintenanceWindow"): _alone(same.SAME_IN_ANY_CASE),
        # elasticache/replication_group.go: StateFuncs that lower
        ("aws:elasticache/replicationGroup:ReplicationGroup", "maintenanceWindow"): _alone(
            same.SAME_IN_ANY_CASE
        ),
        ("aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId"): _alone(
            same.SAME_IN_ANY_CASE
        ),
        # elasticache/user.go: SuppressEquivalentStringCaseInsensitive
        ("aws:elasticache/user:User", "engine"): _alone(same.SAME_IN_ANY_CASE),
        # budgets/budget.go: suppressEquivalentBudgetLimitAmount
        ("aws:budgets/budget:Budget", "limitAmount"): _alone(same.SAME_AMOUNT),
        # route53/record.go: normalizeAliasDomainName and SuppressEquivalentStringCaseInsensitive; a StateFunc
        ("aws:route53/record:Record", "aliases.name"): _alone(same.SAME_DOMAIN_NAME),
        ("aws:route53/record:Record", "name"): _alone(same.SAME_DOMAIN_NAME),
        # route53/zone.go: TrimTrailingPeriod
        ("aws:route53/zone:Zone", "name"): _alone(same.SAME_BUT_FOR_PERIOD),
        # route53/health_check.go: a StateFunc that raises; addresses are compared as such
        ("aws:route53/healthCheck:HealthCheck", "type"): _alone(same.SAME_IN_ANY_CASE),
        ("aws:route53/healthCheck:HealthCheck", "ipAddress"): _alone(same.SAME_ADDRESS),
        # elbv2/target_group.go, elbv2/listener.go: StateFuncs that raise
        ("aws:lb/targetGroup:TargetGroup", "healthCheck.protocol"): _alone(same.SAME_IN_ANY_CASE),
        ("aws:lb/targetGroup:TargetGroup", "protocolVersion"): _alone(same.SAME_IN_ANY_CASE),
        ("aws:lb/listener:Listener", "protocol"): _alone(same.SAME_IN_ANY_CASE),
        # iam/suppress.go: suppressOpenIDURL
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "url"): _alone(same.SAME_ISSUER),
        # verify.SuppressEquivalentPolicyDiffs: iam/policy.go, iam/role.go, iam/role_policy.go,
        # kms/replica_key.go, secretsmanager/secret_policy.go; sdkv2's IAMPolicyDocumentSchema… is the same:
        # kms/key.go, s3/bucket_policy.go, sns/topic_policy.go, logs/resource_policy.go
        ("aws:iam/policy:Policy", "policy"): _alone(same.SAME_POLICY),
        ("aws:iam/role:Role", "assumeRolePolicy"): _alone(same.SAME_POLICY),
        ("aws:iam/rolePolicy:RolePolicy", "policy"): _alone(same.SAME_POLICY),
        ("aws:kms/key:Key", "policy"): _alone(same.SAME_POLICY),
        ("aws:kms/replicaKey:ReplicaKey", "policy"): _alone(same.SAME_POLICY),
        ("aws:s3/bucketPolicy:BucketPolicy", "policy"): _alone(same.SAME_POLICY),
        ("aws:secretsmanager/secretPolicy:SecretPolicy", "policy"): _alone(same.SAME_POLICY),
        ("aws:sns/topicPolicy:TopicPolicy", "policy"): _alone(same.SAME_POLICY),
        ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument"): _alone(same.SAME_POLICY),
        # ecr/lifecycle_policy.go: equivalentLifecyclePolicyJSON
        ("aws:ecr/lifecyclePolicy:LifecyclePolicy", "policy"): _alone(same.SAME_LIFECYCLE_POLICY),
        # verify.SuppressEquivalentJSONDiffs: cloudwatch/dashboard.go, logs/data_protection_policy.go; events/
        # rule.go writes patterns anew (ruleEventPatternJSONDecoder). The order of lists matters in all three.
        ("aws:cloudwatch/dashboard:Dashboard", "dashboardBody"): _alone(same.SAME_DOCUMENT),
        ("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "policyDocument"): _alone(
            same.SAME_DOCUMENT
        ),
        ("aws:cloudwatch/eventRule:EventRule", "eventPattern"): _alone(same.SAME_DOCUMENT),
        # logs/metric_filter.go: TrimSpaceSchemaStateFunc
        ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "pattern"): _alone(same.SAME_BUT_FOR_SPACE),
    }
)

# Looked up without a rule that the program could meet: logs/group.go (groups for delivery),
# lambda/function.go (blocks that are empty), secretsmanager/secret_rotation.go (none). And here another
# layout is a difference: a text that holds JSON is a text to the provider.
# - lambda/invocation.go: another `input` calls the function again (a new resource)
# - eks/addon.go: another text in `configuration_values` is an update of the add-on
# - lambda/function.go: `variables` of the environment is a map of plain texts
# - scheduler/schedule.go and events/target.go: another text is another input
NO_RULE = frozenset(
    {
        ("aws:lambda/invocation:Invocation", "input"),
        ("aws:lambda/function:Function", "environment.variables"),
        ("aws:eks/addon:Addon", "configurationValues"),
        ("aws:scheduler/schedule:Schedule", "target.input"),
        ("aws:cloudwatch/eventTarget:EventTarget", "input"),
    }
)

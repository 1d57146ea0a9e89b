"""The firewall in front of everything: known attacks, floods, and maintenance mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pulumi
from pulumi_aws import cloudwatch, wafv2

from infra import iam
from infra.common import CommonArgs
from infra.configuration.switches import Maintenance
from infra.foundations.encryption_key import declare_key
from infra.foundations.replacement import delete_before_replace

# Requests of one address in five minutes, the window that WAF counts in.
RATE_LIMIT = 2000
RATE_WINDOW_SECONDS = 300
# When a browser or a webhook may try again.
RETRY_AFTER_SECONDS = 600

# AWS's own rules, 1,125 of the 1,500 capacity units that cost nothing more (WAF developer guide).
MANAGED_RULE_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
# Rules that only count: photos and webhooks have bodies of more than the 8 KB that this one allows.
ONLY_COUNTED = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}

Block = TypeVar("Block")

MAINTENANCE = "maintenance"
# Never in a log: they let their reader in.
REDACTED_HEADERS = ("authorization", "cookie")


@dataclass(frozen=True)
class FirewallArgs:
    """What a firewall is made of.

    Args:
        common: names and rules of the place that the environment runs in;
            `protect` is for the key of its log.
        region: where firewalls of CloudFront are, whatever region the environment is in.
        maintenance: whether visitors get a message instead of the system.
    """

    common: CommonArgs
    region: str
    maintenance: Maintenance


class Firewall(pulumi.ComponentResource):
    """A web ACL for CloudFront, and its log. Keeps K8S-7 and the firewall of S3-4.

    In maintenance one rule more answers 503 with the message, before anything else is looked at; nothing
    behind it changes.
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:firewall:Firewall", name, None, opts)
        self._args = args
        here = pulumi.ResourceOptions(parent=self)
        maintenance = args.maintenance
        body = wafv2.WebAclCustomResponseBodyArgs(
            key=MAINTENANCE, content_type="TEXT_PLAIN", content=maintenance.message
        )
        acl = wafv2.WebAcl(
            "firewall",
            name=args.common.naming.prefix,
            description="In front of every distribution",
            scope="CLOUDFRONT",
            default_action=wafv2.WebAclDefaultActionArgs(allow=wafv2.WebAclDefaultActionAllowArgs()),
            custom_response_bodies=[body] if maintenance.enabled else None,
            rules=[
                *([_maintenance()] if maintenance.enabled else []),
                _rate_limit(),
                *(_managed(number, group) for number, group in enumerate(MANAGED_RULE_GROUPS, start=10)),
            ],
            visibility_config=wafv2.WebAclVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name="firewall"
            ),
            opts=here,
        )
        self.arn = acl.arn
        self._log(acl, here)
        self.register_outputs({})

    def _log(self, acl: wafv2.WebAcl, here: pulumi.ResourceOptions) -> None:
        args, naming = self._args, self._args.common.naming
        key = declare_key(
            "edge-logs",
            "Logs of the edge",
            args.common,
            iam.logs_use_key(naming, args.region),
            parent=self,
        )
        group = cloudwatch.LogGroup(
            "firewall",
            name=f"aws-waf-logs-{naming.prefix}",  # WAF takes no other beginning
            retention_in_days=args.common.log_retention,
            kms_key_id=key,
            opts=here,
        )
        wafv2.WebAclLoggingConfiguration(
            "firewall",
            resource_arn=acl.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[
                wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
                    single_header=wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
                )
                for header in REDACTED_HEADERS
            ],
            opts=delete_before_replace(self),
        )


def _empty(block: Callable[..., Block]) -> Block:
    """A block without properties, whose presence says all; the SDK does not type how it is made."""
    return block()


def _visibility(name: str) -> wafv2.WebAclRuleVisibilityConfigArgs:
    return wafv2.WebAclRuleVisibilityConfigArgs(
        cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
    )


def _maintenance() -> wafv2.WebAclRuleArgs:
    everything = wafv2.WebAclRuleStatementByteMatchStatementArgs(
        search_string="/",  # every path begins with it
        positional_constraint="STARTS_WITH",
        field_to_match=wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchArgs(
            uri_path=_empty(wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchUriPathArgs)
        ),
        text_transformations=[
            wafv2.WebAclRuleStatementByteMatchStatementTextTransformationArgs(priority=0, type="NONE")
        ],
    )
    response = wafv2.WebAclRuleActionBlockCustomResponseArgs(
        response_code=503,
        custom_response_body_key=MAINTENANCE,
        response_headers=[
            wafv2.WebAclRuleActionBlockCustomResponseResponseHeaderArgs(
                name="Retry-After", value=str(RETRY_AFTER_SECONDS)
            )
        ],
    )
    return wafv2.WebAclRuleArgs(
        name=MAINTENANCE,
        priority=0,
        action=wafv2.WebAclRuleActionArgs(block=wafv2.WebAclRuleActionBlockArgs(custom_response=response)),
        statement=wafv2.WebAclRuleStatementArgs(byte_match_statement=everything),
        visibility_config=_visibility(MAINTENANCE),
    )


def _rate_limit() -> wafv2.WebAclRuleArgs:
    rate = wafv2.WebAclRuleStatementRateBasedStatementArgs(
        limit=RATE_LIMIT, evaluation_window_sec=RATE_WINDOW_SECONDS, aggregate_key_type="IP"
    )
    return wafv2.WebAclRuleArgs(
        name="rate-limit",
        priority=1,
        action=wafv2.WebAclRuleActionArgs(block=wafv2.WebAclRuleActionBlockArgs()),
        statement=wafv2.WebAclRuleStatementArgs(rate_based_statement=rate),
        visibility_config=_visibility("rate-limit"),
    )


def _managed(number: int, group: str) -> wafv2.WebAclRuleArgs:
    counted = [
        wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs(
            name=rule,
            action_to_use=wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs(
                count=wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs()
            ),
        )
        for rule in ONLY_COUNTED.get(group, ())
    ]
    statement = wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
        vendor_name="AWS", name=group, rule_action_overrides=counted or None
    )
    return wafv2.WebAclRuleArgs(
        name=group,
        priority=number,
        override_action=wafv2.WebAclRuleOverrideActionArgs(
            none=_empty(wafv2.WebAclRuleOverrideActionNoneArgs)
        ),
        statement=wafv2.WebAclRuleStatementArgs(managed_rule_group_statement=statement),
        visibility_config=_visibility(group),
    )

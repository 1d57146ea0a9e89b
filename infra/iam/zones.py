"""Statements about zones of Route 53."""

from __future__ import annotations

from infra.iam.documents import Arn, Statement, allow

_CHANGE = "route53:ChangeResourceRecordSets"


def delegate_domain(zone: Arn, domain: str) -> list[Statement]:
    """Have a domain answered by other name servers, and no more in its parent's zone.

    Route 53 developer guide, "Using IAM policy conditions for fine-grained access control": every change of a
    request is held against them.
    """
    only = {f"{_CHANGE}Actions": ["UPSERT"], f"{_CHANGE}RecordTypes": ["NS"]}
    names = {f"{_CHANGE}NormalizedRecordNames": [domain]}
    return [
        allow("FindZone", ["route53:ListHostedZonesByName"], ["*"]),
        allow("Delegate", [_CHANGE], [zone], condition={"ForAllValues:StringEquals": {**only, **names}}),
    ]

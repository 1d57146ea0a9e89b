"""What a single policy document allows, asked without the rest of the graph."""

from __future__ import annotations

import json
from collections.abc import Mapping

from rights.evaluation import Policies, Policy, Principal, Request, decide

Keys = Mapping[str, str | list[str]]

_NO_KEYS: Keys = {}
_ACCOUNT = "123456789012"
_WHO = f"arn:aws:iam::{_ACCOUNT}:role/who-asks"
# The account's policies decide about keys, as every key's policy has it.
_DELEGATION = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"},
            "Action": "*",
            "Resource": "*",
        }
    ]
}


def allows(
    document: str,
    action: str,
    resource: str = "*",
    *,
    principal: str | None = None,
    keys: Keys = _NO_KEYS,
) -> bool:
    """Whether a document allows a request; a refusal in it wins.

    Args:
        document: JSON, of an identity or of a resource.
        action: `kms:Encrypt` and the like.
        resource: the ARN; `*` for the resource that the document belongs to, or a request that names none.
        principal: an AWS service, in a resource's document.
        keys: what AWS says about the request, by the name of the condition key.
    """
    policy = Policy.of("document", json.loads(document))
    if principal is not None:
        asks = Principal("Service", principal, _ACCOUNT)
        return decide(Request(asks, action, resource, keys), Policies(resource=policy)).allowed
    asks = Principal("AWS", _WHO, _ACCOUNT)
    policies = Policies([policy], Policy.of("delegation", _DELEGATION))
    return decide(Request(asks, action, resource, keys), policies).allowed


def allows_outside(document: str, role: str, action: str, resource: str = "*", keys: Keys = _NO_KEYS) -> bool:
    """Whether a resource's policy allows a request of another account's role that may do everything there.

    Args:
        document: JSON, of the resource.
        role: its ARN.
        action: `kms:Encrypt` and the like.
        resource: the ARN; `*` for the resource that the document belongs to.
        keys: what AWS says about the request, by the name of the condition key.
    """
    everything = Policy("administrator", ({"Effect": "Allow", "Action": "*", "Resource": "*"},))
    policies = Policies([everything], Policy.of("document", json.loads(document)), across_accounts=True)
    asks = Principal("AWS", role, role.split(":")[4])
    return decide(Request(asks, action, resource, keys), policies).allowed

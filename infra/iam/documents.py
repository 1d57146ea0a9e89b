"""Documents of IAM, and the statements that they are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pulumi

Statement = dict[str, Any]
# Commands write documents too, of texts alone: they do not wait for Pulumi.
Arn: TypeAlias = "pulumi.Input[str]"


def followed_by(arn: Arn, rest: str) -> Arn:
    """What begins with an ARN: the objects of a bucket, the streams of a log group."""
    if isinstance(arn, str):
        return f"{arn}{rest}"
    from pulumi import Output

    return Output.concat(arn, rest)


def document(*statements: Statement) -> pulumi.Input[str]:
    """A policy document as AWS takes it; a preview shows it in full when all of its ARNs are known."""
    content = {"Version": "2012-10-17", "Statement": list(statements)}
    try:
        return json.dumps(content)
    except TypeError:  # an ARN that AWS gives out
        from pulumi import Output

        return Output.json_dumps(content)


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[Arn] | None = None,
    *,
    principal: Mapping[str, Any] | None = None,
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    """A statement that allows actions; in a trust policy without resources."""
    return _statement("Allow", sid, actions, resources, principal, condition)


def deny(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[Arn],
    *,
    principal: Mapping[str, Any] | None = None,
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    """A statement that refuses actions whoever else allows them; for a role without a principal."""
    return _statement("Deny", sid, actions, resources, principal, condition)


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[Arn] | None,
    principal: Mapping[str, Any] | None,
    condition: Mapping[str, Any] | None,
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": effect, "Action": list(actions)}
    if principal is not None:
        statement["Principal"] = principal
    if resources is not None:
        # One alone stands by itself, as AWS writes documents back.
        statement["Resource"] = resources[0] if len(resources) == 1 else list(resources)
    if condition is not None:
        statement["Condition"] = dict(condition)
    return statement

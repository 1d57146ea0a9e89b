"""Calls of CI's role that only looks: how it comes in, the engine's state, and what a refresh reads.

`make plan`, `make drifted`, `make compare` and `recover check` run as it in CI. `make bootstrap` makes it, so
that it is in no graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra import iam
from rights.calls import ROLE, Call
from rights.evaluation import Policy, Principal
from rights.graph import Graph
from rights.refreshing import reads

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def identity_of_reading_role(graph: Graph) -> tuple[Policy, ...]:
    """What `make bootstrap` gives to it (operations/bootstrap/roles.py)."""
    return graph.policy_at(READ_ONLY), Policy.of("bootstrap", {"Statement": iam.read_state(*_state(graph))})


def calls_of_reading_role(graph: Graph, principal: Principal) -> Iterator[Call]:
    """How GitHub comes to it, and the engine's part in what it runs; `drifted` and `compare` refresh."""
    yield from _taken(graph, principal)
    identity, (bucket, key) = identity_of_reading_role(graph), _state(graph)
    # The key has the policy that KMS gives it by itself (developer guide, "Default key policy").
    of_key = Policy.of("default policy of the state's key", _whole_account(graph.account))
    why = "pkg/backend/diy of Pulumi; its awskms opens the data key of the state's secrets"
    for action, resource, trust in (
        ("s3:ListBucket", bucket, None),
        ("s3:GetObject", f"{bucket}/.pulumi/stacks/groundwork/prod.json", None),
        ("kms:Decrypt", key, of_key),
    ):
        actor = "read-only opens the state"
        yield Call(actor, principal, action, resource, identity=identity, trust=trust, why=why)
    for action, resource in sorted(set(reads(graph))):
        why = "rights/refreshing.py"
        yield Call("read-only refreshes", principal, action, resource, identity=identity, why=why)


def role_trust(account: str, *roles: str) -> dict[str, Any]:
    """What a role that CI takes has to trust, as docs/real-account.md shows it.

    A role that does not exist yet cannot be a principal (IAM user guide, "AWS JSON policy elements:
    Principal"): so it trusts the account, and asks for the role that calls.
    """
    arns = [f"arn:aws:iam::{account}:role/{role}" for role in roles]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": ["sts:AssumeRole"],
                "Condition": {"ArnEquals": {"aws:PrincipalArn": arns if len(arns) > 1 else arns[0]}},
            }
        ],
    }


def _taken(graph: Graph, principal: Principal) -> Iterator[Call]:
    for role in graph.of(ROLE):
        if role.name == "github":
            reading, previewing = (f"{role.inputs['name']}-{end}" for end in ("read", "preview"))
            may_take = Policy.of("bootstrap", {"Statement": [iam.take_roles([principal.name])]})
            trust = Policy.of("trust of the reading role", role_trust(graph.account, reading, previewing))
            for actor, name in (("CI that looks", reading), ("CI that previews", previewing)):
                yield Call(
                    actor,
                    Principal("AWS", f"arn:aws:iam::{graph.account}:role/{name}", graph.account),
                    "sts:AssumeRole",
                    principal.name,
                    identity=(may_take,),
                    trust=trust,
                    why=".ci/credentials: an SDK takes it, without tags",
                )


def _state(graph: Graph) -> tuple[str, str]:
    """The state's bucket and key, which come before the program: by any name."""
    return "arn:aws:s3:::state", f"arn:aws:kms:eu-central-1:{graph.account}:key/state"


def _whole_account(account: str) -> dict[str, Any]:
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    return {"Statement": [{"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}]}

"""States of the engine before and after a move between regions: resources as they stand in them."""

from __future__ import annotations

from typing import Any

from infra.naming import Place
from operations.recovery.moved_state import Move

HEAD = "urn:pulumi:prod::groundwork::"
HOME, THERE = "groundwork:place:Home", "groundwork:place:Recovery"
AWS, AWS_THERE = f"{HEAD}pulumi:providers:aws::aws", f"{HEAD}pulumi:providers:aws::aws-recovery"
CLUSTER = f"{HEAD}{HOME}$pulumi:providers:kubernetes::kubernetes"
RANDOM = f"{HEAD}pulumi:providers:random::random"
MOVE = Move(
    "us-west-2", "us-east-2", Place.HOME, frozenset(["redis-cache"]), frozenset(["replication-photos"])
)
ENTRY = "aws:secretsmanager/secret:Secret"
VALUE = "aws:secretsmanager/secretVersion:SecretVersion"


def resource(chain: str, name: str, provider: str = "", **fields: Any) -> dict[str, Any]:
    """One of them; a chain of types ends with its own."""
    return {
        "urn": f"{HEAD}{chain}::{name}",
        "type": chain.rpartition("$")[2],
        "custom": bool(provider),
        **({"provider": f"{provider}::1"} if provider else {}),
        "inputs": {},
        "outputs": {},
        **fields,
    }


def of_provider(urn: str, **inputs: Any) -> dict[str, Any]:
    """A provider with these inputs."""
    chain, name = urn.removeprefix(HEAD).rsplit("::", 1)
    return resource(chain, name, inputs=inputs, id="1") | {"custom": True}


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    """A state with these resources, the providers of both regions and the key of the other one."""
    providers = [
        of_provider(AWS, region="us-west-2"),
        of_provider(AWS_THERE, region="us-east-2"),
        of_provider(RANDOM),
        resource(HOME, "home"),
        resource(THERE, "recovery"),
        of_provider(CLUSTER, clusterIdentifier="arn:aws:eks:us-west-2:1:cluster/p"),
        resource(f"{THERE}$groundwork:keys:Keys$aws:kms/key:Key", "data", AWS_THERE),
    ]
    return {"version": 3, "deployment": {"resources": [*providers, *resources]}}

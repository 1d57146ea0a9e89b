"""Waits for what AWS has taken and does not follow everywhere yet, where nothing tells when it does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pulumi

# Teams have seen 5 to 10 seconds (eks-pod-identity-agent#52), and AWS names no time ("eventually consistent",
# EKS user guide, "EKS Pod Identity"; nothing can be asked: containers-roadmap#2507).
SECONDS = 20


@dataclass
class Pace:
    """How long is waited; the embedded AWS follows at once, and the rehearsal sets 0."""

    seconds: float = SECONDS


PACE = Pace()


def settled_when_made(name: str) -> pulumi.ResourceHookBinding:
    """A hook of the engine behind which what depends on a resource waits, once it is made (Pulumi, "Resource
    hooks").

    Args:
        name: of the resource in the program; an engine knows each hook by a name of its own.
    """

    async def wait(_: pulumi.ResourceHookArgs) -> None:
        await asyncio.sleep(PACE.seconds)

    return pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook(f"{name}-settled", wait)])

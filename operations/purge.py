"""The purge of an environment's caches at CloudFront (contract S3-4)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.console import OperationError, OperationFailed


@dataclass(frozen=True)
class Invalidation:
    """What was asked of one distribution; CloudFront takes a minute or two for it."""

    host: str
    distribution: str
    identifier: str
    status: str


def check_paths(paths: Sequence[str]) -> None:
    """Sees that CloudFront takes the paths: beginning with a slash, `*` at the end for all that follows.

    Raises:
        OperationError: one has another form.
    """
    wrong = [path for path in paths if not path.startswith("/") or "*" in path[:-1]]
    if wrong or not paths:
        found = wrong[0] if wrong else "no path"
        raise OperationError(
            f"PATHS: found {found}; allowed: paths that begin with /, and * at their end alone. "
            "Example: /index.html /assets/*"
        )


def purge(client: Any, domain: str, paths: Sequence[str]) -> list[Invalidation]:
    """Invalidates paths in every distribution of an environment.

    Args:
        client: boto3's of CloudFront, in the environment's account.
        domain: the environment's.
        paths: those that `check_paths` lets pass.

    Raises:
        OperationFailed: there is no distribution, or AWS refused.
    """
    try:
        distributions = _distributions(client, domain)
        if not distributions:
            raise OperationFailed(f"there is no distribution for {domain}; is the environment deployed?")
        return [
            _invalidate(client, host, distribution, paths) for host, distribution in distributions.items()
        ]
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"CloudFront refused: {error}") from None


def _distributions(client: Any, domain: str) -> dict[str, str]:
    """Those for the domain itself and for one host below it, by host: another environment's are deeper."""
    found = {}
    for page in client.get_paginator("list_distributions").paginate():
        for distribution in page["DistributionList"].get("Items") or []:
            for host in distribution["Aliases"].get("Items") or []:
                label, _, rest = host.partition(".")
                if host == domain or (rest == domain and label):
                    found[host] = distribution["Id"]
    return dict(sorted(found.items()))


def _invalidate(client: Any, host: str, distribution: str, paths: Sequence[str]) -> Invalidation:
    batch = {
        "Paths": {"Quantity": len(paths), "Items": list(paths)},
        # The same one again would be the same invalidation.
        "CallerReference": uuid.uuid4().hex,
    }
    made = client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)["Invalidation"]
    return Invalidation(host, distribution, made["Id"], made["Status"])

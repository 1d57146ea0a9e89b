"""A list of what a recovery of one environment needs to find: names and amounts, never values.

The program derives it from the stack file and the system file (infra/configuration/readiness.py); the command
asks with it as it is, the function has it as a file beside its code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

FILE = "wanted.json"


@dataclass(frozen=True)
class Wanted:
    """What to ask about.

    Args:
        region: where everything runs.
        recovery_region: where copies are.
        outside_vault: ARN of AWS Backup's vault in the backup account; empty where there is none.
        recovery_rule: of a bucket's replication, that copies to the recovery region.
        outside_rule: the same, to the backup account.
        copies: whether there are copies in the recovery region.
        other_lost: whether the recovery region is lost.
        recovery_point_minutes: of data that may be lost.
        backups: the backups bucket.
        database: identifier of the instance that serves.
        restores_tested: whether a restore test runs every week.
        cluster: its name, in both regions.
        cluster_waits: whether one stands in the recovery region.
        redis: the replication groups that wait in the recovery region, called as at home.
        secrets: the names of entries, without their prefix.
        prefix: of these names.
        images: the version of each repository of the environment's own registry.
        buckets: the buckets that are replicated: physical names by kind.
        domain: of the environment.
        origin: the name that has to lead to the other region on the day.
        processors: vCPUs that the pods need there.
        addresses: public addresses that its NAT gateways need.
    """

    region: str
    recovery_region: str
    outside_vault: str
    recovery_rule: str
    outside_rule: str
    copies: bool
    other_lost: bool
    recovery_point_minutes: int
    backups: str
    database: str
    restores_tested: bool
    cluster: str
    cluster_waits: bool
    redis: list[str]
    secrets: list[str]
    prefix: str
    images: list[tuple[str, str]]
    buckets: Mapping[str, str]
    domain: str
    origin: str
    processors: int
    addresses: int

    def as_json(self) -> str:
        """The same text for the same content."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @staticmethod
    def of_json(text: str) -> Wanted:
        """What `as_json` wrote."""
        content = json.loads(text)
        content["images"] = [(repository, version) for repository, version in content["images"]]
        return Wanted(**content)

"""Changes of the files that make something larger or smaller."""

from __future__ import annotations

from tests.preview.case import Case

CASES = (
    Case(
        "the database gets a larger machine",
        named=(
            "INTERRUPTS RDS instance database connections break once, it fails over to its standby, 60 s to 2 min; Sunday 04:00 UTC",
            "INTERRUPTS cross-region replica database in the recovery region is not reachable while it restarts, 5 to 10 min; Saturday 06:00 UTC",
        ),
        stack=(("database.tier", "high"), ("database.previousTier", "standard")),
    ),
    Case(
        "the larger machine is there, and alarms need not hold for the other one",
        deployed=(("database.tier", "high"), ("database.previousTier", "standard")),
        stack=(("database.tier", "high"),),
    ),
    Case(
        "the database gets a smaller machine",
        named=(
            "WEAKER parameter group database* takes 800 connections at most, instead of 1600",
            "INTERRUPTS RDS instance database connections break once, it fails over to its standby, 60 s to 2 min; Sunday 04:00 UTC",
            "INTERRUPTS cross-region replica database in the recovery region is not reachable while it restarts, 5 to 10 min; Saturday 06:00 UTC",
        ),
        deployed=(("database.tier", "high"),),
    ),
    Case(
        "Redis's cache becomes smaller",
        named=(
            "INTERRUPTS Redis group cache* connections break once, when the other node takes over, 20 to 60 s; Sunday 05:00 UTC",
        ),
        stack=(("redis.cache", "small"),),
    ),
    Case("storage may grow further", stack=(("database.storageMaximum", 1000),)),
    Case(
        "fewer pods in staging",
        named=("WEAKER horizontal pod autoscaler * grows to 2 pods at most, instead of 3",),
        environment="staging",
        stack=(("replicas", {"minimum": 2, "maximum": 2}),),
    ),
    Case("more pods", stack=(("replicas", {"minimum": 4, "maximum": 12}),)),
    Case(
        "a smaller peak",
        named=("WEAKER horizontal pod autoscaler * grows to 8 pods at most, instead of 10",),
        stack=(("replicas", {"minimum": 3, "maximum": 8}),),
    ),
    Case("a pod gets more memory", system=(("services.api.resources.memory", 2048),)),
)

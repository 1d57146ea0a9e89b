"""Until when AWS looks after what it runs for us: runtimes of functions, engines of databases and of Redis.

Kubernetes' versions are in infra/configuration/cluster_settings.py, since the program chooses among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

# The day on which all of it was read.
LOOKED_UP = date(2026, 12, 1)


@dataclass(frozen=True)
class Runtime:
    """A runtime of Lambda.

    Args:
        mended_until: from that day on AWS applies no security updates (its "deprecation date").
        created_until: from that day on no function can be made on it.
        changed_until: from that day on none that is there can be changed.
    """

    mended_until: date
    created_until: date
    changed_until: date


def _runtime(mended: str, created: str, changed: str) -> Runtime:
    return Runtime(*map(date.fromisoformat, (mended, created, changed)))


# Lambda developer guide, "Lambda runtimes", both tables, as cfn-lint 1.58.0 (aws-cloudformation/cfn-lint,
# LmbdRuntimeLifecycle.json) has them; endoflife.date has the same first and last days of that page.
RUNTIMES: Mapping[str, Runtime] = MappingProxyType(
    {
        "dotnet10": _runtime("2028-11-14", "2028-12-14", "2029-01-15"),
        "dotnet6": _runtime("2024-12-20", "2027-02-01", "2027-03-03"),
        "dotnet8": _runtime("2026-11-10", "2027-02-01", "2027-03-03"),
        "dotnetcore3.1": _runtime("2023-04-03", "2023-04-03", "2023-05-03"),
        "go1.x": _runtime("2024-01-08", "2024-02-08", "2027-03-03"),
        "java11": _runtime("2027-06-30", "2027-07-31", "2027-08-31"),
        "java17": _runtime("2027-06-30", "2027-07-31", "2027-08-31"),
        "java21": _runtime("2029-06-30", "2029-07-31", "2029-08-31"),
        "java25": _runtime("2029-06-30", "2029-07-31", "2029-08-31"),
        "java8": _runtime("2024-01-08", "2024-02-08", "2027-03-03"),
        "java8.al2": _runtime("2027-06-30", "2027-07-31", "2027-08-31"),
        "nodejs10.x": _runtime("2021-07-30", "2021-07-30", "2022-02-14"),
        "nodejs12.x": _runtime("2023-03-31", "2023-03-31", "2023-04-30"),
        "nodejs14.x": _runtime("2023-12-04", "2024-01-09", "2027-03-03"),
        "nodejs16.x": _runtime("2024-06-12", "2027-02-01", "2027-03-03"),
        "nodejs18.x": _runtime("2025-09-01", "2027-02-01", "2027-03-03"),
        "nodejs20.x": _runtime("2026-04-30", "2027-02-01", "2027-03-03"),
        "nodejs22.x": _runtime("2027-04-30", "2027-06-01", "2027-07-01"),
        "nodejs24.x": _runtime("2028-04-30", "2028-06-01", "2028-07-01"),
        "provided": _runtime("2024-01-08", "2024-02-08", "2027-03-03"),
        "provided.al2": _runtime("2026-07-31", "2027-02-01", "2027-03-03"),
        "provided.al2023": _runtime("2029-06-30", "2029-07-31", "2029-08-31"),
        "python2.7": _runtime("2021-07-15", "2021-07-15", "2022-05-30"),
        "python3.10": _runtime("2026-10-31", "2027-02-01", "2027-03-03"),
        "python3.11": _runtime("2027-06-30", "2027-07-31", "2027-08-31"),
        "python3.12": _runtime("2028-10-31", "2028-11-30", "2029-01-10"),
        "python3.13": _runtime("2029-06-30", "2029-07-31", "2029-08-31"),
        "python3.14": _runtime("2029-06-30", "2029-07-31", "2029-08-31"),
        "python3.6": _runtime("2022-07-18", "2022-07-18", "2022-08-29"),
        "python3.7": _runtime("2023-12-04", "2024-01-09", "2027-03-03"),
        "python3.8": _runtime("2024-10-14", "2027-02-01", "2027-03-03"),
        "python3.9": _runtime("2025-12-15", "2027-02-01", "2027-03-03"),
        "ruby2.5": _runtime("2021-07-30", "2021-07-30", "2022-03-31"),
        "ruby2.7": _runtime("2023-12-07", "2024-01-09", "2027-03-03"),
        "ruby3.2": _runtime("2026-03-31", "2027-02-01", "2027-03-03"),
        "ruby3.3": _runtime("2027-03-31", "2027-04-30", "2027-05-31"),
        "ruby3.4": _runtime("2028-03-31", "2028-04-30", "2028-05-31"),
        "ruby4.0": _runtime("2029-03-31", "2029-04-30", "2029-05-31"),
    }
)


@dataclass(frozen=True)
class Engine:
    """A major version of an engine.

    Args:
        standard_until: the last day of standard support; afterwards it costs more.
        extended_until: the last one of extended support; afterwards AWS upgrades it.
    """

    standard_until: date
    extended_until: date


def _engine(standard: str, extended: str) -> Engine:
    return Engine(date.fromisoformat(standard), date.fromisoformat(extended))


# "Amazon RDS for PostgreSQL release calendar", as endoflife.date (products/amazon-rds-postgresql.md, which
# a program reads from that page) had it on 2026-08-22.
POSTGRESQL: Mapping[str, Engine] = MappingProxyType(
    {
        "13": _engine("2026-02-28", "2029-02-28"),
        "14": _engine("2027-02-28", "2030-02-28"),
        "15": _engine("2028-02-29", "2031-02-28"),
        "16": _engine("2029-02-28", "2032-02-29"),
        "17": _engine("2030-02-28", "2033-02-28"),
        "18": _engine("2031-02-28", "2034-02-28"),
    }
)
# ElastiCache user guide, "Redis OSS versions end of life schedule", from the same
# (amazon-elasticache-redis.md). Of Redis 7 no end was said by then.
REDIS: Mapping[str, Engine] = MappingProxyType(
    {
        "4": _engine("2026-01-31", "2029-01-31"),
        "5": _engine("2026-01-31", "2029-01-31"),
        "6": _engine("2027-01-31", "2030-01-31"),
    }
)

"""PostgreSQL's parameters, of the primary and of its replica in another region."""

from __future__ import annotations

from types import MappingProxyType

import pulumi
from pulumi_aws import rds

from infra.configuration.tiers import DATABASE_TIERS
from infra.naming import Naming

SLOW_QUERY_MILLISECONDS = 500

# A replica that has fewer than its primary stops replaying (PostgreSQL, "Hot Standby", "Administrator's
# Overview"). Both take a new number when they next restart, each in a maintenance window of its own or when
# its machine fails: a replica that always has the most is right in every order of events.
REPLICA_CONNECTIONS = max(tier.connections for tier in DATABASE_TIERS.values())

# Parameters that PostgreSQL takes while it runs.
_DYNAMIC_PARAMETERS = MappingProxyType(
    {
        "log_lock_waits": "1",
        "log_min_duration_statement": str(SLOW_QUERY_MILLISECONDS),
        "log_temp_files": "10240",  # kilobytes: sorts that do not fit into memory
    }
)
# Those that need a restart, and those whose value is RDS's own: it tells of these as "pending-reboot",
# whatever was asked for, and anything else would be a difference in every preview.
_STATIC_PARAMETERS = MappingProxyType(
    {
        # By the same rule as connections. RDS's number for machines of up to four processors; its own would
        # follow from the machine (GREATEST(DBInstanceVCPU*2,8)).
        "max_worker_processes": "8",
        "pg_stat_statements.track": "all",
        "rds.force_ssl": "1",
        "shared_preload_libraries": "pg_stat_statements",
    }
)


def declare_parameters(
    name: str, naming: Naming, version: str, connections: int, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """A parameter group; answers its name.

    Args:
        name: of the resource in the program.
        version: the major one, which a group is made for.
        connections: max_connections; a replica has REPLICA_CONNECTIONS.
        parent: the component that it belongs to.
    """
    static = {**_STATIC_PARAMETERS, "max_connections": str(connections)}
    parameters = [(name, value, "immediate") for name, value in _DYNAMIC_PARAMETERS.items()]
    parameters += [(name, value, "pending-reboot") for name, value in static.items()]
    return rds.ParameterGroup(
        name,
        name=naming.named(f"postgres{version}"),
        family=f"postgres{version}",
        description="Slow queries are logged, statements counted, plaintext connections refused",
        parameters=[
            rds.ParameterGroupParameterArgs(name=name, value=value, apply_method=method)
            for name, value, method in sorted(parameters)
        ],
        opts=pulumi.ResourceOptions(parent=parent),
    ).name

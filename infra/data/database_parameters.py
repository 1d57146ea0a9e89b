"""PostgreSQL's parameters, the same for the primary and for its replica in another region."""

from __future__ import annotations

from types import MappingProxyType

import pulumi
from pulumi_aws import rds

from infra.configuration.tiers import DatabaseTier
from infra.naming import Naming

# A major version alone: AWS's minor upgrades are no difference to it.
ENGINE_VERSION = "17"

SLOW_QUERY_MILLISECONDS = 500

# Parameters that PostgreSQL takes while it runs, and those that need a restart.
_DYNAMIC_PARAMETERS = MappingProxyType(
    {
        "log_lock_waits": "1",
        "log_min_duration_statement": str(SLOW_QUERY_MILLISECONDS),
        "log_temp_files": "10240",  # kilobytes: sorts that do not fit into memory
        "rds.force_ssl": "1",
    }
)
_STATIC_PARAMETERS = MappingProxyType(
    {"pg_stat_statements.track": "all", "shared_preload_libraries": "pg_stat_statements"}
)


def declare_parameters(
    name: str, naming: Naming, tier: DatabaseTier, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """A parameter group; answers its name.

    Args:
        name: of the resource in the program.
        naming: names and ARNs.
        tier: has max_connections. A replica with fewer than its primary would not start.
        parent: the component that it belongs to.
    """
    static = {**_STATIC_PARAMETERS, "max_connections": str(tier.connections)}
    parameters = [(name, value, "immediate") for name, value in _DYNAMIC_PARAMETERS.items()]
    parameters += [(name, value, "pending-reboot") for name, value in static.items()]
    return rds.ParameterGroup(
        name,
        name=naming.named(f"postgres{ENGINE_VERSION}"),
        family=f"postgres{ENGINE_VERSION}",
        description="Slow queries are logged, statements counted, plaintext connections refused",
        parameters=[
            rds.ParameterGroupParameterArgs(name=name, value=value, apply_method=method)
            for name, value, method in sorted(parameters)
        ],
        opts=pulumi.ResourceOptions(parent=parent),
    ).name

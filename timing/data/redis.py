"""Redis: ElastiCache."""

from __future__ import annotations

from datetime import date

from timing.facts import Change, Duration, Interruption, Source, Times

_LOGS = date(2026, 11, 29)
_GUIDE = Source(
    "ElastiCache user guide, Scaling up Redis clusters with replicas: reads and writes stop for some seconds "
    "when the old nodes go; how long all of it takes is estimated",
    _LOGS,
)
_FAILOVER = Interruption("connections break once, when the other node takes over", Times(15, 60))
_USERS = Source("estimated: the provider waits until it is active, five minutes at most", _LOGS)

DURATIONS = {
    "aws:elasticache/replicationGroup:ReplicationGroup": Duration(
        "Redis group",
        create=Times(540, 900),
        change=Times(60, 300),
        delete=Times(300, 900),
        source=Source(
            "apply logs of aws_elasticache_replication_group: made in 5:58-9:15 (5), 13 min called normal; "
            "deletion estimated, with a final snapshot",
            _LOGS,
        ),
        changes=(
            Change(("nodeType",), Times(900, 1800), _GUIDE, True, _FAILOVER),
            Change(("engineVersion",), Times(900, 1800), _GUIDE, True, _FAILOVER),
            Change(("numCacheClusters",), Times(600, 1200), _GUIDE),
            Change(("parameterGroupName",), Times(120, 300), _GUIDE),
        ),
        replaced=Interruption("what it holds is lost", Times(540, 900)),
    ),
    "aws:elasticache/user:User": Duration(
        "Redis user", Times(15, 60), Times(30, 120), Times(30, 120), source=_USERS
    ),
    "aws:elasticache/userGroup:UserGroup": Duration(
        "Redis user group", Times(30, 120), Times(60, 180), Times(60, 180), source=_USERS
    ),
}

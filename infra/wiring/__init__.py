"""How the parts of the platform are connected: what each one is given of the configuration and of others."""

from infra.wiring.account import budget, deployment, people, trail
from infra.wiring.data import database, entries, redis, secrets, storage
from infra.wiring.edge import certificates, distributions, dns, edge_buckets, firewall, load_balancer
from infra.wiring.foundations import keys, network, registry, release
from infra.wiring.functions import escalate, job_watch, rotation, rotators, scheduled, watch_jobs
from infra.wiring.kubernetes import (
    PodsReady,
    application_nodes,
    cluster,
    on_call,
    pod_group,
    reloader,
    workloads,
)
from infra.wiring.monitoring import (
    Parts,
    alarms,
    availability,
    dashboard,
    escalation,
    events,
    logs,
    notifications,
    notifications_of,
    watched,
)
from infra.wiring.recovery import backup, read_replica, recovery_keys, recovery_network

__all__ = [
    "Parts",
    "PodsReady",
    "alarms",
    "application_nodes",
    "availability",
    "backup",
    "budget",
    "certificates",
    "cluster",
    "dashboard",
    "database",
    "deployment",
    "distributions",
    "dns",
    "edge_buckets",
    "entries",
    "escalate",
    "escalation",
    "events",
    "firewall",
    "job_watch",
    "keys",
    "load_balancer",
    "logs",
    "network",
    "notifications",
    "notifications_of",
    "on_call",
    "people",
    "pod_group",
    "read_replica",
    "recovery_keys",
    "recovery_network",
    "redis",
    "registry",
    "release",
    "reloader",
    "rotation",
    "rotators",
    "scheduled",
    "secrets",
    "storage",
    "trail",
    "watch_jobs",
    "watched",
    "workloads",
]

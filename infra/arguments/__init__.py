"""How the parts of the platform are connected: what each one is given of the configuration and of others."""

from infra.arguments.data import database, entries, redis, secrets, storage
from infra.arguments.edge import certificates, distributions, dns, edge_buckets, firewall, load_balancer
from infra.arguments.escalation import escalate, escalation
from infra.arguments.foundations import application_nodes, cluster, keys, logs, network, pod_group
from infra.arguments.notifications import budget, notifications, notifications_of
from infra.arguments.protection import audit, backup, deployment, people, registry
from infra.arguments.recovery import recovery_keys, standby, standby_network
from infra.arguments.rotation import rotation, rotators
from infra.arguments.scheduled_functions import job_watch, scheduled_functions, watch_jobs
from infra.arguments.services import PodsReady, on_call, release, reloader, workloads
from infra.arguments.watching import Parts, alarms, availability, dashboard, events, watched

__all__ = [
    "Parts",
    "PodsReady",
    "alarms",
    "application_nodes",
    "audit",
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
    "recovery_keys",
    "redis",
    "registry",
    "release",
    "reloader",
    "rotation",
    "rotators",
    "scheduled_functions",
    "secrets",
    "standby",
    "standby_network",
    "storage",
    "watch_jobs",
    "watched",
    "workloads",
]

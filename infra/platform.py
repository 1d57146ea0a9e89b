"""The platform from top to bottom, in the order in which its parts need each other."""

from __future__ import annotations

import pulumi

from infra import arguments, providers
from infra.alarm import Place
from infra.alarms import Alarms
from infra.audit import Audit
from infra.availability import Availability
from infra.backup import Backup
from infra.budget import Budget
from infra.certificates import Certificates
from infra.cluster import Cluster
from infra.configuration import Configuration
from infra.dashboard import Dashboard
from infra.database import Database
from infra.database_events import DatabaseEvents
from infra.deployment import Deployment
from infra.distributions import Distributions
from infra.dns import Dns
from infra.escalation import Escalation
from infra.firewall import Firewall
from infra.function import Function
from infra.keys import Keys
from infra.load_balancer import LoadBalancer
from infra.logs import Logs
from infra.network import Network
from infra.notifications import Notifications
from infra.outputs import Outputs
from infra.recovery_keys import RecoveryKeys
from infra.redis import Redis
from infra.registry import Registry
from infra.rotation import Rotation
from infra.secrets import Secrets
from infra.standby import Standby
from infra.standby_network import StandbyNetwork
from infra.storage import Storage
from infra.workloads import Workloads


def declare(configuration: Configuration) -> Outputs:
    """Declares everything that an environment consists of."""
    settings, system, naming = configuration.settings, configuration.system, configuration.naming
    aws = providers.aws_provider("aws", settings, system, settings.region)
    recovery = providers.aws_provider("aws-recovery", settings, system, settings.recovery_region)
    worldwide = providers.aws_provider("aws-global", settings, system, arguments.GLOBAL_REGION)
    here = pulumi.ResourceOptions(providers=[aws, providers.random_provider()])
    there = pulumi.ResourceOptions(providers=[worldwide])
    elsewhere = pulumi.ResourceOptions(providers=[recovery])

    keys = Keys("keys", arguments.keys(configuration, recovery), here)
    notifications = Notifications("notifications", arguments.notifications(configuration, keys), here)
    network = Network("network", arguments.network(configuration, keys), here)
    Logs("logs", arguments.logs(configuration, keys), here)
    cluster = Cluster("cluster", arguments.cluster(configuration, keys, network), here)
    database = Database("database", arguments.database(configuration, keys, network, cluster), here)
    redis = {
        purpose: Redis(purpose, args, here)
        for purpose, args in arguments.redis(configuration, keys, network, cluster).items()
    }
    storage = Storage("storage", arguments.storage(configuration, keys, recovery), here)
    secrets = Secrets("secrets", arguments.secrets(configuration, keys), here)
    backup = Backup(
        "backup", arguments.backup(configuration, database, storage, notifications, recovery), here
    )
    deployment = Deployment("deployment", arguments.deployment(configuration), here)
    Audit("audit", arguments.audit(configuration, keys, storage, notifications), here)

    dns = Dns("dns", arguments.dns(configuration), here)
    certificates = Certificates("certificates", arguments.certificates(configuration, dns, worldwide), here)
    load_balancer = LoadBalancer(
        "load-balancer",
        arguments.balancer(configuration, network, cluster, storage, dns, certificates),
        here,
    )
    firewall = Firewall("firewall", arguments.firewall(configuration), there)
    distributions = Distributions(
        "distributions",
        arguments.distributions(configuration, storage, dns, certificates, firewall, load_balancer, aws),
        there,
    )

    entries = arguments.entries(database, redis, secrets)
    rotators = {
        rotator: Function(rotator, args, here)
        for rotator, args in arguments.rotators(
            configuration, keys, network, database, redis, entries, notifications
        ).items()
    }
    rotation = Rotation(
        "rotation", arguments.rotation(configuration, rotators, network, database, entries), here
    )
    for name, args in arguments.caretakers(configuration, keys, storage, entries, notifications).items():
        Function(name, args, here)
    Registry("registry", arguments.registry(configuration, keys, recovery), here)
    kubernetes = providers.kubernetes_provider(cluster.kubeconfig, naming)
    Workloads(
        "workloads",
        arguments.workloads(
            configuration,
            keys,
            cluster,
            storage,
            entries,
            [database.backup, rotation.prepared],
            load_balancer,
        ),
        pulumi.ResourceOptions(providers=[aws, kubernetes]),
    )

    availability = Availability("availability", arguments.availability(configuration), here)
    standby = _stand_by(configuration, database, elsewhere) if settings.standard.standby_region else None
    watched = {
        **arguments.watched(configuration, cluster, database, standby, backup, redis, availability),
        **arguments.watched_edge(load_balancer, certificates),
    }
    alarms = Alarms("alarms", arguments.alarms(configuration, watched, notifications), here)
    beyond = Notifications(
        "notifications-global", arguments.notifications_of(configuration, Place.GLOBAL), there
    )
    Alarms("alarms-global", arguments.alarms(configuration, watched, beyond, Place.GLOBAL), there)
    ways = [notifications, beyond]
    if standby is not None:
        ways.append(
            Notifications(
                "notifications-recovery", arguments.notifications_of(configuration, Place.RECOVERY), elsewhere
            )
        )
        alarms_there = arguments.alarms(configuration, watched, ways[-1], Place.RECOVERY)
        Alarms("alarms-recovery", alarms_there, elsewhere)
    escalation = Escalation("escalation", arguments.escalation(configuration, keys), here)
    Function("escalate", arguments.escalate(configuration, keys, escalation, ways), here)
    DatabaseEvents("events", arguments.database_events(configuration, database, notifications), here)
    Budget("budget", arguments.budget(configuration, notifications), here)
    Dashboard("dashboard", arguments.dashboard(configuration, watched, alarms, notifications), here)

    return Outputs(
        region=settings.region,
        cluster_name=cluster.name,
        cluster_endpoint=cluster.endpoint,
        kubeconfig=cluster.kubeconfig,
        namespace=system.name,
        database_endpoint=database.endpoint,
        deploy_role=deployment.role_arn,
        buckets={**storage.names, **arguments.edge_buckets(configuration)},
        name_servers=dns.name_servers,
        distributions=distributions.ids,
        secrets=entries,
        topics={severity.topic: topic for severity, topic in notifications.topics.items()},
    )


def _stand_by(configuration: Configuration, database: Database, elsewhere: pulumi.ResourceOptions) -> Standby:
    """What waits in the recovery region for the day on which this one is lost."""
    keys = RecoveryKeys("recovery-keys", arguments.recovery_keys(configuration), elsewhere)
    network = StandbyNetwork("recovery-network", arguments.standby_network(configuration, keys), elsewhere)
    return Standby("standby", arguments.standby(configuration, keys, network, database), elsewhere)

"""The platform from top to bottom, in the order in which its parts need each other.

What each part is given of the configuration, and of the parts before it, is in `infra/wiring`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pulumi

from infra import wiring
from infra.account.budget import Budget
from infra.account.deployment import Deployment
from infra.account.people import People
from infra.account.runners import Runners
from infra.account.trail import Trail
from infra.common import CommonArgs, CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.waits import Waits
from infra.data.database import Database
from infra.data.redis import Redis
from infra.data.secrets import Secrets
from infra.data.storage import Storage
from infra.edge.certificates import Certificates
from infra.edge.distributions import Distributions
from infra.edge.dns import Dns
from infra.edge.firewall import Firewall
from infra.edge.frontend import Frontend
from infra.edge.load_balancer import LoadBalancer
from infra.foundations.keys import Keys
from infra.foundations.network import Network
from infra.foundations.registry import Registry
from infra.foundations.release import Release
from infra.functions.escalate.function import ESCALATE
from infra.functions.function import Function
from infra.functions.restore_test.function import RESTORE_TEST
from infra.functions.restore_test.restored_place import RestoredPlace
from infra.functions.rotators.rotation import Rotation
from infra.functions.watch_jobs.job_watch import WATCH_JOBS, JobWatch
from infra.kubernetes.application_nodes import ApplicationNodes
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.cluster_to_come import ClusterToCome
from infra.kubernetes.on_call import OnCall, OnCallView
from infra.kubernetes.pod_group import PodGroup
from infra.kubernetes.read_only import ReadOnly
from infra.kubernetes.reloader import Reloader
from infra.kubernetes.workloads import Workloads
from infra.monitoring.alarms import Alarms
from infra.monitoring.availability import Availability
from infra.monitoring.dashboard import Dashboard
from infra.monitoring.escalation import Escalation
from infra.monitoring.events import Events
from infra.monitoring.logs import Logs
from infra.monitoring.notifications import Notifications
from infra.naming import Place, RegionRole
from infra.outputs import Outputs
from infra.providers import Regions, declare_regions, in_cluster
from infra.recovery.backup import Backup
from infra.recovery.read_replica import ReadReplica
from infra.recovery.restored_application import RestoredApplication
from infra.recovery.vault import RestoreVault, Vault


def declare(configuration: Configuration) -> Outputs:
    """Declares everything that an environment consists of."""
    regions = declare_regions(configuration)
    home, worldwide = regions[RegionRole.HOME].opts, regions[RegionRole.GLOBAL].opts

    keys, common, copies = _keys_and_copies(configuration, regions)
    notifications = Notifications("notifications", wiring.notifications(configuration, common, keys), home)
    network = Network("network", wiring.network(configuration, common), home)
    Logs("logs", wiring.logs(configuration, common), home)
    cluster = Cluster("cluster", wiring.cluster(configuration, common, keys, network), home)
    pod_group = PodGroup("pod-group", wiring.pod_group(configuration.naming, network, cluster), home)
    Registry("registry", wiring.registry(configuration, common, copies), home)

    attempted = wiring.release(configuration)
    release = Release("release", attempted, home) if attempted else None
    database = Database(
        "database", wiring.database(configuration, common, network, pod_group, release, copies), home
    )
    redis = {
        purpose: Redis(purpose, args, home)
        for purpose, args in wiring.redis(configuration, common, network, pod_group, copies).items()
    }
    storage = Storage("storage", wiring.storage(configuration, common, copies), home)
    secrets = Secrets("secrets", wiring.secrets(configuration, common, copies), home)
    entries = wiring.entries(database, redis, secrets)

    vault = _vaults(configuration, common, home)
    backed_up = wiring.backup(configuration, database, storage, notifications, vault, copies)
    Backup("backup", backed_up, home)
    replica = _waiting(configuration, regions, copies, database)
    Trail("trail", wiring.trail(configuration, common, storage, notifications), home)
    deployment = Deployment("deployment", wiring.deployment(configuration), worldwide)
    inside_network = wiring.runners(configuration, common, network, cluster)
    if inside_network is not None:
        Runners("runners", inside_network, home)

    edge = _edge(configuration, regions, common, network, pod_group, storage, copies)
    People("people", wiring.people(configuration, common, entries, copies, edge.distributions), worldwide)

    rotators = {
        rotator: Function(rotator.name, args, home)
        for rotator, args in wiring.rotators(
            configuration, common, network, database, redis, entries, copies.keys if copies else None
        ).items()
    }
    rotation = Rotation(
        "rotation", wiring.rotation(configuration, rotators, network, database, entries), home
    )
    scheduled = [
        Function(name, args, home)
        for name, args in wiring.scheduled(
            configuration, common, keys, storage, entries, database, notifications
        ).items()
    ]

    tests = _restore_test(configuration, common, network, storage, database, cluster, rotation, home)
    scheduled += [tests.function] if tests else []

    inside = in_cluster(regions, cluster.kubeconfig, configuration.naming)
    nodes = ApplicationNodes("nodes", wiring.application_nodes(network, cluster, pod_group), inside)
    ready = wiring.PodsReady(rotation.prepared, database.backup, nodes.pool)
    workloads = Workloads(
        "workloads",
        wiring.workloads(
            configuration, common, cluster, storage, entries, ready, release, edge.load_balancer
        ),
        inside,
    )
    Reloader("reloader", wiring.reloader(configuration, workloads), inside)
    _rights(configuration, workloads, inside)
    _restored_application(configuration, common, network, storage, cluster, tests, workloads, inside)
    watched_jobs = wiring.watch_jobs(configuration, common, network, cluster)
    if watched_jobs is not None:
        watcher = Function(WATCH_JOBS, watched_jobs, home)
        JobWatch("job-watch", wiring.job_watch(configuration, cluster, watcher, workloads), inside)
        scheduled.append(watcher)

    availability = Availability("availability", wiring.availability(configuration), home)
    parts = wiring.Parts(
        cluster=cluster,
        database=database,
        redis=redis,
        vault=vault,
        replica=replica,
        load_balancer=edge.load_balancer,
        certificates=edge.certificates,
        availability=availability,
        storage=storage,
        functions=[*rotators.values(), *scheduled],
        workloads=workloads,
    )
    _watch(configuration, regions, common, keys, copies, notifications, parts)

    return Outputs(
        region=configuration.settings.region,
        cluster_name=cluster.name,
        cluster_endpoint=cluster.endpoint,
        kubeconfig=cluster.kubeconfig,
        namespace=configuration.system.name,
        database_endpoint=database.endpoint,
        deploy_role=deployment.role_arn,
        buckets={**storage.names, **wiring.edge_buckets(configuration)},
        name_servers=edge.dns.name_servers,
        distributions=edge.distributions.ids,
        secrets=entries,
        topics={severity.topic: topic for severity, topic in notifications.topics.items()},
    )


def _rights(configuration: Configuration, workloads: Workloads, inside: pulumi.ResourceOptions) -> None:
    """What people on call, and who only looks, may do in the cluster beside EKS's own policies."""
    OnCall("on-call", wiring.on_call(configuration, workloads), inside)
    ReadOnly("read-only", wiring.read_only(workloads), inside)


def _keys_and_copies(
    configuration: Configuration, regions: Regions
) -> tuple[Keys, CommonArgsWithKeys, wiring.Copies | None]:
    """The encryption keys, what components here have in common, and what waits elsewhere for copies.

    Home's keys come first, wherever the environment runs: one of them has a replica in the other place.
    """
    naming = configuration.naming
    places = {RegionRole.HOME: wiring.common(configuration, naming)}
    if configuration.settings.copies:
        places[RegionRole.RECOVERY] = wiring.common(configuration, naming.in_recovery_region)
    original: Keys | None = None
    made: dict[RegionRole, Keys] = {}
    for role, place in sorted(places.items(), key=lambda one: one[1].naming.place is Place.RECOVERY):
        args = wiring.keys(place, serving=role is RegionRole.HOME, original=original)
        original = made[role] = Keys("keys", args, regions[role].opts)
    common = {role: wiring.with_keys(places[role], keys) for role, keys in made.items()}
    copies = None
    if RegionRole.RECOVERY in made:
        opts = regions[RegionRole.RECOVERY].opts
        copies = _copies(configuration, common[RegionRole.RECOVERY], made[RegionRole.RECOVERY], opts)
    return made[RegionRole.HOME], common[RegionRole.HOME], copies


def _copies(
    configuration: Configuration, common: CommonArgsWithKeys, keys: Keys, there: pulumi.ResourceOptions
) -> wiring.Copies:
    """What waits in the other place for copies; in prod alone."""
    return wiring.Copies(
        common=common,
        keys=keys,
        storage=Storage("storage", wiring.storage_copies(configuration, common), there),
        registry=Registry("registry", wiring.registry(configuration, common), there),
        vault=_vaults(configuration, common, there),
    )


def _vaults(configuration: Configuration, common: CommonArgsWithKeys, opts: pulumi.ResourceOptions) -> Vault:
    """Where snapshots of a place are; at home also where those of the backup account come back to."""
    comes_back = wiring.restore_vault(common)
    if comes_back is not None:
        RestoreVault("restore-vault", comes_back, opts)
    return Vault("vault", wiring.vault(configuration, common), opts)


def _restore_test(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    storage: Storage,
    database: Database,
    cluster: Cluster,
    rotation: Rotation,
    home: pulumi.ResourceOptions,
) -> wiring.RestoreTest | None:
    """The weekly restore test; None where there is none."""
    placed = wiring.restored_place(configuration, network)
    if placed is None:
        return None
    place = RestoredPlace("restored-place", placed, home)
    tested = wiring.restore_test(
        configuration, common, network, storage, database, place, cluster, rotation.prepared
    )
    return wiring.RestoreTest(place, Function(RESTORE_TEST, tested, home))


def _restored_application(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    storage: Storage,
    cluster: Cluster,
    tests: wiring.RestoreTest | None,
    workloads: Workloads,
    inside: pulumi.ResourceOptions,
) -> None:
    """Where the application is asked about a restored database, and who is on call looks on."""
    asked = wiring.restored_application(configuration, common, network, storage, cluster, tests, workloads)
    if asked is not None:
        restored = RestoredApplication("restored-application", asked, inside)
        OnCallView("on-call-restore-test", wiring.on_call_view(restored), inside)


def _waiting(
    configuration: Configuration, regions: Regions, copies: wiring.Copies | None, database: Database
) -> ReadReplica | None:
    """What waits in the other place for the day on which this one is lost; in prod alone.

    Beside the data it is what AWS takes longest to make, as far as the stack file has it wait: the control
    plane of a cluster, and Redis.
    """
    if copies is None:
        return None
    there, common = regions[RegionRole.RECOVERY].opts, copies.common
    network = Network("network", wiring.recovery_network(configuration, common), there)
    Logs("logs", wiring.waiting_logs(configuration, common), there)
    waits, cluster = configuration.settings.waits, None
    if Waits.CLUSTER in waits:
        waiting = wiring.waiting_cluster(configuration, common, copies.keys, network)
        cluster = Cluster("cluster", waiting, there)
    else:
        ClusterToCome("cluster", wiring.cluster_to_come(common), there)
    if waits:
        pods = PodGroup("pod-group", wiring.pod_group(common.naming, network, cluster), there)
        if Waits.REDIS in waits:
            for purpose, args in wiring.waiting_redis(configuration, common, network, pods).items():
                Redis(purpose, args, there)
    return ReadReplica("database", wiring.read_replica(configuration, common, network, database), there)


@dataclass(frozen=True)
class _Edge:
    """What the internet meets first."""

    dns: Dns
    certificates: Certificates
    load_balancer: LoadBalancer
    distributions: Distributions


def _edge(
    configuration: Configuration,
    regions: Regions,
    common: CommonArgs,
    network: Network,
    pod_group: PodGroup,
    storage: Storage,
    copies: wiring.Copies | None,
) -> _Edge:
    """The way from the internet to the pods: a domain, CloudFront with its firewall, the load balancer."""
    home, worldwide = regions[RegionRole.HOME], regions[RegionRole.GLOBAL]
    dns = Dns("dns", wiring.dns(configuration), worldwide.opts)
    certified = wiring.certificates(configuration, dns, worldwide.provider)
    certificates = Certificates("certificates", certified, home.opts)
    balanced = wiring.load_balancer(configuration, common, network, pod_group, storage, dns, certificates)
    load_balancer = LoadBalancer("load-balancer", balanced, home.opts)
    firewall = Firewall("firewall", wiring.firewall(configuration, common), worldwide.opts)
    distributed = wiring.distributions(configuration, storage, dns, certificates, firewall, load_balancer)
    distributions = Distributions("distributions", distributed, worldwide.opts)
    _frontend(regions, common, storage, distributions, copies)
    return _Edge(dns, certificates, load_balancer, distributions)


def _frontend(
    regions: Regions,
    common: CommonArgs,
    storage: Storage,
    distributions: Distributions,
    copies: wiring.Copies | None,
) -> None:
    """The static site, and its copy in the other place; neither for a system without."""
    copy = None
    if copies is not None:
        there = wiring.frontend(copies.common, copies.storage, distributions)
        opts = regions[RegionRole.RECOVERY].opts
        copy = Frontend("frontend", there, opts).bucket if there else None
    if here := wiring.frontend(common, storage, distributions):
        Frontend(
            "frontend", replace(here, copy=copy, outside=copies is not None), regions[RegionRole.HOME].opts
        )


def _watch(
    configuration: Configuration,
    regions: Regions,
    common: CommonArgsWithKeys,
    keys: Keys,
    copies: wiring.Copies | None,
    notifications: Notifications,
    parts: wiring.Parts,
) -> None:
    """Alarms in every region that has metrics, who hears of them and of those that stay, and the dashboard.

    CloudWatch's alarms see the metrics of their own region alone, and tell only topics of it.
    """
    home = regions[RegionRole.HOME].opts
    told = {RegionRole.HOME: notifications}
    for role in (RegionRole.GLOBAL, *([RegionRole.RECOVERY] if parts.replica else [])):
        there = copies.keys if copies and role is RegionRole.RECOVERY else None
        ways = wiring.notifications_of(configuration, common, role, there)
        told[role] = Notifications(f"notifications-{role}", ways, regions[role].opts)

    escalation = Escalation("escalation", wiring.escalation(configuration, keys), home)
    escalate = wiring.escalate(common, keys, escalation, list(told.values()))
    parts = replace(parts, functions=[*parts.functions, Function(ESCALATE, escalate, home)])

    watched = wiring.watched(configuration, parts)
    made = {
        role: Alarms(
            "alarms" if role is RegionRole.HOME else f"alarms-{role}",
            wiring.alarms(configuration, parts, watched, topics, role),
            regions[role].opts,
        )
        for role, topics in told.items()
    }
    Events("events", wiring.events(configuration, common, watched), home)
    Budget("budget", wiring.budget(configuration, notifications), home)
    alarms = made[RegionRole.HOME]
    Dashboard("dashboard", wiring.dashboard(configuration, parts, watched, alarms, notifications), home)

"""Arguments of the components in `infra/kubernetes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.add_ons import OBSERVABILITY, Fit, of_fit, question
from infra.configuration.addresses import subnets
from infra.configuration.buckets import platform_folders
from infra.configuration.database_certificates import database_certificates
from infra.configuration.environments import MigrationStep
from infra.configuration.singletons import Singleton
from infra.data.storage import Storage
from infra.edge.load_balancer import LoadBalancer
from infra.foundations.keys import Keys
from infra.foundations.network import Network
from infra.foundations.registry import address
from infra.foundations.release import Release
from infra.kubernetes.cluster import ON_CALL_GROUP, READ_ONLY_GROUP, Cluster, ClusterArgs
from infra.kubernetes.network_policies import Addresses
from infra.kubernetes.node_pool import NodesArgs
from infra.kubernetes.on_call import OnCallArgs
from infra.kubernetes.pod_group import PodGroup, PodGroupArgs
from infra.kubernetes.read_only import ReadOnlyArgs
from infra.kubernetes.reloader import ReloaderArgs
from infra.kubernetes.service_environment import (
    entries_of,
    migration_variables,
    plain_variables,
    role_name,
    secret_variables,
)
from infra.kubernetes.workloads import MigrationArgs, WorkloadArgs, Workloads, WorkloadsArgs
from infra.monitoring import log_shipping
from infra.naming import Naming


def cluster(
    configuration: Configuration, common: CommonArgsWithKeys, keys: Keys, network: Network
) -> ClusterArgs:
    """For the cluster."""
    settings = configuration.settings
    kubernetes = settings.cluster.version
    if settings.cluster.notice:
        pulumi.log.warn(settings.cluster.notice)
    for add_on, version in of_fit(kubernetes, Fit.UNKNOWN):
        pulumi.log.warn(
            f"It is not known here whether the add-on {add_on} {version} fits Kubernetes {kubernetes}. Ask "
            f"`{question(add_on, kubernetes)}`, and write the answer into infra/configuration/add_ons.py."
        )
    return ClusterArgs(
        common=common,
        version=kubernetes,
        api_access=settings.cluster.api_access,
        private_subnet_ids=network.private_subnet_ids,
        endpoint_security_group_id=network.endpoint_security_group_id,
        access=configuration.system.access,
        namespace=configuration.system.name,
        cluster_key=keys.cluster,
        deletion_protection=settings.standard.deletion_protection,
        logs_exist=Singleton.CONTROL_PLANE_LOGS in settings.existing,
        waiting=False,
        settings={OBSERVABILITY: log_shipping.settings(configuration.naming, configuration.system.name)},
    )


def pod_group(naming: Naming, network: Network, cluster: Cluster | None) -> PodGroupArgs:
    """For the security group of the application's pods in one place, where a cluster may be still to come."""
    return PodGroupArgs(
        naming=naming,
        vpc_id=network.vpc_id,
        cluster_security_group_id=cluster.security_group_id if cluster else None,
        endpoint_security_group_id=network.endpoint_security_group_id,
    )


def application_nodes(network: Network, cluster: Cluster, pod_group: PodGroup) -> NodesArgs:
    """For the nodes that the application's pods run on."""
    return NodesArgs(
        node_role=cluster.node_role,
        subnet_ids=network.private_subnet_ids,
        node_security_group_id=cluster.security_group_id,
        pod_security_group_id=pod_group.id,
        ready=cluster.ready,
    )


@dataclass(frozen=True)
class PodsReady:
    """What comes before a version may work with the database, and before a pod can run.

    Args:
        prepared: the users of the services are in it.
        backup: a snapshot for the way back; None where there is none.
        nodes: the pool that pods run on.
    """

    prepared: pulumi.Resource
    backup: pulumi.Resource | None
    nodes: pulumi.Resource


def workloads(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    cluster: Cluster,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
    needed: PodsReady,
    release: Release | None,
    load_balancer: LoadBalancer,
) -> WorkloadsArgs:
    """For the services."""
    settings, system, naming = configuration.settings, configuration.system, common.naming
    return WorkloadsArgs(
        common=common,
        namespace=system.name,
        services=[
            WorkloadArgs(
                service=service,
                role_name=role_name(naming, service.name),
                image=image(address(naming, service.repository), configuration.images[service.name]),
                variables=plain_variables(service, settings, system, storage.names),
                secrets=secret_variables(service, settings, system, naming),
                secret_arns=[entries[name] for name in sorted(entries_of(service, settings))],
                bucket_arns=[storage.arns[name] for name in service.buckets],
                others_folders=[
                    f"{storage.arns[name]}/{folder}" for name, folder in platform_folders(service.buckets)
                ],
            )
            for service in system.services.values()
        ],
        migration=_migration(configuration, storage, release, needed.backup),
        schedules=list(system.schedules.values()),
        jobs=[job for job in system.jobs.values() if settings.environment in job.environments],
        switches_policies_on=Singleton.NETWORK_POLICY_SWITCH not in settings.existing,
        addresses=addresses(configuration),
        database_certificates=database_certificates()[settings.region],
        target_groups=load_balancer.target_groups,
        routes=load_balancer.routes,
        replicas=settings.replicas,
        cluster_name=cluster.name,
        cluster_arn=cluster.arn,
        ready=[*cluster.ready, needed.prepared, needed.nodes],
    )


def on_call(configuration: Configuration, workloads: Workloads) -> OnCallArgs:
    """For the rights of people on call."""
    return OnCallArgs(group=ON_CALL_GROUP, namespace=configuration.system.name, ready=workloads.namespace)


def read_only(workloads: Workloads) -> ReadOnlyArgs:
    """For the rights of who only looks."""
    return ReadOnlyArgs(group=READ_ONLY_GROUP, ready=workloads.namespace)


def reloader(configuration: Configuration, workloads: Workloads) -> ReloaderArgs:
    """For Reloader, next to the services."""
    return ReloaderArgs(namespace=configuration.system.name, ready=workloads.namespace)


def _migration(
    configuration: Configuration,
    storage: Storage,
    release: Release | None,
    backup: pulumi.Resource | None,
) -> MigrationArgs | None:
    """For the migration, as the environment runs it."""
    declared = configuration.system.migration
    if declared is None or release is None or configuration.taken_back:
        return None
    steps = {
        MigrationStep.DEVELOPMENT: ("migrate", declared.development),
        MigrationStep.DRY_RUN: ("migrate-dry-run", declared.dry_run),
        MigrationStep.COMMAND: ("migrate", declared.command),
    }
    ours = [steps[step] for step in configuration.settings.standard.migration]
    commands = {f"{name}-{release.version}": command for name, command in ours}
    system = configuration.system
    service = system.services[declared.service]
    variables = migration_variables(service, configuration.settings, system, storage.names)
    return MigrationArgs(declared.service, variables, release.attempt, commands, backup)


def addresses(configuration: Configuration) -> Addresses:
    """Where load balancers are, and where data is."""
    network = configuration.settings.network
    zones = subnets(network.cidr, len(network.availability_zones))
    return Addresses(
        load_balancers=[str(zone.public) for zone in zones], data=[str(zone.data) for zone in zones]
    )


def image(repository: str, version: str) -> str:
    """An image by digest, or in dev by tag."""
    return f"{repository}@{version}" if version.startswith("sha256:") else f"{repository}:{version}"

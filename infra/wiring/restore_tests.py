"""Arguments of where the application is asked about a restored database, in the weekly restore test."""

from __future__ import annotations

from dataclasses import dataclass

from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.database_certificates import database_certificates
from infra.configuration.platform_names import restored_namespace
from infra.data.storage import Storage
from infra.foundations.network import Network
from infra.foundations.registry import address
from infra.functions.function import Function
from infra.functions.restore_test.restored_place import RestoredPlace
from infra.kubernetes.cluster import ON_CALL_GROUP, Cluster
from infra.kubernetes.node_pool import NodesArgs
from infra.kubernetes.on_call import OnCallArgs
from infra.kubernetes.pods import PodArgs
from infra.kubernetes.service_environment import plain_variables
from infra.kubernetes.workloads import Workloads
from infra.recovery.restored_application import RestoredApplication, RestoredApplicationArgs
from infra.wiring.kubernetes import addresses, image


@dataclass(frozen=True)
class RestoreTest:
    """The weekly restore test: where the restored database stands, and the function that looks at it."""

    place: RestoredPlace
    function: Function


def restored_application(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    storage: Storage,
    cluster: Cluster,
    tests: RestoreTest | None,
    workloads: Workloads,
) -> RestoredApplicationArgs | None:
    """For where the application is asked about a restored database; None where it is not.

    Args:
        configuration: the environment.
        common: names.
        network: where its node is.
        storage: has the buckets that variables name.
        cluster: the cluster.
        tests: has the function that asks; None where no restore is tested.
        workloads: come first.
    """
    settings, system = configuration.settings, configuration.system
    check = system.application_check
    if check is None or tests is None:
        return None
    service, naming = system.services[check.service], common.naming
    version = configuration.images[service.name]
    return RestoredApplicationArgs(
        naming=naming,
        check=check,
        namespace=restored_namespace(system.name),
        pod=PodArgs(
            system.name,
            service,
            image(address(naming, service.repository), version),
            plain_variables(service, settings, system, storage.names),
            (),
        ),
        database_certificates=database_certificates()[settings.region],
        vpc_id=network.vpc_id,
        network=str(settings.network.cidr),
        data=addresses(configuration).data,
        nodes=NodesArgs(
            node_role=cluster.node_role,
            subnet_ids=network.private_subnet_ids,
            node_security_group_id=cluster.security_group_id,
            pod_security_group_id="",
            ready=cluster.ready,
        ),
        restored_group_id=tests.place.security_group_id,
        cluster_name=cluster.name,
        role=tests.function.role_arn,
        ready=workloads.namespace,
    )


def on_call_view(restored: RestoredApplication) -> OnCallArgs:
    """For what people on call see of such a test."""
    return OnCallArgs(group=ON_CALL_GROUP, namespace=restored.namespace_name, ready=restored.namespace)

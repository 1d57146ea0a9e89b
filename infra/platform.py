"""The platform from top to bottom, in the order in which its parts need each other.

Each stage is in `infra/stages`; what each part is given of the configuration, and of the parts before it, in
`infra/wiring`.
"""

from __future__ import annotations

from infra import wiring
from infra.account.deployment import Deployment
from infra.account.people import People
from infra.account.runners import Runners
from infra.account.trail import Trail
from infra.configuration import Configuration
from infra.monitoring.availability import Availability
from infra.outputs import Outputs
from infra.providers import declare_regions
from infra.stages.data import Data, declare_data
from infra.stages.edge import Edge, declare_edge
from infra.stages.foundations import Foundations, declare_foundations
from infra.stages.functions import declare_functions
from infra.stages.monitoring import declare_monitoring
from infra.stages.workloads import declare_workloads


def declare(configuration: Configuration) -> Outputs:
    """Declares everything that an environment consists of."""
    base = declare_foundations(configuration, declare_regions(configuration))
    data = declare_data(base)
    deployment = _account(base, data)
    edge = declare_edge(base, data.storage)
    _people(base, data, edge)
    functions = declare_functions(base, data)
    workloads, watchers = declare_workloads(base, data, functions, edge.load_balancer)
    parts = wiring.Parts(
        cluster=base.cluster,
        database=data.database,
        redis=data.redis,
        vault=data.vault,
        replica=data.replica,
        load_balancer=edge.load_balancer,
        certificates=edge.certificates,
        availability=Availability("availability", wiring.availability(configuration), base.home),
        storage=data.storage,
        functions=[*functions.every, *watchers],
        workloads=workloads,
    )
    declare_monitoring(base, parts)
    return _outputs(base, data, edge, deployment)


def _account(base: Foundations, data: Data) -> Deployment:
    """The account itself: who has done what, and who deploys from where."""
    configuration, common = base.configuration, base.common
    Trail("trail", wiring.trail(configuration, common, data.storage, base.notifications), base.home)
    deployment = Deployment("deployment", wiring.deployment(configuration), base.worldwide)
    inside_network = wiring.runners(configuration, common, base.network, base.cluster)
    if inside_network is not None:
        Runners("runners", inside_network, base.home)
    return deployment


def _people(base: Foundations, data: Data, edge: Edge) -> None:
    """What people on call may do from a command line."""
    allowed = wiring.people(base.configuration, base.common, data.entries, base.copies, edge.distributions)
    People("people", allowed, base.worldwide)


def _outputs(base: Foundations, data: Data, edge: Edge, deployment: Deployment) -> Outputs:
    configuration, cluster = base.configuration, base.cluster
    return Outputs(
        region=configuration.settings.region,
        cluster_name=cluster.name,
        cluster_endpoint=cluster.endpoint,
        kubeconfig=cluster.kubeconfig,
        namespace=configuration.system.name,
        database_endpoint=data.database.endpoint,
        deploy_role=deployment.role_arn,
        buckets={**data.storage.names, **wiring.edge_buckets(configuration)},
        name_servers=edge.dns.name_servers,
        distributions=edge.distributions.ids,
        secrets=data.entries,
        topics={severity.topic: topic for severity, topic in base.notifications.topics.items()},
    )

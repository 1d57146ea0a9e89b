"""What the services are given."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra.cluster import Cluster
from infra.configuration import Configuration
from infra.keys import Keys
from infra.service_environment import entries_of, plain_variables, role_name, secret_variables
from infra.storage import Storage
from infra.workloads import WorkloadArgs, WorkloadsArgs


def workloads(
    configuration: Configuration,
    keys: Keys,
    cluster: Cluster,
    storage: Storage,
    entries: Mapping[str, pulumi.Output[str]],
) -> WorkloadsArgs:
    """For the services."""
    settings, system, naming = configuration.settings, configuration.system, configuration.naming
    return WorkloadsArgs(
        naming=naming,
        namespace=system.name,
        services=[
            WorkloadArgs(
                service=service,
                role_name=role_name(naming, service.name),
                image=image(service.repository, configuration.images[service.name]),
                variables=plain_variables(service, settings, system, storage.names),
                secrets=secret_variables(service, settings, system, naming),
                secret_arns=[entries[name] for name in sorted(entries_of(service, settings))],
                bucket_arns=[storage.arns[name] for name in service.buckets],
            )
            for service in system.services.values()
        ],
        replicas=settings.replicas,
        cluster_name=cluster.name,
        cluster_arn=cluster.arn,
        ready=cluster.ready,
        data_key=keys.data,
        secrets_key=keys.secrets,
    )


def image(repository: str, version: str) -> str:
    """An image by digest, or in dev by tag."""
    return f"{repository}@{version}" if version.startswith("sha256:") else f"{repository}:{version}"

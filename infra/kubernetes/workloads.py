"""The services of the system file, in the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.batch.v1 import CronJob, Job
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace, ServiceAccount
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from infra.common import CommonArgsWithKeys
from infra.configuration.jobs import OneOffJob, Schedule
from infra.configuration.service import Service
from infra.configuration.settings import ReplicaSettings
from infra.configuration.singletons import Singleton
from infra.foundations.adoption import told_how_to_adopt
from infra.kubernetes import pods
from infra.kubernetes.job_specs import (
    MIGRATION_DEADLINE_SECONDS,
    RUN_AGAIN_WHEN_FAILED,
    cron_job,
    migration_job,
    suspended_cron_job,
)
from infra.kubernetes.network_policies import (
    AWAY_FROM_DATA,
    CONTROLLER_CONFIG_MAP,
    CONTROLLER_SWITCH,
    OTHER_NAMESPACES,
    Addresses,
    away_from_data,
    network_policies,
)
from infra.kubernetes.pods import RESTART_WHEN_SECRETS_CHANGE, PodArgs, SecretVariable
from infra.kubernetes.rollout import rollout_timeouts
from infra.kubernetes.service_identity import IdentityArgs, declare_identity
from infra.kubernetes.target_group_binding import READINESS_GATE_LABEL, declare_cluster_service
from infra.labels import labels

# Runbook 004: scale at more than 70 % CPU.
SCALE_AT_CPU_PERCENT = 70
# Down only after ten quiet minutes: traffic comes in waves.
SCALE_DOWN_AFTER_SECONDS = 600


@dataclass(frozen=True)
class WorkloadArgs:
    """One service, and what it is given.

    Args:
        service: the system file's description.
        role_name: of the IAM role that its pods have.
        image: with digest.
        variables: environment variables that are no secrets.
        secrets: environment variables that are.
        secret_arns: of the entries that they come from.
        bucket_arns: of the buckets that it works with.
        others_folders: ARNs of what is not its business there.
    """

    service: Service
    role_name: str
    image: str
    variables: Mapping[str, pulumi.Input[str]]
    secrets: Sequence[SecretVariable]
    secret_arns: Sequence[pulumi.Input[str]]
    bucket_arns: Sequence[pulumi.Input[str]]
    others_folders: Sequence[str]


@dataclass(frozen=True)
class MigrationArgs:
    """The Jobs that every rollout waits for, one after the other.

    Args:
        service: whose image, identity and secrets they have.
        variables: that are no secrets.
        attempt: ends their names, which those of an earlier attempt may still have.
        commands: what they run, by what the Job does; a new version has new ones. The last one changes the
            database, those before it only try that out.
        backup: of the database, from before it is changed; None where there is none.
    """

    service: str
    variables: Mapping[str, pulumi.Input[str]]
    attempt: pulumi.Input[str]
    commands: Mapping[str, Sequence[str]]
    backup: pulumi.Resource | None


@dataclass(frozen=True)
class WorkloadsArgs:
    """All services, and where they run.

    Args:
        common: names, rules and keys of their place.
        namespace: of all of them.
        services: what runs.
        migration: what has to have run before; None for nothing.
        schedules: what runs by the clock.
        jobs: what runs when a person starts it.
        switches_policies_on: network policies are switched on here, and not by somebody else before.
        addresses: of the networks that pods are called from, and call.
        database_certificates: of the authority that signs the database's certificate, as PEM.
        target_groups: ARNs of the load balancer's target groups, by service.
        routes: what leads the load balancer's requests to them, by service.
        replicas: between how many pods each one scales.
        cluster_name: for the pods' identities.
        cluster_arn: likewise.
        ready: what has to be there before pods can start.
    """

    common: CommonArgsWithKeys
    namespace: str
    services: Sequence[WorkloadArgs]
    migration: MigrationArgs | None
    schedules: Sequence[Schedule]
    jobs: Sequence[OneOffJob]
    switches_policies_on: bool
    addresses: Addresses
    database_certificates: str
    target_groups: Mapping[str, pulumi.Input[str]]
    routes: Mapping[str, Sequence[pulumi.Resource]]
    replicas: ReplicaSettings
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    ready: Sequence[pulumi.Resource]


class Workloads(pulumi.ComponentResource):
    """A namespace, and in it every service of the system file. Keeps K8S-2 to K8S-6 and SEC-1.

    Produces for each service an IAM role with exactly what it names, a service account that has this
    role, its secrets as environment variables, a Deployment with probes, an autoscaler, a disruption
    budget, and a Service when others call it; the migration's Jobs, which the Deployments wait for; a
    CronJob for each schedule, and a suspended one for each job; and network policies that allow what is
    needed and nothing else.
    """

    namespace: Namespace

    def __init__(self, name: str, args: WorkloadsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:workloads:Workloads", name, None, opts)
        self._args = args
        self._workloads = {workload.service.name: workload for workload in args.services}
        self.namespace = Namespace(
            args.namespace,
            metadata={
                "name": args.namespace,
                # Kubernetes refuses every pod that asks for more than ours do.
                "labels": {"pod-security.kubernetes.io/enforce": "restricted", **READINESS_GATE_LABEL},
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.ready)),
        )
        shared = self._network_policies()
        if any(workload.service.database for workload in args.services):
            shared.append(self._database_certificates())
        ready = {
            service: [*shared, *self._prepare(workload)] for service, workload in self._workloads.items()
        }
        migrated = self._migrate(args.migration, ready) if args.migration else []
        for workload in args.services:
            self._deploy(workload, [*ready[workload.service.name], *migrated])
        for schedule in args.schedules:
            self._schedule(schedule, [*ready[schedule.service], *migrated])
        for job in args.jobs:
            # Not after the migration: a job may be what brings the data that it needs (contract DR-7).
            self._job(job, ready[job.service])
        self.register_outputs({})

    def _metadata(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "namespace": self._args.namespace,
            "labels": labels(self._args.common.naming.system, name),
        }

    def _in_namespace(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[self.namespace, *needed])

    def _network_policies(self) -> list[pulumi.Resource]:
        switched_on = self._policy_controller() if self._args.switches_policies_on else self._args.ready
        services = {name: workload.service for name, workload in self._workloads.items()}
        specifications = network_policies(self._args.common.naming.system, services, self._args.addresses)
        for namespace in OTHER_NAMESPACES:
            NetworkPolicy(
                f"{namespace}-{AWAY_FROM_DATA}",
                metadata={"name": AWAY_FROM_DATA, "namespace": namespace},
                spec=away_from_data(self._args.addresses),
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(switched_on)),
            )
        inside = self._in_namespace(*switched_on)
        return [
            NetworkPolicy(name, metadata=self._metadata(name), spec=spec, opts=inside)
            for name, spec in specifications.items()
        ]

    def _policy_controller(self) -> list[pulumi.Resource]:
        controller = ConfigMap(
            CONTROLLER_CONFIG_MAP,
            metadata={"name": CONTROLLER_CONFIG_MAP, "namespace": "kube-system"},
            data=CONTROLLER_SWITCH,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(self._args.ready),
                hooks=told_how_to_adopt(Singleton.NETWORK_POLICY_SWITCH),
            ),
        )
        return [controller]

    def _database_certificates(self) -> pulumi.Resource:
        certificates: pulumi.Resource = ConfigMap(
            pods.CERTIFICATES,
            metadata=self._metadata(pods.CERTIFICATES),
            data={pods.CERTIFICATES_FILE: self._args.database_certificates},
            opts=self._in_namespace(),
        )
        return certificates

    def _prepare(self, workload: WorkloadArgs) -> list[pulumi.Resource]:
        """What pods of a service need, whether they serve or do a job."""
        service, metadata = workload.service, self._metadata(workload.service.name)
        account = ServiceAccount(
            service.name,
            metadata=metadata,
            # The identity comes from AWS; a token for the Kubernetes API is not needed.
            automount_service_account_token=False,
            opts=self._in_namespace(),
        )
        args = self._args
        identity = IdentityArgs(
            common=args.common,
            service=service.name,
            role_name=workload.role_name,
            secret_arns=workload.secret_arns,
            bucket_arns=workload.bucket_arns,
            others_folders=workload.others_folders,
            namespace=args.namespace,
            cluster_name=args.cluster_name,
            cluster_arn=args.cluster_arn,
        )
        ready: list[pulumi.Resource] = [*declare_identity(identity, self), account]
        if workload.secrets:
            ready.append(self._secrets(workload, metadata))
        return ready

    def _pod(self, workload: WorkloadArgs) -> PodArgs:
        return PodArgs(
            self._args.common.naming.system,
            workload.service,
            workload.image,
            workload.variables,
            workload.secrets,
        )

    def _migrate(
        self, migration: MigrationArgs, ready: Mapping[str, Sequence[pulumi.Resource]]
    ) -> list[pulumi.Resource]:
        pod, needed = self._pod(self._workloads[migration.service]), list(ready[migration.service])
        for number, (name, command) in enumerate(migration.commands.items(), start=1):
            if number == len(migration.commands) and migration.backup is not None:
                # All else is made, and tried out, while the backup is taken.
                needed = [*needed, migration.backup]
            job = Job(
                f"migration-{number}" if len(migration.commands) > 1 else "migration",
                metadata={
                    **self._metadata(name),
                    "name": pulumi.Output.concat(name, "-", migration.attempt),
                    "annotations": RUN_AGAIN_WHEN_FAILED,
                },
                spec=migration_job(replace(pod, variables=migration.variables), name, command),
                opts=pulumi.ResourceOptions.merge(
                    self._in_namespace(*needed),
                    pulumi.ResourceOptions(
                        custom_timeouts=pulumi.CustomTimeouts(create=f"{MIGRATION_DEADLINE_SECONDS}s")
                    ),
                ),
            )
            needed = [job]
        return needed

    def _schedule(self, schedule: Schedule, needed: Sequence[pulumi.Resource]) -> None:
        CronJob(
            schedule.name,
            metadata=self._metadata(schedule.name),
            spec=cron_job(self._pod(self._workloads[schedule.service]), schedule),
            opts=self._in_namespace(*needed),
        )

    def _job(self, job: OneOffJob, needed: Sequence[pulumi.Resource]) -> None:
        CronJob(
            job.name,
            metadata=self._metadata(job.name),
            spec=suspended_cron_job(self._pod(self._workloads[job.service]), job),
            opts=self._in_namespace(*needed),
        )

    def _deploy(self, workload: WorkloadArgs, needed: Sequence[pulumi.Resource]) -> None:
        service, metadata = workload.service, self._metadata(workload.service.name)
        bound: list[pulumi.Resource] = []
        if service.exposed:
            target_group = self._args.target_groups.get(service.name)
            bound = declare_cluster_service(service.name, metadata, target_group, self._in_namespace())
        deployment = Deployment(
            service.name,
            metadata={**metadata, "annotations": RESTART_WHEN_SECRETS_CHANGE},
            spec=pods.deployment(self._pod(workload), self._args.replicas.minimum),
            # Pods count as ready when the load balancer finds them healthy, and it asks those alone that a
            # listener leads to (Target.NotInUse in ELB's target health). It waits for its certificate: pods
            # would be given up meanwhile.
            opts=pulumi.ResourceOptions.merge(
                self._in_namespace(*needed, *bound, *self._args.routes.get(service.name, ())),
                pulumi.ResourceOptions(custom_timeouts=rollout_timeouts(self._args.replicas)),
            ),
        )
        self._autoscaler(service, metadata, deployment)
        PodDisruptionBudget(
            service.name,
            metadata=metadata,
            spec={"max_unavailable": 1, "selector": {"match_labels": metadata["labels"]}},
            opts=self._in_namespace(),
        )

    def _secrets(self, workload: WorkloadArgs, metadata: dict[str, Any]) -> pulumi.Resource:
        provider: pulumi.Resource = CustomResource(
            workload.service.name,
            api_version="secrets-store.csi.x-k8s.io/v1",
            kind="SecretProviderClass",
            metadata=metadata,
            spec=pods.secret_provider(
                workload.service.name, workload.secrets, self._args.common.naming.region, metadata["labels"]
            ),
            opts=self._in_namespace(),
        )
        return provider

    def _autoscaler(self, service: Service, metadata: dict[str, Any], deployment: Deployment) -> None:
        HorizontalPodAutoscaler(
            service.name,
            metadata=metadata,
            spec={
                "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": service.name},
                "min_replicas": self._args.replicas.minimum,
                "max_replicas": self._args.replicas.maximum,
                "behavior": {"scale_down": {"stabilization_window_seconds": SCALE_DOWN_AFTER_SECONDS}},
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {"type": "Utilization", "average_utilization": SCALE_AT_CPU_PERCENT},
                        },
                    }
                ],
            },
            opts=self._in_namespace(deployment),
        )

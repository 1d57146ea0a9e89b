"""The services of the system file, in the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import eks
from pulumi_aws import iam as aws_iam
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.core.v1 import Namespace, ServiceAccount
from pulumi_kubernetes.core.v1 import Service as ClusterService
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from infra import iam, pods
from infra.config import ReplicaSettings
from infra.naming import Naming
from infra.pods import SecretVariable
from infra.service import Service

# Runbook 004: scale at more than 70 % CPU.
SCALE_AT_CPU_PERCENT = 70


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
    """

    service: Service
    role_name: str
    image: str
    variables: Mapping[str, pulumi.Input[str]]
    secrets: Sequence[SecretVariable]
    secret_arns: Sequence[pulumi.Input[str]]
    bucket_arns: Sequence[pulumi.Input[str]]


@dataclass(frozen=True)
class WorkloadsArgs:
    """All services, and where they run.

    Args:
        naming: names and ARNs.
        namespace: of all of them.
        services: what runs.
        replicas: between how many pods each one scales.
        cluster_name: for the pods' identities.
        cluster_arn: likewise.
        ready: what has to be there before pods can start.
        data_key: encrypts the buckets.
        secrets_key: encrypts the secrets.
    """

    naming: Naming
    namespace: str
    services: Sequence[WorkloadArgs]
    replicas: ReplicaSettings
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    ready: Sequence[pulumi.Resource]
    data_key: pulumi.Input[str]
    secrets_key: pulumi.Input[str]


class Workloads(pulumi.ComponentResource):
    """A namespace, and in it every service of the system file. Keeps K8S-3, K8S-4 and SEC-1.

    Produces for each service an IAM role with exactly what it names, a service account that has this
    role, its secrets as environment variables, a Deployment with probes, an autoscaler, a disruption
    budget, and a Service when others call it.
    """

    def __init__(self, name: str, args: WorkloadsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:workloads:Workloads", name, None, opts)
        self._args = args
        self._namespace = Namespace(
            args.namespace,
            metadata={
                "name": args.namespace,
                # Kubernetes refuses every pod that asks for more than ours do.
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.ready)),
        )
        for workload in args.services:
            self._deploy(workload)
        self.register_outputs({})

    def _metadata(self, service: Service) -> dict[str, Any]:
        return {
            "name": service.name,
            "namespace": self._args.namespace,
            "labels": pods.labels(self._args.naming.system, service.name),
        }

    def _in_namespace(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[self._namespace, *needed])

    def _deploy(self, workload: WorkloadArgs) -> None:
        service, metadata = workload.service, self._metadata(workload.service)
        identity = self._identity(workload)
        account = ServiceAccount(
            service.name,
            metadata=metadata,
            # The identity comes from AWS; a token for the Kubernetes API is not needed.
            automount_service_account_token=False,
            opts=self._in_namespace(),
        )
        needed: list[pulumi.Resource] = [*identity, account]
        if workload.secrets:
            needed.append(self._secrets(workload, metadata))
        deployment = Deployment(
            service.name,
            metadata=metadata,
            spec=pods.deployment(
                self._args.naming.system, service, workload.image, workload.variables, workload.secrets
            ),
            opts=self._in_namespace(*needed),
        )
        self._autoscaler(service, metadata, deployment)
        PodDisruptionBudget(
            service.name,
            metadata=metadata,
            spec={"max_unavailable": 1, "selector": {"match_labels": metadata["labels"]}},
            opts=self._in_namespace(),
        )
        if service.exposed:
            ClusterService(
                service.name,
                metadata=metadata,
                spec={
                    "type": "ClusterIP",
                    "selector": metadata["labels"],
                    "ports": [{"name": "http", "port": 80, "target_port": "http", "protocol": "TCP"}],
                },
                opts=self._in_namespace(),
            )

    def _identity(self, workload: WorkloadArgs) -> list[pulumi.Resource]:
        args, service = self._args, workload.service
        role = aws_iam.Role(
            f"service-{service.name}",
            name=workload.role_name,
            description=f"Pods of the service {service.name}",
            assume_role_policy=iam.document(
                iam.trust_pods(
                    cluster=args.cluster_arn, namespace=args.namespace, service_account=service.name
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        granted: list[pulumi.Resource] = []
        if statements := self._statements(workload):
            policy = aws_iam.RolePolicy(
                f"service-{service.name}",
                name="what-it-names",
                role=role.name,
                policy=iam.document(*statements),
                opts=pulumi.ResourceOptions(parent=self),
            )
            granted.append(policy)
        association = eks.PodIdentityAssociation(
            service.name,
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=service.name,
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [association, *granted]

    def _statements(self, workload: WorkloadArgs) -> list[iam.Statement]:
        region = self._args.naming.region
        statements = []
        if workload.secret_arns:
            statements += [
                iam.read_secrets(workload.secret_arns),
                iam.use_key(
                    [self._args.secrets_key],
                    via=f"secretsmanager.{region}.amazonaws.com",
                    sid="UseSecretsKey",
                ),
            ]
        if workload.bucket_arns:
            statements += [
                iam.work_with_objects(workload.bucket_arns),
                iam.list_buckets(workload.bucket_arns),
                iam.use_key([self._args.data_key], via=f"s3.{region}.amazonaws.com", sid="UseDataKey"),
            ]
        return statements

    def _secrets(self, workload: WorkloadArgs, metadata: dict[str, Any]) -> pulumi.Resource:
        provider: pulumi.Resource = CustomResource(
            workload.service.name,
            api_version="secrets-store.csi.x-k8s.io/v1",
            kind="SecretProviderClass",
            metadata=metadata,
            spec=pods.secret_provider(
                workload.service.name, workload.secrets, self._args.naming.region, metadata["labels"]
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

"""Calls of the services' pods, as the identity that EKS gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from rights.calls import BUCKET, ROLE, SECRET, Call
from rights.graph import Graph

_ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_PROVIDER_CLASS = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"

# What a service may do with a bucket that it names (contract S3-1 and K8S-3).
_OBJECTS = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")


def calls_of_pods(graph: Graph) -> Iterator[Call]:
    """Every call of the services and of what brings their secrets."""
    for association in graph.of(_ASSOCIATION):
        service = association.inputs["serviceAccount"]
        principal = graph.principal(graph.named(ROLE, association.inputs["roleArn"]))
        actor = f"pods of {service}"
        for secret in _secrets(graph, service):
            for action in ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"):
                why = "the Secrets Store CSI driver's provider for AWS, secrets_manager_provider.go"
                yield Call(actor, principal, action, secret, why=why)
        for bucket in _buckets(graph, service):
            why = "the application works with the buckets that its service names (contract S3-1)"
            yield Call(actor, principal, "s3:ListBucket", bucket, why=why)
            for action in _OBJECTS:
                yield Call(actor, principal, action, f"{bucket}/a/1.pdf", why=why)


def _secrets(graph: Graph, service: str) -> Iterator[str]:
    for each in graph.of(_PROVIDER_CLASS):
        if each.inputs["metadata"]["name"] == service:
            for item in yaml.safe_load(each.inputs["spec"]["parameters"]["objects"]):
                yield graph.named(SECRET, item["objectName"]).arn


def _buckets(graph: Graph, service: str) -> Iterator[str]:
    for each in graph.of(_DEPLOYMENT):
        if each.inputs["metadata"]["name"] == service:
            for variable in _variables(each.inputs["spec"]):
                if variable["name"].endswith("_BUCKET"):
                    yield graph.named(BUCKET, variable["value"]).arn


def _variables(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for container in spec["template"]["spec"]["containers"]:
        yield from (each for each in container.get("env") or () if "value" in each)

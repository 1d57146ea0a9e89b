"""K8S-3, SEC-1: a service's identity in AWS, which its pods have when they start."""

from __future__ import annotations

import json

import pytest

from rehearsal.kubernetes.pod_templates import pod_template
from tests.support.recorder import Recording

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICES = pytest.mark.parametrize("service", ["api", "worker", "admin"])


@pytest.mark.contract("K8S-3")
@SERVICES
def test_a_service_has_an_identity_of_its_own(each: Recording, service: str) -> None:
    association = each.one("aws:eks/podIdentityAssociation:PodIdentityAssociation", service).inputs
    account = each.one("kubernetes:core/v1:ServiceAccount", service).inputs["metadata"]
    pod = each.one(DEPLOYMENT, service).inputs["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == account["name"] == association["serviceAccount"]
    assert association["namespace"] == account["namespace"] == "triangle"
    assert association["roleArn"].endswith(f":service-{service}")
    # That is of AWS; nothing of Kubernetes' own API is for them.
    assert (
        each.one("kubernetes:core/v1:ServiceAccount", service).inputs["automountServiceAccountToken"] is False
    )
    assert pod["automountServiceAccountToken"] is False


@pytest.mark.contract("K8S-3")
@SERVICES
def test_only_pods_of_the_service_may_take_its_role(each: Recording, service: str) -> None:
    role = each.one("aws:iam/role:Role", f"service-{service}")
    (statement,) = json.loads(role.plain("assumeRolePolicy"))["Statement"]
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["aws:RequestTag/kubernetes-service-account"] == service
    assert conditions["aws:RequestTag/kubernetes-namespace"] == "triangle"
    assert conditions["aws:RequestTag/eks-cluster-arn"].endswith(":cluster")


@pytest.mark.contract("SEC-1")
def test_no_pod_is_admitted_before_eks_knows_its_identity(each: Recording) -> None:
    # The webhook of Pod Identity looks once, when a pod is made (amazon-eks-pod-identity-webhook#264).
    associations = each.of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert associations
    hooks = [made.hooks_when_made for made in associations.values()]
    assert hooks == [(f"identity-{name}-settled",) for name in associations]
    by_account = {made.inputs["serviceAccount"]: made.urn for made in associations.values()}
    for it in each.resources:
        template = pod_template(it.inputs) if it.type.startswith("kubernetes:") else None
        account = template["spec"].get("serviceAccountName") if template else None
        if account in by_account and it.inputs["metadata"]["namespace"] == "triangle":
            assert by_account[account] in _before(each, it.urn), it.name


def _before(each: Recording, urn: str) -> set[str]:
    """What is made before a resource, however many steps before."""
    direct = {one for one in each.by_urn(urn).depends_on if one != urn}
    return direct.union(*(_before(each, one) for one in direct))


@pytest.mark.contract("K8S-3")
@SERVICES
def test_pods_wait_for_their_identity_and_its_rights(each: Recording, service: str) -> None:
    deployment = each.one(DEPLOYMENT, service)
    kinds = {each.by_urn(urn).type for urn in deployment.depends_on}
    assert "aws:eks/podIdentityAssociation:PodIdentityAssociation" in kinds
    assert "aws:iam/rolePolicy:RolePolicy" in kinds

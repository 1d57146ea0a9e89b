"""Pulumi tokens and Kubernetes kinds: groups, versions, scope, plural names."""

from __future__ import annotations

from dataclasses import dataclass

from rehearsal.kubernetes.files import refusal_of
from rehearsal.providers.provider import ProviderError

# Source: "Namespaced: false" of the Kubernetes API reference, and of the kinds that EKS Auto Mode installs.
_CLUSTER_SCOPED: dict[str, str] = {
    "": "ComponentStatus Namespace Node PersistentVolume",
    "admissionregistration.k8s.io": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
    " MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
    " ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "authentication.k8s.io": "SelfSubjectReview TokenReview",
    "authorization.k8s.io": "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "internal.apiserver.k8s.io": "StorageVersion",
    "networking.k8s.io": "IPAddress IngressClass ServiceCIDR",
    "node.k8s.io": "RuntimeClass",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding",
    "resource.k8s.io": "DeviceClass DeviceTaintRule ResourceSlice",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
    "storagemigration.k8s.io": "StorageVersionMigration",
    "eks.amazonaws.com": "CNINode IngressClassParams NodeClass NodeDiagnostic",
    "karpenter.sh": "NodeClaim NodePool",
}

# Groups of pulumi-kubernetes that stand for no API of a cluster.
_NOT_OF_A_CLUSTER = {"helm.sh", "yaml", "kustomize"}


@dataclass(frozen=True)
class Kind:
    """A kind of object: its API group ("" is the core group), version and name."""

    group: str
    version: str
    name: str

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def cluster_scoped(self) -> bool:
        """Kinds that no list names are namespaced, as the official provider takes them to be."""
        return self.name in _CLUSTER_SCOPED.get(self.group, "").split()

    @property
    def resource(self) -> str:
        """The name that the API server uses in messages: `deployments.apps`."""
        return f"{_plural(self.name.lower())}.{self.group}" if self.group else _plural(self.name.lower())


def _plural(word: str) -> str:
    if word == "endpoints":
        return word
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def kind_of_token(token: str) -> Kind:
    """The kind of a Pulumi token such as `kubernetes:apps/v1:Deployment`.

    Raises ProviderError for tokens that are no object of a cluster (Helm releases, YAML files), for
    List kinds, which the official provider refuses as well, and for Patch kinds, which are missing.
    """
    parts = token.split(":")
    group, slash, version = parts[1].partition("/") if len(parts) == 3 else ("", "", "")
    if not slash or group in _NOT_OF_A_CLUSTER:
        raise ProviderError(refusal_of(token))
    name = parts[2]
    if name.endswith("List"):
        raise ProviderError(f"{token}: a List cannot be created; declare the objects that are in it")
    if name.endswith("Patch"):
        raise ProviderError(
            f"{token}: the embedded cluster has no Patch resources; declare {name[:-5]} itself"
        )
    return Kind("" if group == "core" else group, version, name)


def kind_of_object(content: dict[str, object]) -> Kind:
    """The kind that an object's own `apiVersion` and `kind` say."""
    group, _, version = str(content["apiVersion"]).rpartition("/")
    return Kind(group, version, str(content["kind"]))

"""The embedded Kubernetes: clusters in memory and the provider that Pulumi's engine talks to."""

from rehearsal.kubernetes.cluster import Cluster, Clusters
from rehearsal.kubernetes.installed import Installed
from rehearsal.kubernetes.manifests import manifests
from rehearsal.kubernetes.provider import KubernetesProvider

__all__ = ["Cluster", "Clusters", "Installed", "KubernetesProvider", "manifests"]

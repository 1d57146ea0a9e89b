"""The kubeconfig of the cluster. It holds no credentials: those come from AWS when they are needed."""

from __future__ import annotations

import pulumi
from pulumi_aws import eks


def kubeconfig(cluster: eks.Cluster, region: str) -> pulumi.Output[str]:
    """How kubectl and the Kubernetes provider reach a cluster.

    Args:
        cluster: whose API.
        region: of the cluster, for the token.
    """
    return pulumi.Output.json_dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": cluster.name,
                    "cluster": {
                        "server": cluster.endpoint,
                        "certificate-authority-data": cluster.certificate_authority.data,
                    },
                }
            ],
            "contexts": [{"name": cluster.name, "context": {"cluster": cluster.name, "user": cluster.name}}],
            "current-context": cluster.name,
            "users": [
                {
                    "name": cluster.name,
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1beta1",
                            "command": "aws",
                            "args": [
                                "eks",
                                "get-token",
                                "--cluster-name",
                                cluster.name,
                                "--region",
                                region,
                                # Whatever AWS_DEFAULT_OUTPUT or ~/.aws/config say: only JSON is understood.
                                "--output",
                                "json",
                            ],
                        }
                    },
                }
            ],
        }
    )

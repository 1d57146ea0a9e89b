"""The Kubernetes API of an EKS cluster, asked as an IAM role."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.parse
import urllib.request
from typing import Any

import boto3
from botocore.model import ServiceId
from botocore.signers import RequestSigner

# EKS takes a token that was signed within 15 minutes, whose request is valid for 60 seconds at most
# (aws-iam-authenticator, "API authorization from outside a cluster").
_VALID_SECONDS = 60
# As its model has it: to make a client for it takes longer than to ask the cluster.
_STS = ServiceId("STS")
TIMEOUT_SECONDS = 10
_PAGE = 500


def token(cluster: str, region: str, session: boto3.session.Session | None = None) -> str:
    """A token of the role that this runs with: a signed request to STS, which EKS makes in its place.

    Args:
        cluster: its name.
        region: where it is.
        session: with other credentials than those that are there.
    """
    session = session or boto3.session.Session()
    signer = RequestSigner(
        _STS,
        region,
        "sts",
        "v4",
        session.get_credentials(),
        session.events,
    )
    url = signer.generate_presigned_url(
        {
            "method": "GET",
            "url": f"https://sts.{region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
            "body": {},
            "headers": {"x-k8s-aws-id": cluster},
            "context": {},
        },
        region_name=region,
        expires_in=_VALID_SECONDS,
        operation_name="",
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def jobs(endpoint: str, authority: str, bearer: str, namespace: str) -> list[dict[str, Any]]:
    """All Jobs of a namespace.

    Args:
        endpoint: of the API, with its scheme.
        authority: its certificate authority, as EKS tells it: PEM in base64.
        bearer: the token.
        namespace: whose Jobs.
    """
    context = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
    found: list[dict[str, Any]] = []
    following = ""
    while True:
        query = urllib.parse.urlencode({"limit": _PAGE, "continue": following})
        request = urllib.request.Request(  # noqa: S310  # the endpoint is https: EKS knows no other
            f"{endpoint}/apis/batch/v1/namespaces/{namespace}/jobs?{query}",
            headers={"Authorization": f"Bearer {bearer}", "Accept": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=context) as answer:  # noqa: S310
            page = json.load(answer)
        found += page["items"]
        following = page["metadata"].get("continue", "")
        if not following:
            return found

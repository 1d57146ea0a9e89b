"""The Kubernetes API of an EKS cluster, asked as an IAM role."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
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


class KubernetesError(Exception):
    """The API has refused."""


class NotThere(KubernetesError):
    """There is no such object."""


class AlreadyThere(KubernetesError):
    """An object of this name is there."""


_ERRORS = {404: NotThere, 409: AlreadyThere}


@dataclass(frozen=True)
class KubernetesApi:
    """The API of one cluster.

    Args:
        endpoint: its address, with its scheme.
        authority: its certificate authority, as EKS tells it: PEM in base64.
        bearer: makes the token of a request.
    """

    endpoint: str
    authority: str
    bearer: Callable[[], str]

    @staticmethod
    def of(variables: Mapping[str, str]) -> KubernetesApi:
        """The one that a function's environment names."""
        return KubernetesApi(
            variables["ENDPOINT"],
            variables["CERTIFICATE_AUTHORITY"],
            partial(token, variables["CLUSTER"], variables["AWS_REGION"]),
        )

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is at a path.

        Raises:
            NotThere: nothing is.
            KubernetesError: the API has refused.
        """
        found: dict[str, Any] = json.loads(self._asked("GET", path, query))
        return found

    def text(self, path: str, **query: str) -> str:
        """The text at a path, such as a log."""
        return self._asked("GET", path, query).decode("utf-8", "replace")

    def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Makes an object, and answers it as the cluster has it.

        Raises:
            AlreadyThere: there is one of its name.
            KubernetesError: the API has refused.
        """
        made: dict[str, Any] = json.loads(self._asked("POST", path, {}, content))
        return made

    def delete(self, path: str, **query: str) -> None:
        """Has an object removed.

        Raises:
            NotThere: there is none.
            KubernetesError: the API has refused.
        """
        self._asked("DELETE", path, query)

    def _asked(
        self, method: str, path: str, query: Mapping[str, str], content: Mapping[str, Any] | None = None
    ) -> bytes:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        request = urllib.request.Request(  # noqa: S310  # the endpoint is https: EKS knows no other
            f"{self.endpoint}{path}{asked}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Authorization": f"Bearer {self.bearer()}",
                "Accept": "*/*" if path.endswith("/log") else "application/json",
                "Content-Type": "application/json",
            },
        )
        context = ssl.create_default_context(cadata=base64.b64decode(self.authority).decode())
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=context) as answer:  # noqa: S310
                found: bytes = answer.read()
                return found
        except urllib.error.HTTPError as error:
            with error:
                kind = _ERRORS.get(error.code, KubernetesError)
                raise kind(f"{method} {path}: {error.code} {_message(error)}") from None


def _message(error: urllib.error.HTTPError) -> str:
    """Kubernetes' own words, where there are any; they never have the content of a Secret."""
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason)


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

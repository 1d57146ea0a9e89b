"""The Kubernetes API of an EKS cluster, asked as an IAM role: by functions, and by commands."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPResponse
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
    """The API of one cluster. Each call raises a KubernetesError when the API has refused it.

    Args:
        endpoint: its address, with its scheme.
        opener: which trusts the cluster's certificate authority.
        bearer: makes the token of a request.
        timeout: seconds until an answer has to begin.
    """

    endpoint: str
    opener: urllib.request.OpenerDirector
    bearer: Callable[[], str]
    timeout: float = TIMEOUT_SECONDS

    @staticmethod
    def of(variables: Mapping[str, str]) -> KubernetesApi:
        """The one that a function's environment names."""
        return KubernetesApi(
            variables["ENDPOINT"],
            trusting(variables["CERTIFICATE_AUTHORITY"]),
            partial(token, variables["CLUSTER"], variables["AWS_REGION"]),
        )

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is at a path."""
        return self._object("GET", path, query)

    def text(self, path: str, **query: str) -> str:
        """The text at a path, such as a log."""
        with self._answer("GET", path, query, timeout=self.timeout) as answer:
            return answer.read().decode("utf-8", "replace")

    def lines(self, path: str, **query: str) -> Iterator[str]:
        """The lines at a path as they come, however long that takes."""
        with self._answer("GET", path, query, timeout=None) as answer:
            for line in answer:
                yield line.decode("utf-8", "replace").rstrip("\n")

    def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Makes an object, and answers it as the cluster has it."""
        return self._object("POST", path, content=content)

    def merge(self, path: str, change: Mapping[str, Any]) -> dict[str, Any]:
        """Changes an object (JSON merge patch), and answers it as it is then."""
        return self._object("PATCH", path, content=change)

    def delete(self, path: str, **query: str) -> None:
        """Has an object removed."""
        with self._answer("DELETE", path, query, timeout=self.timeout):
            pass

    def _object(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        with self._answer(method, path, query, content, timeout=self.timeout) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        content: Mapping[str, Any] | None = None,
        *,
        timeout: float | None,
    ) -> Iterator[HTTPResponse]:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(  # noqa: S310  # the endpoint is https: EKS knows no other
            f"{self.endpoint}{path}{asked}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Authorization": f"Bearer {self.bearer()}",
                "Accept": "*/*" if path.endswith("/log") else "application/json",
                "Content-Type": kind,
            },
        )
        try:
            with self.opener.open(request, timeout=timeout) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            with error:
                refused = _ERRORS.get(error.code, KubernetesError)
                raise refused(f"{_message(error)} ({error.code}, {method} {path})") from None


def trusting(authority: str) -> urllib.request.OpenerDirector:
    """What opens the addresses of a cluster; its certificate authority is PEM in base64, as EKS tells it."""
    context = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))


def _message(error: urllib.error.HTTPError) -> str:
    """Kubernetes' own words, where there are any; they never have the content of a Secret."""
    try:
        return str(json.load(error)["message"]).rstrip(".")
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

"""A client of a Kubernetes API server: one connection that stays, JSON in and out."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from rehearsal.datastores.processes import LOOPBACK
from rehearsal.kubernetes.kinds import Kind, kind_of_object

Content = dict[str, Any]

# Whose fields they are; Pulumi's provider has another name for each of its runs.
_MANAGER = "groundwork"
_TIMEOUT_SECONDS = 60


class NotServed(Exception):
    """The server has no such kind."""


@dataclass(frozen=True)
class Answer:
    """What the server says to a request.

    Args:
        status: HTTP's.
        content: an object, or a Status.
    """

    status: int
    content: Content

    @property
    def refusal(self) -> str | None:
        """Why it was refused; None when it was not."""
        return None if self.status < 400 else str(self.content.get("message") or f"HTTP {self.status}")


class Client:
    """Requests to one server, as an administrator of it.

    Args:
        port: on loopback.
        token: the administrator's.
        certificate: the server's own, which is trusted.
    """

    def __init__(self, port: int, token: str, certificate: str) -> None:
        context = ssl.create_default_context(cafile=certificate)
        # Which Go's library made, and not for that.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self._connection = http.client.HTTPSConnection(
            LOOPBACK, port, context=context, timeout=_TIMEOUT_SECONDS
        )
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._resources = cache(self._asked_resources)

    def request(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Answer:
        """The answer to a request.

        Raises:
            OSError: the server is not reached.
        """
        headers = {**self._headers, **({} if body is None else {"Content-Type": kind})}
        try:
            self._connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise OSError(f"{method} {path}: {error}") from error
        # What is no object (/readyz) is plain text.
        said = text.decode()
        content = json.loads(said) if said.startswith("{") else {"message": said.strip()}
        return Answer(response.status, content)

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def get(self, content: Content) -> Answer:
        """The object of this kind, namespace and name, as it is."""
        return self.request("GET", self._path(content, content["metadata"]["name"]))

    def apply(self, content: Content, *, dry_run: bool = False) -> Answer:
        """Server-side apply, which refuses fields that nobody knows."""
        options = {"fieldManager": _MANAGER, **_options(dry_run)}
        path = self._path(content, content["metadata"]["name"])
        return self.request("PATCH", f"{path}?{urlencode(options)}", content, "application/apply-patch+yaml")

    def create(self, content: Content, *, dry_run: bool = False) -> Answer:
        """Creation, which refuses fields that nobody knows."""
        return self.request("POST", f"{self._path(content)}?{urlencode(_options(dry_run))}", content)

    def review(self, subject: Mapping[str, Any], attributes: Mapping[str, str]) -> bool:
        """Whether somebody may do something, by the server's own authorizer (SubjectAccessReview)."""
        path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        spec = {**subject, "resourceAttributes": dict(attributes)}
        answer = self.request("POST", path, {"spec": spec})
        if answer.refusal is not None:
            raise OSError(f"{path}: {answer.refusal}")
        return bool(answer.content["status"]["allowed"])

    def serves(self, kind: Kind) -> bool:
        """Whether the server has this kind."""
        return kind.name in self._resources(kind.api_version)

    def forget_kinds(self) -> None:
        """Asks again what the server has."""
        self._resources.cache_clear()

    def _asked_resources(self, api_version: str) -> Mapping[str, tuple[str, bool]]:
        """The plural and whether it is namespaced, of each kind of a version of an API."""
        answer = self.request("GET", _root(api_version))
        return {
            each["kind"]: (each["name"], each["namespaced"])
            for each in answer.content.get("resources", ())
            if "/" not in each["name"]
        }

    def _path(self, content: Content, name: str = "") -> str:
        kind = kind_of_object(content)
        found = self._resources(kind.api_version).get(kind.name)
        if found is None:
            raise NotServed(f'no matches for kind "{kind.name}" in version "{kind.api_version}"')
        plural, namespaced = found
        where = (
            f"/namespaces/{quote(content['metadata'].get('namespace') or 'default')}" if namespaced else ""
        )
        return f"{_root(kind.api_version)}{where}/{plural}{f'/{quote(name)}' if name else ''}"


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _options(dry_run: bool) -> Mapping[str, str]:
    return {"fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}

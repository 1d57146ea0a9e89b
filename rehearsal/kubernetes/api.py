"""The part of the Kubernetes API that clients of `make serve` may ask: objects, lists, and merge patches.

An embedded cluster has no address of its own, so it is asked under that of the embedded AWS:
`/groundwork-kubernetes/<region>/<the name that EKS has for it>/apis/apps/v1/namespaces/…`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import Answer, Request
from rehearsal.aws.services.eks import endpoint_of
from rehearsal.kubernetes.cluster import Cluster, Clusters, Content
from rehearsal.kubernetes.kinds import Kind, kind_of_object
from rehearsal.providers.provider import ProviderError

_PATH = re.compile(
    r"/groundwork-kubernetes/(?P<region>[\w-]+)/(?P<cluster>[\w-]+)/"
    r"(?:api/v1|apis/(?P<group>[\w.-]+)/(?P<version>\w+))/namespaces/(?P<namespace>[\w-]+)/"
    r"(?P<resources>\w+)/?(?P<name>[\w.-]*)"
)
# What is served, by its name in paths; everything else is answered as an API server answers what it has not.
_KINDS = {
    "deployments": Kind("apps", "v1", "Deployment"),
    "cronjobs": Kind("batch", "v1", "CronJob"),
    "jobs": Kind("batch", "v1", "Job"),
    "pods": Kind("", "v1", "Pod"),
}


class KubernetesApi:
    """What an embedded AWS answers, and its clusters too.

    Args:
        cloud: which knows the clusters' addresses.
        clusters: with their objects.
        others: answers everything else.
    """

    def __init__(self, cloud: Cloud, clusters: Clusters, others: Callable[[Request], Answer]) -> None:
        self._cloud, self._clusters, self._others = cloud, clusters, others

    def __call__(self, request: Request) -> Answer:
        """The answer."""
        match = _PATH.fullmatch(unquote(request.variables.get("PATH_INFO", "")))
        if match is None:
            return self._others(request)
        kind = _KINDS.get(match["resources"])
        cluster = self._cluster(match["region"], match["cluster"])
        if kind is None or cluster is None or (match["group"] or "") != kind.group:
            return _status(404, "NotFound", "the server could not find the requested resource")
        if cluster.unreachable:
            return _status(503, "ServiceUnavailable", cluster.unreachable)
        return self._answered(request, cluster, kind, match["namespace"], match["name"])

    def _cluster(self, region: str, name: str) -> Cluster | None:
        try:
            found = self._cloud.call("eks", region, "describe_cluster", name=name)
        except ClientError:
            return None
        return self._clusters.cluster(endpoint_of(found["cluster"], region))

    def _answered(self, request: Request, cluster: Cluster, kind: Kind, namespace: str, name: str) -> Answer:
        method = request.variables["REQUEST_METHOD"]
        try:
            if method == "GET" and not name:
                query = parse_qs(request.variables.get("QUERY_STRING", ""))
                selector = query.get("labelSelector", [""])[0]
                return _json(
                    200, {"kind": "List", "items": list(_selected(cluster, kind, namespace, selector))}
                )
            if method == "PATCH" and name:
                change = json.loads(request.body)
                return _json(200, cluster.change(kind, namespace, name, lambda live: _merge(live, change)))
        except ValueError as error:
            return _status(400, "BadRequest", str(error))
        except ProviderError as error:
            return _status(404, "NotFound", str(error))
        if method != "GET":
            return _status(405, "MethodNotAllowed", f"{method} is not served by the embedded cluster")
        found = cluster.get(kind, namespace, name)
        missing = f'{kind.resource} "{name}" not found'
        return _json(200, found) if found else _status(404, "NotFound", missing)


def _selected(cluster: Cluster, kind: Kind, namespace: str, selector: str) -> Iterator[Content]:
    wanted = dict(part.split("=", 1) for part in selector.split(",") if part)
    for stored in cluster.objects():
        metadata = stored.live["metadata"]
        if kind_of_object(stored.live) == kind and metadata.get("namespace") == namespace:
            if wanted.items() <= metadata.get("labels", {}).items():
                yield stored.live


def _merge(live: Content, change: Content) -> None:
    """JSON merge patch (RFC 7396): null removes."""
    for name, value in change.items():
        if value is None:
            live.pop(name, None)
        elif isinstance(value, dict):
            inner = live.setdefault(name, {})
            if not isinstance(inner, dict):
                live[name] = inner = {}
            _merge(inner, value)
        else:
            live[name] = value


def _status(code: int, reason: str, message: str) -> Answer:
    return _json(
        code, {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": code}
    )


def _json(code: int, value: Any) -> Answer:
    body = json.dumps(value).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    return Answer(f"{code} {'OK' if code == 200 else 'Failure'}", headers, body)

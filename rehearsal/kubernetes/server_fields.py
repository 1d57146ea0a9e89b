"""Fields that the API server and its controllers add to an object: defaults, addresses and status.

Nothing is scheduled: objects are stored, not run. The status of a workload is the one that it has
after a healthy rollout, at once, so that programs and people who read it see the usual shape.
"""

from __future__ import annotations

import base64
import ipaddress
import zlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import islice
from typing import Any

Content = dict[str, Any]

# The range that EKS gives to Services when nothing else is asked for.
_SERVICE_ADDRESSES = ipaddress.IPv4Network("172.20.0.0/16")
_NODE_PORTS = range(30000, 32768)


def complete(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    """Fills in what the server sets on `live`, in place.

    Args:
        live: the object as the client wants it, merged into what there was.
        before: the object as it was; None when it is new. Addresses and ports stay the same.
        others: all objects of the cluster, to give no address and no port twice.
        now: the time in RFC 3339, for conditions that change.
    """
    function = _COMPLETED.get((_group(live), live["kind"]))
    if function:
        function(live, before, others, now)


def clean(live: Content) -> Content:
    """A copy of `live` without what only the server sets, so that a client could send it."""
    content = deepcopy(live)
    content.pop("status", None)
    for name in ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"):
        content["metadata"].pop(name, None)
    return content


def encoded(content: Content) -> Content:
    """A Secret as the server keeps it: what `stringData` says in plain text is under `data`, in base64."""
    plain = content.get("stringData") or {}
    kept = {key: value for key, value in content.items() if key != "stringData"}
    if plain:
        coded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
        kept["data"] = {**(content.get("data") or {}), **coded}
    return kept


def decoded(live: Content, keys: Iterable[str]) -> dict[str, str]:
    """The `stringData` that would give the Secret's values of these keys, as far as they are text."""
    data = live.get("data") or {}
    return {key: base64.b64decode(data[key]).decode(errors="replace") for key in keys if key in data}


def _group(content: Content) -> str:
    return str(content["apiVersion"]).rpartition("/")[0]


def _namespace(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    metadata = live["metadata"]
    metadata["labels"] = {**metadata.get("labels", {}), "kubernetes.io/metadata.name": metadata["name"]}
    live.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    live["status"] = {"phase": "Active"}


def _secret(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    live.setdefault("type", "Opaque")


def _service(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    spec = live.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports") or []:
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port["port"])
    services = [item for item in others if (item["kind"], _group(item)) == ("Service", "")]
    if spec["type"] != "ExternalName":
        if "clusterIP" not in spec:
            taken = {item["spec"].get("clusterIP") for item in services}
            # The first ten addresses are left for the cluster's own services, DNS among them.
            free = (str(address) for address in islice(_SERVICE_ADDRESSES.hosts(), 10, None))
            spec["clusterIP"] = next(address for address in free if address not in taken)
        spec["clusterIPs"] = [spec["clusterIP"]]
    if spec["type"] in ("NodePort", "LoadBalancer"):
        _node_ports(spec, before, services)
    balancer = {"ingress": [{"hostname": _hostname(live)}]} if spec["type"] == "LoadBalancer" else {}
    live["status"] = {"loadBalancer": balancer}


def _node_ports(spec: Content, before: Content | None, services: list[Content]) -> None:
    old = {
        port["port"]: port.get("nodePort") for port in ((before or {}).get("spec") or {}).get("ports") or []
    }
    taken = {port.get("nodePort") for item in services for port in item["spec"].get("ports") or []}
    for port in spec.get("ports") or []:
        if not port.get("nodePort"):
            free = next(number for number in _NODE_PORTS if number not in taken)
            port["nodePort"] = old.get(port["port"]) or free
            taken.add(port["nodePort"])


def _hostname(live: Content) -> str:
    """A name that looks like a load balancer's and that no resolver knows (RFC 2606)."""
    metadata = live["metadata"]
    mark = f"{zlib.crc32(metadata['uid'].encode()):08x}"
    return f"k8s-{metadata['namespace'][:8]}-{metadata['name'][:8]}-{mark}.elb.invalid"


def _ingress(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    live["status"] = {"loadBalancer": {"ingress": [{"hostname": _hostname(live)}]}}


def _conditions(live: Content, now: str, *conditions: tuple[str, str]) -> list[Content]:
    """Conditions that are true; the time of one that was there already stays."""
    since = {
        item["type"]: item["lastTransitionTime"]
        for item in (live.get("status") or {}).get("conditions") or []
    }
    return [
        {"type": name, "status": "True", "reason": reason, "lastTransitionTime": since.get(name, now)}
        for name, reason in conditions
    ]


def _deployment(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    replicas = live["spec"].setdefault("replicas", 1)
    live["status"] = {
        "observedGeneration": live["metadata"]["generation"],
        "replicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": replicas,
        "availableReplicas": replicas,
        "conditions": _conditions(
            live, now, ("Available", "MinimumReplicasAvailable"), ("Progressing", "NewReplicaSetAvailable")
        ),
    }


def not_ready(live: Content, reason: str, now: str) -> None:
    """The status of pods that do not come up: of a Deployment the pods of before go on, a Job has failed.

    Others are left as they are. (Kubernetes, "Deployments", "Failed Deployment"; "Jobs", "Pod backoff
    failure policy".)
    """
    kind, status = live["kind"], live["status"]
    if kind == "Deployment":
        status |= {"replicas": status["replicas"] + 1, "updatedReplicas": 1, "unavailableReplicas": 1}
        status["conditions"] = [each for each in status["conditions"] if each["type"] != "Progressing"] + [
            _failed("Progressing", "False", "ProgressDeadlineExceeded", reason, now)
        ]
    if kind == "Job":
        live["status"] = {
            "startTime": status["startTime"],
            "failed": 1,
            "conditions": [_failed("Failed", "True", "BackoffLimitExceeded", reason, now)],
        }


def _failed(name: str, value: str, reason: str, message: str, now: str) -> Content:
    return {"type": name, "status": value, "reason": reason, "message": message, "lastTransitionTime": now}


def _stateful_set(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    replicas = live["spec"].setdefault("replicas", 1)
    live["status"] = {
        "observedGeneration": live["metadata"]["generation"],
        "replicas": replicas,
        "currentReplicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": replicas,
        "availableReplicas": replicas,
    }


def _daemon_set(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    # There are no nodes, so none should run it: what a cluster without matching nodes reports.
    counts = ("desiredNumberScheduled", "currentNumberScheduled", "numberMisscheduled", "numberReady")
    live["status"] = {"observedGeneration": live["metadata"]["generation"], **dict.fromkeys(counts, 0)}


def _job(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    completions = live["spec"].get("completions") or 1
    live["status"] = {
        "startTime": (live.get("status") or {}).get("startTime", now),
        "completionTime": (live.get("status") or {}).get("completionTime", now),
        "succeeded": completions,
        "conditions": _conditions(live, now, ("Complete", "CompletionsReached")),
    }


def _autoscaler(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    replicas = live["spec"].setdefault("minReplicas", 1)
    live["status"] = {
        "observedGeneration": live["metadata"]["generation"],
        "currentReplicas": replicas,
        "desiredReplicas": replicas,
    }


def _definition(live: Content, before: Content | None, others: Iterable[Content], now: str) -> None:
    names = _conditions(live, now, ("NamesAccepted", "NoConflicts"), ("Established", "InitialNamesAccepted"))
    live["status"] = {"conditions": names, "acceptedNames": live["spec"]["names"]}


_Completing = Callable[[Content, Content | None, Iterable[Content], str], None]
_COMPLETED: dict[tuple[str, str], _Completing] = {
    ("", "Namespace"): _namespace,
    ("", "Secret"): _secret,
    ("", "Service"): _service,
    ("networking.k8s.io", "Ingress"): _ingress,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("batch", "Job"): _job,
    ("autoscaling", "HorizontalPodAutoscaler"): _autoscaler,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
}

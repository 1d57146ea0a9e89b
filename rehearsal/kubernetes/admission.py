"""Admission of an object's pods: a cluster adds things to them, and judges them.

An API server accepts a workload whose pods it refuses: the controller that makes them is told so, again and
again, and who deploys waits. Here the workload is refused at once, with what the controller would be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rehearsal.kubernetes.injections import Surroundings, injected
from rehearsal.kubernetes.installed import Installed
from rehearsal.kubernetes.kinds import kind_of_object
from rehearsal.kubernetes.mounts import never_mounted
from rehearsal.kubernetes.pod_security import enforced, forbidden
from rehearsal.kubernetes.pod_templates import pod_template
from rehearsal.kubernetes.quotas import apply_defaults, outside_of_limits, over_quota
from rehearsal.providers.provider import ProviderError

Content = dict[str, Any]

# Every cluster has them (Kubernetes' documentation, "Guaranteed Scheduling For Critical Add-On Pods").
_PRIORITIES = ("system-cluster-critical", "system-node-critical")

# Who makes a kind's pods, and what happens when it may not.
_CONSEQUENCES = {
    "CronJob": "No run of it would ever begin, and nobody would be told",
    "DaemonSet": "No node would run it",
    "Deployment": "On AWS the deployment would wait for them until its time is up, and then fail",
    "Job": "On AWS the deployment would wait for it until its time is up, and then fail",
    "StatefulSet": "On AWS the deployment would wait for them until its time is up, and then fail",
}


class Admission:
    """Judges the pods of one cluster's workloads.

    Args:
        objects: all objects of the cluster.
        installed: what EKS has put into the clusters.
        cluster: the name of this one.
        version: of Kubernetes, "1.35".
    """

    def __init__(
        self, objects: Sequence[Content], installed: Installed, cluster: str | None, version: str
    ) -> None:
        self._objects = objects
        self._installed = installed
        self._cluster = cluster
        self._minor = int(version.split(".")[1])

    def admit(self, content: Content) -> None:
        """Raises ProviderError when the pods that `content` asks for would be refused, or never start."""
        template = pod_template(content)
        if template is None:
            return
        if reason := self._refusal(content, template):
            raise ProviderError(_message(content, reason))
        if without := never_mounted(template["spec"], self._surroundings(content)):
            raise ProviderError(_would_not_start(content, without))

    def injected(self, content: Content) -> Content | None:
        """The pod with what webhooks add to it, as it comes to the API server's own admission."""
        template = pod_template(content)
        return None if template is None else injected(template, self._surroundings(content))

    def pod(self, content: Content) -> Content | None:
        """The pod that the object's template becomes in this cluster; None for objects without pods."""
        pod = self.injected(content)
        if pod is not None:
            apply_defaults(pod, self._surroundings(content).here("LimitRange"))
        return pod

    def _surroundings(self, content: Content) -> Surroundings:
        name = content["metadata"].get("namespace", "default")
        namespaces = (
            it for it in self._objects if (it["kind"], it["metadata"]["name"]) == ("Namespace", name)
        )
        # A namespace that is missing is refused by the cluster itself.
        namespace = next(namespaces, {"metadata": {"name": name}})
        return Surroundings(self._installed, self._cluster, content["kind"], namespace, self._objects)

    def _refusal(self, content: Content, template: Content) -> str:
        surroundings = self._surroundings(content)
        pod = self.pod(content)
        assert pod is not None
        account = template["spec"].get("serviceAccountName", "default")
        accounts = [it["metadata"]["name"] for it in surroundings.here("ServiceAccount")]
        # Every namespace has one that is called "default", made by a controller.
        if account not in ["default", *accounts]:
            where = f"{surroundings.name}/{account}"
            return f'error looking up service account {where}: serviceaccount "{account}" not found'
        if missing := self._missing_classes(template["spec"]):
            return missing
        policy = enforced(surroundings.namespace["metadata"].get("labels") or {})
        if reasons := forbidden(policy, self._minor, pod["metadata"], pod["spec"]):
            return f'violates PodSecurity "{policy}": {reasons}'
        if reasons := ", ".join(outside_of_limits(pod["spec"], surroundings.here("LimitRange"))):
            return reasons
        others = [it for it in self._in_namespace(surroundings.name) if _key(it) != _key(content)]
        return over_quota(content, pod["spec"], surroundings.here("ResourceQuota"), others) or ""

    def _missing_classes(self, spec: Content) -> str | None:
        """What the plugins Priority and RuntimeClass of Kubernetes say of names that are nothing's."""
        priority, runtime = spec.get("priorityClassName"), spec.get("runtimeClassName")
        if priority and priority not in (*_PRIORITIES, *self._named("PriorityClass")):
            return f"no PriorityClass with name {priority} was found"
        if runtime and runtime not in self._named("RuntimeClass"):
            return f'pod rejected: RuntimeClass "{runtime}" not found'
        return None

    def _named(self, kind: str) -> list[str]:
        return [str(it["metadata"]["name"]) for it in self._objects if it["kind"] == kind]

    def _in_namespace(self, name: str) -> Iterator[Content]:
        return (it for it in self._objects if it["metadata"].get("namespace") == name)


def _key(content: Mapping[str, Any]) -> tuple[str, str]:
    return str(content["kind"]), str(content["metadata"].get("name"))


def _message(content: Content, reason: str) -> str:
    kind, name = content["kind"], content["metadata"].get("name", content["metadata"].get("generateName", ""))
    if kind == "Pod":
        return f'pods "{name}" is forbidden: {reason}'
    resource = kind_of_object(content).resource
    consequence = _CONSEQUENCES.get(kind, "None of them would run")
    return (
        f'{resource} "{name}" would be accepted and its pods refused: '
        f'pods "{name}-" is forbidden: {reason}. {consequence}'
    )


def _would_not_start(content: Content, reason: str) -> str:
    resource, name = kind_of_object(content).resource, content["metadata"].get("name", "")
    consequence = _CONSEQUENCES.get(content["kind"], "It would wait for ever")
    return f'{resource} "{name}" would be accepted and its pods never start: {reason}. {consequence}'

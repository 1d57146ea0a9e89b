"""Changes of objects that are there: some an API server makes in place, others it refuses."""

from __future__ import annotations

from rehearsal.apiserver.mistakes.changes import Mistake, in_container, mistakes, put, replaced
from rehearsal.kubernetes.cluster import Content


def _selects_others(content: Content) -> None:
    """With pods that are selected: otherwise it would be a mistake of another kind."""
    content["spec"]["selector"] = {"matchLabels": {"a": "b"}}
    content["spec"]["template"]["metadata"]["labels"] = {"a": "b"}


UPDATES: tuple[Mistake, ...] = (
    *mistakes("", {"another label": lambda it: it["metadata"].setdefault("labels", {}).update(a="b")}),
    *mistakes(
        "CronJob",
        {
            "another time": put("spec.schedule", "1 1 * * *"),
            "another image": in_container(put("image", "a:1")),
        },
    ),
    *mistakes(
        "Deployment",
        {
            "another selector": _selects_others,
            "another image": in_container(put("image", "a:1")),
            "another number of pods": put("spec.replicas", 7),
            "another strategy": put("spec.strategy", {"type": "Recreate"}),
        },
    ),
    *mistakes(
        "Job",
        {
            "another image": in_container(put("image", "a:1")),
            "another number of runs": put("spec.completions", 3),
            "another number of pods": put("spec.parallelism", 3),
            "another number of tries": put("spec.backoffLimit", 5),
            "another deadline": put("spec.activeDeadlineSeconds", 99),
            "another way of completion": lambda it: it["spec"].update(
                completionMode="Indexed", completions=1
            ),
            "another time to live": put("spec.ttlSecondsAfterFinished", 99),
            "other rules for failures": replaced(
                "spec.podFailurePolicy",
                {"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [3]}}]},
            ),
        },
    ),
    *mistakes(
        "Service",
        {
            "another address": put("spec.clusterIP", "172.20.1.1"),
            "another type": put("spec.type", "NodePort"),
            "another port": put("spec.ports.0.port", 81),
            "another selector": put("spec.selector", {"a": "b"}),
        },
    ),
    *mistakes(
        "RoleBinding ClusterRoleBinding",
        {
            "another role": put("roleRef.name", "other"),
            "somebody else": put("subjects.0.name", "other"),
        },
    ),
    *mistakes("ConfigMap", {"another value": put("data", {"a": "b"})}),
    *mistakes("HorizontalPodAutoscaler", {"another target": put("spec.scaleTargetRef.name", "other")}),
    *mistakes("NetworkPolicy", {"other pods": put("spec.podSelector", {"matchLabels": {"a": "b"}})}),
    *mistakes("NodePool", {"another lifetime": put("spec.template.spec.expireAfter", "100h")}),
    *mistakes("PodDisruptionBudget", {"other pods": put("spec.selector", {"matchLabels": {"a": "b"}})}),
    *mistakes("Role ClusterRole", {"other rules": put("rules", [])}),
    *mistakes("SecretProviderClass", {"another provider": put("spec.provider", "gcp")}),
)

"""Mistakes in what makes pods, beside the pods."""

from __future__ import annotations

from rehearsal.apiserver.mistakes.changes import Mistake, in_container, mistakes, put

IN_WORKLOADS: tuple[Mistake, ...] = (
    *mistakes(
        "Deployment",
        {
            "fewer than no pods": put("spec.replicas", -1),
            "pods that it does not select": put("spec.selector.matchLabels", {"a": "b"}),
            "a selector of nothing": put("spec.selector", {}),
            "an operator of its selector that is none": put(
                "spec.selector.matchExpressions", [{"key": "a", "operator": "Is", "values": ["b"]}]
            ),
            "a rollout that can do nothing": put(
                "spec.strategy",
                {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}},
            ),
            "a rollout of more than everything": put(
                "spec.strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "101%"}}
            ),
            "a rollout by a share that is none": put(
                "spec.strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "many"}}
            ),
            "a strategy of both kinds": put(
                "spec.strategy", {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}
            ),
            "a strategy that is none": put("spec.strategy", {"type": "Anyhow"}),
            "a deadline before it is ready": lambda it: it["spec"].update(
                minReadySeconds=60, progressDeadlineSeconds=60
            ),
            "ready before it begins": put("spec.minReadySeconds", -1),
            "an image that is a list": in_container(put("image", [])),
        },
    ),
    *mistakes(
        "Job",
        {
            "fewer than no tries": put("spec.backoffLimit", -1),
            "fewer than no runs": put("spec.completions", -1),
            "a deadline below 0": put("spec.activeDeadlineSeconds", -1),
            "a time to live below 0": put("spec.ttlSecondsAfterFinished", -1),
            "a way of completion that is none": put("spec.completionMode", "Somehow"),
            "indexed and without a number": lambda it: it["spec"].update(
                completionMode="Indexed", completions=None, parallelism=2
            ),
            "a rule for failures without a case": put(
                "spec.podFailurePolicy", {"rules": [{"action": "FailJob"}]}
            ),
            "a rule for failures with an action that is none": put(
                "spec.podFailurePolicy",
                {"rules": [{"action": "Wait", "onExitCodes": {"operator": "In", "values": [1]}}]},
            ),
            "a rule for a container that is not there": put(
                "spec.podFailurePolicy",
                {
                    "rules": [
                        {
                            "action": "FailJob",
                            "onExitCodes": {"containerName": "nobody", "operator": "In", "values": [1]},
                        }
                    ]
                },
            ),
            "a selector of its own": put("spec.selector", {"matchLabels": {"a": "b"}}),
        },
    ),
    *mistakes(
        "CronJob",
        {
            "a time that is none": put("spec.schedule", "61 * * * *"),
            "a time of six parts": put("spec.schedule", "0 0 * * * *"),
            "no time": put("spec.schedule", ""),
            "a time with a zone in it": put("spec.schedule", "TZ=UTC 0 * * * *"),
            "a zone that is none": put("spec.timeZone", "Europe/Nowhere"),
            "a zone of no name": put("spec.timeZone", ""),
            "runs beside each other in a way that is none": put("spec.concurrencyPolicy", "Perhaps"),
            "a deadline below 0": put("spec.startingDeadlineSeconds", -1),
            "fewer than no runs kept": put("spec.failedJobsHistoryLimit", -1),
            "a name that leaves no place for a time": put("metadata.name", "a" * 53),
        },
    ),
)

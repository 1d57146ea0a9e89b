"""What an API server refuses and no schema says: each rule with what breaks it, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.kubernetes.pod_validation import pod_failures
from rehearsal.providers.provider import UNKNOWN


def deployment(spec: dict[str, Any] | None = None, **container: Any) -> dict[str, Any]:
    pod = {"containers": [{"name": "web", "image": "web:1", **container}], **(spec or {})}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": pod}}}


def job(rules: list[dict[str, Any]] | None = None, policy: str = "Never", name: str = "a") -> dict[str, Any]:
    pod = {"restartPolicy": policy, "containers": [{"name": "a", "image": "a:1"}]}
    more = {"podFailurePolicy": {"rules": rules}} if rules else {}
    spec = {"template": {"spec": pod}, **more}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}


def failures(content: dict[str, Any]) -> dict[str, str]:
    return {failure.property.rpartition("spec.")[2]: failure.reason for failure in pod_failures(content)}


def twice(**item: Any) -> list[dict[str, Any]]:
    return [dict(item), dict(item)]


SPREAD = {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}}


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (
            deployment(env=twice(name="A", value="1")),
            "containers[0].env",
            'duplicate entries for key [name="A"]',
        ),
        (
            deployment({"volumes": [{"name": "t"}]}, volumeMounts=twice(name="t", mountPath="/tmp")),
            "containers[0].volumeMounts",
            "duplicate entries",
        ),
        (deployment(ports=twice(containerPort=80)), "containers[0].ports", 'protocol="TCP"'),
        (deployment({"volumes": twice(name="t")}), "volumes", "duplicate entries"),
        (
            deployment({"initContainers": [{"name": "web", "image": "web:1"}]}),
            "initContainers[0].name",
            'Duplicate value: "web"',
        ),
        *(
            (
                deployment({"initContainers": [{"name": "first", "image": "web:1", field: {"exec": {}}}]}),
                f"initContainers[0].{field}",
                "may not be set for init containers without restartPolicy=Always",
            )
            for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
        ),
        (
            deployment(volumeMounts=[{"name": "tmp", "mountPath": "/a"}]),
            "containers[0].volumeMounts[0].name",
            'Not found: "tmp"',
        ),
        (
            deployment(resources={"requests": {"memory": "1Gi"}, "limits": {"memory": "512Mi"}}),
            "containers[0].resources.requests",
            "must be less than or equal to memory limit of 512Mi",
        ),
        (
            deployment(lifecycle={"preStop": {"sleep": {"seconds": 31}}}),
            "containers[0].lifecycle.preStop.sleep.seconds",
            "less than terminationGracePeriodSeconds (30)",
        ),
        (
            deployment(livenessProbe={"tcpSocket": {"port": 80}, "successThreshold": 2}),
            "containers[0].livenessProbe.successThreshold",
            "must be 1",
        ),
        (
            deployment({"topologySpreadConstraints": [{**SPREAD, "minDomains": 2}]}),
            "topologySpreadConstraints[0].minDomains",
            "only use minDomains if whenUnsatisfiable=DoNotSchedule",
        ),
        (
            deployment({"topologySpreadConstraints": [{**SPREAD, "maxSkew": 0}]}),
            "topologySpreadConstraints[0].maxSkew",
            "greater than zero",
        ),
        (deployment({"restartPolicy": "Never"}), "restartPolicy", 'supported values: "Always"'),
        (job(policy="Always"), "restartPolicy", 'supported values: "OnFailure", "Never"'),
        (
            job([{"action": "Ignore", "onPodConditions": [{"type": "a"}]}], policy="OnFailure"),
            "restartPolicy",
            'only "Never" is supported when podFailurePolicy',
        ),
        (
            job([{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [0]}}]),
            "podFailurePolicy.rules[0].onExitCodes.values[0]",
            "must not be 0 for the In operator",
        ),
        (
            job([{"action": "FailJob", "onExitCodes": {"operator": "NotIn", "values": [2, 1]}}]),
            "podFailurePolicy.rules[0].onExitCodes.values",
            "must be ordered",
        ),
        (job([{"action": "Ignore"}]), "podFailurePolicy.rules[0]", "one of OnExitCodes and OnPodConditions"),
        (job(name="a" * 64), "metadata.name", "no more than 63 characters"),
    ],
)
def test_it_is_refused_with_its_place_and_the_servers_reason(
    content: dict[str, Any], place: str, reason: str
) -> None:
    found = failures(content)
    assert list(found) == [place]
    assert reason in found[place]


@pytest.mark.parametrize(
    "content",
    [
        deployment(
            {"volumes": [{"name": "tmp"}], "terminationGracePeriodSeconds": 45},
            env=[{"name": "A"}, {"name": "B"}],
            ports=[{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}],
            volumeMounts=[{"name": "tmp", "mountPath": "/a"}, {"name": "tmp", "mountPath": "/b"}],
            resources={
                "requests": {"cpu": "500m", "memory": "1Gi"},
                "limits": {"cpu": 1, "memory": "1024Mi"},
            },
            lifecycle={"preStop": {"sleep": {"seconds": 45}}},
        ),
        deployment(
            {
                "topologySpreadConstraints": [
                    {**SPREAD, "matchLabelKeys": ["a"]},
                    {**SPREAD, "whenUnsatisfiable": "DoNotSchedule", "minDomains": 2},
                ]
            }
        ),
        job([{"action": "FailJob", "onExitCodes": {"operator": "NotIn", "values": [0]}}], name="a" * 63),
        deployment(
            {
                "initContainers": [
                    {"name": "first", "image": "web:1"},
                    {
                        "name": "beside",
                        "image": "web:1",
                        "restartPolicy": "Always",
                        "startupProbe": {"exec": {}},
                    },
                ]
            }
        ),
        deployment(env=UNKNOWN),
        {"kind": "ConfigMap", "data": {}},
    ],
)
def test_what_is_right_is_let_through(content: dict[str, Any]) -> None:
    assert failures(content) == {}

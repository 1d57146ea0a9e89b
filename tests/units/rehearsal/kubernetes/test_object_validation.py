"""What an API server refuses of objects and no schema says; the corpus of `make apiserver` has more."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.kubernetes.object_validation import object_failures
from rehearsal.kubernetes.values import number_or_share, port_name
from rehearsal.providers.provider import UNKNOWN


def _policy(**rule: Any) -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "spec": {"egress": [rule]}}


def _block(cidr: str, *without: str) -> dict[str, Any]:
    return _policy(to=[{"ipBlock": {"cidr": cidr, "except": list(without)}}])


def _service(*ports: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"kind": "Service", "spec": {"ports": list(ports), **spec}}


def _deployment(**spec: Any) -> dict[str, Any]:
    return {"kind": "Deployment", "spec": spec}


def _rolling(**update: Any) -> dict[str, Any]:
    return _deployment(strategy={"type": "RollingUpdate", "rollingUpdate": update})


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (
            {"kind": "HorizontalPodAutoscaler", "spec": {"minReplicas": 3, "maxReplicas": 2}},
            "spec.maxReplicas",
            "greater than or equal to `minReplicas`",
        ),
        (
            {"kind": "PodDisruptionBudget", "spec": {"minAvailable": 1, "maxUnavailable": 1}},
            "spec",
            "cannot be both set",
        ),
        (_block("10.0.0.0/8", "10.0.0.0/8"), "spec.egress[0].to[0].ipBlock.except[0]", "strict subset"),
        (_block("10.0.0.0/8", "fd00::/9"), "spec.egress[0].to[0].ipBlock.except[0]", "strict subset"),
        (
            _service({"port": 1, "name": "a"}, {"port": 1, "name": "b"}),
            "spec.ports[1]",
            "Duplicate value: 1 TCP",
        ),
        (_service({"port": 1, "nodePort": 30000}), "spec.ports[0].nodePort", "ClusterIP"),
        (_rolling(maxSurge=0, maxUnavailable="0%"), "spec.strategy.rollingUpdate.maxUnavailable", "maxSurge"),
        (
            {"kind": "CronJob", "spec": {"schedule": "0 25 * * *"}},
            "spec.schedule",
            "0 to 23",
        ),
        (
            {"kind": "Namespace", "metadata": {"labels": {"pod-security.kubernetes.io/warn": "strict"}}},
            "metadata.labels.pod-security.kubernetes.io/warn",
            "must be one of privileged, baseline, restricted",
        ),
    ],
)
def test_it_is_refused_with_its_place_and_the_servers_reason(
    content: dict[str, Any], place: str, reason: str
) -> None:
    (failure,) = object_failures(content)
    assert failure.property == place
    assert reason in failure.reason


@pytest.mark.parametrize(
    "content",
    [
        _block("10.0.0.1/8", "10.1.0.0/16"),
        _policy(ports=[{"port": 1, "endPort": 1}]),
        _policy(ports=[{"port": UNKNOWN, "endPort": 1}]),
        _policy(to=[{"ipBlock": {"cidr": UNKNOWN}}]),
        _policy(to=[{"podSelector": {}, "namespaceSelector": {}}]),
        _service({"port": 53, "protocol": "UDP", "name": "u"}, {"port": 53, "name": "t"}),
        _service({"port": UNKNOWN, "name": UNKNOWN}),
        _service(clusterIP="None"),
        _service(type="ExternalName", externalName="a.example"),
        # More pods than all may be added at once.
        _rolling(maxSurge="200%", maxUnavailable=0),
        _rolling(maxSurge=UNKNOWN, maxUnavailable=0),
        _deployment(replicas=UNKNOWN, selector=UNKNOWN, strategy=UNKNOWN),
        {"kind": "CronJob", "spec": {"schedule": "@hourly", "timeZone": "Europe/Berlin"}},
        # It waits for a person, and never begins by itself.
        {"kind": "CronJob", "spec": {"schedule": "0 0 31 2 *", "suspend": True}},
        {"kind": "CronJob", "spec": {"schedule": UNKNOWN, "timeZone": UNKNOWN}},
        {"kind": "Namespace", "metadata": {"labels": {"pod-security.kubernetes.io/warn-version": "latest"}}},
        {"kind": "ConfigMap", "data": {"a.b_c-D": "e"}, "binaryData": UNKNOWN},
        {"kind": "ClusterRole", "rules": [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]},
        {"kind": "RoleBinding", "subjects": [{"kind": "ServiceAccount", "name": "a"}]},
        {"kind": "Job", "spec": {"completionMode": "Indexed"}},
        {"kind": "Widget", "spec": {"replicas": -1}},
    ],
)
def test_what_a_server_takes_passes(content: dict[str, Any]) -> None:
    assert list(object_failures(content)) == []


@pytest.mark.parametrize(
    ("name", "valid"),
    [("http", True), ("a1-b2", True), ("1", False), ("a--b", False), ("-a", False), ("a" * 16, False)],
)
def test_a_ports_name_is_as_rfc_6335_has_it(name: str, valid: bool) -> None:
    assert (port_name(name) is None) is valid


@pytest.mark.parametrize(
    ("share", "valid"), [(0, True), (7, True), (-1, False), ("100%", True), ("101%", False), ("5", False)]
)
def test_a_share_of_pods_goes_up_to_all(share: int | str, valid: bool) -> None:
    assert (number_or_share(share) is None) is valid

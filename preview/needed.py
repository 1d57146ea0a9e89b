"""Needs of pods, requests and callers, which go while those stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.pods import CRON_JOB, DEPLOYMENT, PODS
from preview.risk import Kind, Risk
from preview.values import at, some

_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
_FILES = "kubernetes:core/v1:ConfigMap"
_MOST_USERS = 3
_SECRETS = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"
# Whose pods come again and again; a Job has had what it needed.
_STAYING = (DEPLOYMENT, CRON_JOB)
# What is missing when it goes, unless what it leads to, or is about, goes with it.
_LEADS: Mapping[str, tuple[Kind, str]] = {
    "aws:ec2/route:Route": (Kind.NO_SECOND_COPY, "its subnets do not reach what it leads to"),
    "aws:lambda/permission:Permission": (Kind.INTERRUPTION, "whom it names cannot call its function"),
    "aws:lb/listenerRule:ListenerRule": (Kind.NO_SECOND_COPY, "its requests come to no service"),
    "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding": (
        Kind.NO_SECOND_COPY,
        "the load balancer knows none of its pods",
    ),
}
_OF_PODS: Mapping[str, str] = {
    _IDENTITY: "may do nothing in AWS any more",
    _ACCOUNT: "cannot start: the account that they work as is not there",
    _FILES: "cannot start: files that they need are not there",
    _SECRETS: "cannot start: secrets that they need are not there",
}


def needed_risks(change: Change) -> Iterator[Risk]:
    """What somebody needs who stays."""
    for kind, (risk, what) in _LEADS.items():
        for step in change.of(kind):
            if step.verb is Verb.DELETED and not change.goes_with_another(step):
                yield Risk(risk, step, f"is removed: {what}")
    staying = [
        (step, pod)
        for step in change.of(*_STAYING)
        if not step.gone and isinstance(pod := at(step.after, PODS[step.type]), Mapping)
    ]
    for kind, what in _OF_PODS.items():
        for step in change.of(kind):
            if step.verb is not Verb.DELETED or _is_there_again(change, step):
                continue
            name, place = _name_of(step, step.before)
            users = sorted(
                user.name
                for user, pod in staying
                if at(user.after, "metadata.namespace") == place and name in _asked_by(pod, kind)
            )
            if users:
                told = f"is removed: pods of {some(users, _MOST_USERS)} {what}"
                yield Risk(Kind.NO_SECOND_COPY, step, told)


def _name_of(step: Step, inputs: Mapping[str, Any]) -> tuple[Any, Any]:
    """Name and namespace by which pods ask for it."""
    if step.type == _IDENTITY:
        return inputs.get("serviceAccount"), inputs.get("namespace")
    return at(inputs, "metadata.name"), at(inputs, "metadata.namespace")


def _is_there_again(change: Change, gone: Step) -> bool:
    """Whether the same is made under another name of the program."""
    name, _ = _name_of(gone, gone.before)
    return any(_name_of(step, step.after)[0] == name for step in change.of(gone.type) if step.urn != gone.urn)


def _asked_by(pod: Mapping[str, Any], kind: str) -> set[Any]:
    """The names of one kind that a pod speaks of."""
    if kind in (_IDENTITY, _ACCOUNT):
        return {pod.get("serviceAccountName")}
    path = "configMap.name" if kind == _FILES else "csi.volumeAttributes.secretProviderClass"
    return {at(each, path) for each in pod.get("volumes") or ()}

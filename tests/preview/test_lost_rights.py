"""Rights that a role loses, where the corpus cannot play it: new policies have no ARN yet."""

from __future__ import annotations

import json
from typing import Any

from preview.access import lost_rights
from preview.access.sides import ATTACHED, INLINE, POLICY, ROLE
from preview.change import Change, Step, Verb
from preview.values import UNKNOWN

FUNCTION = "aws:lambda/function:Function"
ARN = "arn:aws:iam::111122223333:role/files"
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/*"}
LOST = ["may not s3:GetObject on arn:aws:s3:::files/* any more: what needs it fails"]


def step(kind: str, verb: Verb, before: dict[str, Any], after: dict[str, Any]) -> Step:
    """A resource called files."""
    outputs = {"arn": ARN} if kind == ROLE else {}
    urn = f"urn:pulumi:prod::groundwork::groundwork:x:Storage${kind}::files"
    return Step(verb, urn, kind, before=before, after=after, outputs=outputs)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def told(*steps: Step) -> list[str]:
    role = step(ROLE, Verb.SAME, {"name": "files"}, {"name": "files"})
    return [risk.what for risk in lost_rights(Change("prod", (role, *steps)))]


INLINE_GONE = step(INLINE, Verb.DELETED, {"role": "files", "policy": document(READ)}, {})


def environment(**variables: str) -> dict[str, Any]:
    """A function's inputs."""
    return {"role": ARN, "environment": {"variables": variables}}


def test_a_policy_that_goes_is_named() -> None:
    assert told(INLINE_GONE) == LOST


def test_one_that_becomes_a_managed_policy_is_not_whose_arn_is_known_later() -> None:
    managed = step(POLICY, Verb.CREATED, {}, {"name": "files", "policy": document(READ)})
    attached = step(ATTACHED, Verb.CREATED, {}, {"role": "files", "policyArn": UNKNOWN})
    assert told(INLINE_GONE, managed, attached) == []


def test_a_policy_that_is_not_known_yet_is_not() -> None:
    sides = ({"role": "files", "policy": each} for each in (document(READ), UNKNOWN))
    assert told(step(INLINE, Verb.UPDATED, *sides)) == []


def test_one_whose_function_is_told_of_the_bucket_no_more_is_not() -> None:
    function = step(
        FUNCTION, Verb.UPDATED, environment(BUCKET="files", DAY="sunday"), environment(DAY="sunday")
    )
    assert told(INLINE_GONE, function) == []


def test_one_whose_function_has_other_code_or_is_told_more_is_named() -> None:
    before = environment(BUCKET="files") | {"code": {"assets": {"handler.py": {"text": "old"}}}}
    after = environment(BUCKET="files", DAY="sunday") | {"code": {"assets": {"handler.py": {"text": "new"}}}}
    assert told(INLINE_GONE, step(FUNCTION, Verb.UPDATED, before, after)) == LOST


def test_one_whose_role_may_everything_now_is_not() -> None:
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    attached = step(ATTACHED, Verb.CREATED, {}, {"role": "files", "policyArn": everything})
    assert told(INLINE_GONE, attached) == []


ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:CronJob"
ADMITTED = step(
    ASSOCIATION,
    Verb.SAME,
    *({"serviceAccount": "files", "roleArn": ARN},) * 2,
)


def pods(kind: str, *sides: dict[str, str]) -> Step:
    """Pods that are told something, before and after; without an after they go."""
    inputs = [_pods(kind, each) for each in sides]
    return step(kind, Verb.UPDATED if len(sides) > 1 else Verb.DELETED, inputs[0], dict(*inputs[1:]))


def _pods(kind: str, variables: dict[str, str]) -> dict[str, Any]:
    env = [{"name": name, "value": value} for name, value in variables.items()]
    pod = {"template": {"spec": {"serviceAccountName": "files", "containers": [{"env": env}]}}}
    return {"spec": {"jobTemplate": {"spec": pod}} if kind == JOB else pod}


def test_one_that_goes_beside_a_word_about_something_else_is_named() -> None:
    service = pods(DEPLOYMENT, {"BUCKET": "files", "LEVEL": "debug"}, {"BUCKET": "files"})
    assert told(INLINE_GONE, ADMITTED, service) == LOST


def test_one_that_another_pod_is_still_told_of_is_named() -> None:
    service = pods(DEPLOYMENT, {"BUCKET": "files"}, {})
    assert told(INLINE_GONE, ADMITTED, service) == []
    job = pods(JOB, {"BUCKET": "files"}, {"BUCKET": "files"})
    assert told(INLINE_GONE, ADMITTED, service, job) == LOST


def test_one_of_a_service_whose_job_goes_is_named() -> None:
    service = pods(DEPLOYMENT, {"BUCKET": "files"}, {"BUCKET": "files"})
    assert told(INLINE_GONE, ADMITTED, service, pods(JOB, {"DAY": "sunday"})) == LOST

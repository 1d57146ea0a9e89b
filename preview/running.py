"""Pods with less memory or time, other commands on the database, secrets that are written over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Inputs, Step, Verb
from preview.pods import CRON_JOB, DEPLOYMENT, JOB, PODS
from preview.risk import Kind, Risk
from preview.values import UNKNOWN, at, fewer, said

_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  # the name of a type
_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
_CURRENT = "AWSCURRENT"
_CONTAINERS: Mapping[str, str] = {kind: f"{PODS[kind]}.containers" for kind in (CRON_JOB, DEPLOYMENT, JOB)}
# Words of a command that drops what is there: of Prisma, Rails, Django, Sequelize and SQL itself.
_DROPS = re.compile(
    r"accept-data-loss|\breset\b|\bdrop\b|\bflush\b|\btruncate\b|undo:all|--force\b", re.IGNORECASE
)
# The same of what serves, or runs by the clock, whose words are its own: only what is unmistakable.
_DROPS_FOR_CERTAIN = re.compile(
    r"accept-data-loss|undo:all|migrate:?\s?reset|db:(?:drop|reset)|flush(?:all|db)\b"
    r"|drop (?:table|database|schema)\b",
    re.IGNORECASE,
)
# Kubernetes, "Quantities".
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([kMG]i?|Ki)?")

Told = Iterator[tuple[Kind, str, str]]


def running_risks(change: Change) -> Iterator[Risk]:
    """What is killed, stopped or given up sooner, and what is done to data that stays."""
    for step in change.of(*_CONTAINERS):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            for rule in (_image, _memory, _deadline, _retries, _command):
                for kind, what, path in rule(step):
                    yield Risk(kind, step, what, (path,))
    yield from _written_over(change)


def _containers(inputs: Inputs, step: Step) -> dict[str, Mapping[str, Any]]:
    found = at(inputs, _CONTAINERS[step.type])
    return {str(each.get("name")): each for each in (found if isinstance(found, list) else [])}


def _changed(step: Step, path: str) -> Iterator[tuple[Any, Any]]:
    """A value of each container before and after."""
    before, after = (_containers(side, step) for side in (step.before, step.after))
    for name in before.keys() & after.keys():
        yield at(before[name], path), at(after[name], path)


def _memory(step: Step) -> Told:
    path = "resources.limits.memory"
    for old, new in _changed(step, path):
        if 0 < _bytes(new) < _bytes(old):
            what = f"has {new} of memory, instead of {old}: what needs more is killed"
            yield Kind.INTERRUPTION, what, f"{_CONTAINERS[step.type]}.{path}"


def _bytes(quantity: Any) -> float:
    found = _QUANTITY.fullmatch(str(quantity))
    return float(found[1]) * _UNITS[found[2] or ""] if found else 0


def _image(step: Step) -> Told:
    """An image of somebody else, or whatever a tag names on the day."""
    for old, new in _changed(step, "image"):
        hosts = [_REGION.sub("", str(each).partition("/")[0]) for each in (old, new)]
        if new != UNKNOWN and old and hosts[0] != hosts[1]:
            yield (
                Kind.ACCESS,
                f"runs an image of {str(new).partition('@')[0]}",
                f"{_CONTAINERS[step.type]}.image",
            )
        if "@sha256:" in str(old) and "@sha256:" not in str(new) and new != UNKNOWN:
            yield (
                Kind.PROTECTION,
                f"runs whatever {new} is on the day, instead of one image",
                f"{_CONTAINERS[step.type]}.image",
            )


# Of the registry of an account: the same one in both regions.
_REGION = re.compile(r"(?<=\.dkr\.ecr\.)[a-z0-9-]+(?=\.)")


def _deadline(step: Step) -> Told:
    path = (
        "spec.jobTemplate.spec.activeDeadlineSeconds"
        if step.type == CRON_JOB
        else "spec.activeDeadlineSeconds"
    )
    before, after = at(step.before, path), at(step.after, path)
    if fewer(before, after) and after is not None:
        yield Kind.INTERRUPTION, f"is stopped after {said(after)} s, instead of {said(before)}", path


def _retries(step: Step) -> Told:
    """How often a service tries again, as the platform tells it (docs/application.md)."""
    for olds, news in _changed(step, "env"):
        before, after = (
            {each.get("name"): each.get("value") for each in side or []} for side in (olds, news)
        )
        old, new = before.get("RETRY_ATTEMPTS"), after.get("RETRY_ATTEMPTS")
        if new is not None and fewer(old, new):
            what = f"tries what fails {new} times, instead of {old}"
            yield Kind.PROTECTION, what, f"{_CONTAINERS[step.type]}.env"


def _command(step: Step) -> Told:
    """Another command of a job that runs in this deployment, which is the migration.

    Another command of what serves, or of a job by the clock, is a release like another image; not so one that
    drops what is there.
    """
    for path in ("command", "args"):
        for old, new in _changed(step, path):
            told, known = (" ".join(map(str, each or ())) for each in (new, old))
            if told == known:
                continue
            words = _DROPS if step.type == JOB else _DROPS_FOR_CERTAIN
            drops = bool(words.search(told)) and not words.search(known)
            if step.type != JOB and not drops:
                continue
            what = f"runs `{told}`, instead of `{known}`"
            kind = Kind.DATA if drops else Kind.FINAL
            why = "it may drop what is there" if drops else "what it does to the database stays"
            yield kind, f"{what}: {why}", f"{_CONTAINERS[step.type]}.{path}"


def _written_over(change: Change) -> Iterator[Risk]:
    """A value in the place of the one that somebody has set (Secrets Manager, "Secret versions")."""
    there = {
        str(value): step
        for step in change.of(_SECRET)
        if step.before and not step.gone
        for value in (step.record[0].get("id"), step.outputs.get("arn"))
        if value
    }
    for step in change.of(_VERSION):
        stages = step.after.get("versionStages") or [_CURRENT]
        secret = there.get(str(step.after.get("secretId")))
        if step.verb is Verb.CREATED and _CURRENT in stages and secret is not None:
            what = "gets a value that the program makes, in the place of the one that it has now"
            yield Risk(Kind.DATA, step, what, subject=secret)

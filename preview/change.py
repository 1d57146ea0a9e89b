"""A change of one environment: the engine's steps, one for each resource, as far as risks need them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from preview.pods import DEPLOYMENT, PODS
from preview.values import at
from timing.durations import DURATIONS, noun_of
from timing.engine_step import EngineStep
from timing.graph import Named, Resource

Inputs = Mapping[str, Any]


class Verb(StrEnum):
    """What becomes of a resource, in people's words."""

    REPLACED = "replaced"
    DELETED = "deleted"
    FORGOTTEN = "forgotten"  # it stays in AWS, and nothing looks after it any more (retainOnDelete)
    UPDATED = "updated"
    CREATED = "created"
    IMPORTED = "imported"
    SAME = "unchanged"


# The engine's words. A replacement is several steps, which are told as one: `replace` is its logical one.
_VERBS: Mapping[str, Verb] = {
    "replace": Verb.REPLACED,
    "delete": Verb.DELETED,
    "discard": Verb.FORGOTTEN,
    "update": Verb.UPDATED,
    "create": Verb.CREATED,
    "import": Verb.IMPORTED,
    "import-replacement": Verb.REPLACED,
    "same": Verb.SAME,
}
# Names of types that no table of durations has, as people call them; others have the type's own name.
_NOUNS: Mapping[str, str] = {
    "aws:backup/plan:Plan": "backup plan",
    "aws:backup/vault:Vault": "backup vault",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "alarm",
    "aws:cloudwatch/logGroup:LogGroup": "log group",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm",
    "aws:ec2/securityGroup:SecurityGroup": "security group",
    "aws:ecr/repository:Repository": "image repository",
    "aws:iam/role:Role": "role",
    "aws:kms/key:Key": "key",
    "aws:kms/replicaKey:ReplicaKey": "copy of the key",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:secretsmanager/secret:Secret": "secret",
    "random:index/randomPassword:RandomPassword": "generated password",
}


# The project of the account that copies go to, as URNs have it (backup_account/Pulumi.yaml).
BACKUP_ACCOUNT = "::groundwork-backup-account::"
_NO_NAME = "@"  # is part of no noun


@dataclass(frozen=True)
class Step(Named):
    """One resource, and what becomes of it.

    Args:
        verb: what becomes of it.
        urn: its identity.
        type: its token.
        changed: the kind of each difference (`update`, `add-replace`…) by its path, in Pulumi's notation.
        before: the inputs that it was deployed with; empty for one that is new.
        after: those that it will have; empty for one that goes.
        outputs: what AWS had made of it.
        protected: whether the engine refuses to delete it, before and after.
        retained: whether it would stay in AWS when it is deleted, before and after.
        record: its state before and after, for who reads more of it.
    """

    verb: Verb
    urn: str
    type: str
    changed: Mapping[str, str] = field(default_factory=dict)
    before: Inputs = field(default_factory=dict)
    after: Inputs = field(default_factory=dict)
    outputs: Inputs = field(default_factory=dict)
    protected: tuple[bool, bool] = (False, False)
    retained: tuple[bool, bool] = (False, False)
    record: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})

    @cached_property
    def noun(self) -> str:
        """What people call it: `RDS instance database`."""
        if self.type in _NOUNS and self.type not in DURATIONS:
            return f"{_NOUNS[self.type]} {self.name}"
        return noun_of(Resource(self.urn, self.type, self.after or self.before))

    @property
    def kind(self) -> str:
        """What people call all of its kind: `EKS cluster`, also where the resource is called no more."""
        nameless = replace(self, urn=f"{self.urn.rpartition('::')[0]}::{_NO_NAME}")
        return nameless.noun.removesuffix(f" {_NO_NAME}")

    @property
    def where(self) -> str:
        """What tells it from its like at home; empty for what is there."""
        if BACKUP_ACCOUNT in self.urn:
            return " in the backup account"
        return " in the recovery region" if "groundwork:place:Recovery" in self.urn else ""

    @property
    def forcing(self) -> tuple[str, ...]:
        """The properties that AWS takes in a new resource alone."""
        return tuple(path for path, kind in self.changed.items() if kind.endswith("-replace"))

    @property
    def refusal(self) -> str:
        """What is said of something that the engine will not delete; empty for all else."""
        deleted = self.verb is not Verb.REPLACED and self.protected[0]
        return "; Pulumi refuses: it is protected" if self.gone and (deleted or all(self.protected)) else ""

    @property
    def gone(self) -> bool:
        """Whether the resource of before is not there any more for who used it."""
        return self.verb in (Verb.REPLACED, Verb.DELETED, Verb.FORGOTTEN)


@dataclass(frozen=True)
class Change:
    """All resources of an environment, and what becomes of each.

    Args:
        environment: its name.
        steps: one for each resource, those among them that stay as they are.
        refused: what the engine says that it will not do.
        regions: of the providers of AWS, by URN.
        accounts: of the same, by AWS's ids.
    """

    environment: str
    steps: tuple[Step, ...]
    refused: tuple[str, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    accounts: frozenset[str] = frozenset()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is refused, without the engine's last word, which gives none."""
        return tuple(text for text in self.refused if text != "preview failed") or self.refused

    @cached_property
    def changed(self) -> tuple[Step, ...]:
        """Those that are changed."""
        return tuple(step for step in self.steps if step.verb is not Verb.SAME)

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Step, ...]]:
        """All of them by type."""
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            found.setdefault(step.type, []).append(step)
        return {name: tuple(steps) for name, steps in found.items()}

    def of(self, *types: str) -> Iterator[Step]:
        """The resources of some types."""
        for each in types:
            yield from self.by_type.get(each, ())

    @cached_property
    def removed(self) -> frozenset[str]:
        """Every name that something deleted had: in AWS or the cluster, its id and ARN.

        What speaks of nothing else goes with it: the alarm of a service that is removed is no alarm less.
        """
        names: set[str] = set()
        identifiers: set[str] = set()
        kept: set[str] = set()
        for step in self.steps:
            gone = step.verb in (Verb.DELETED, Verb.FORGOTTEN)
            names |= _copies_less(step)
            if not gone:
                kept |= _identifiers(step)
                names |= _members_less(step)
            elif step.type not in _ABOUT_OTHERS:
                identifiers |= _identifiers(step)
                names |= _names(step)
        # The version of a secret has the secret's own ARN.
        return frozenset(names | (identifiers - kept))

    def goes_with_another(self, step: Step) -> bool:
        """Whether a deleted resource is about something that is deleted too."""
        if step.type == _COMPOSITE:
            watched = set(_ALARM_NAME.findall(str(step.before.get("alarmRule"))))
            return bool(watched) and watched <= self._alarms_deleted
        return any(value in self.removed for value in _about(step)) or self._measures_no_more(step)

    def _measures_no_more(self, alarm: Step) -> bool:
        """Whether an alarm is about a pool of connections whose service is told of no database any more."""
        service = (alarm.before.get("dimensions") or {}).get("Service")
        if not service or alarm.before.get("metricName") != _POOL:
            return False
        return any(
            at(step.before, "metadata.name") == service
            and _has_variable(step.before, _DATABASE)
            and not _has_variable(step.after, _DATABASE)
            for step in self.of(DEPLOYMENT)
        )

    @cached_property
    def _alarms_deleted(self) -> frozenset[str]:
        steps = self.of("aws:cloudwatch/metricAlarm:MetricAlarm")
        return frozenset(str(step.before.get("name")) for step in steps if step.verb is Verb.DELETED)


# What a service with a database publishes, and by what it finds that (docs/application.md).
_POOL = "DatabasePoolConnections"
_DATABASE = "DATABASE_URL"


def _has_variable(inputs: Inputs, name: str) -> bool:
    containers = at(inputs, f"{PODS[DEPLOYMENT]}.containers") or []
    return any(each.get("name") == name for one in containers for each in one.get("env") or [])


_COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_ALARM_NAME = re.compile(r'ALARM\("([^"]*)"\)')


def _identifiers(step: Step) -> set[str]:
    """Its id and ARNs, which others refer by."""
    state, outputs = step.record[0], step.outputs
    found = (state.get("id"), *(outputs.get(key) for key in ("arn", "arnSuffix", "id")))
    return {each for each in found if isinstance(each, str) and each}


def _names(step: Step) -> set[str]:
    """Its names in AWS or in the cluster."""
    metadata = step.before.get("metadata")
    found = (
        *(step.before.get(key) for key in ("identifier", "name", "replicationGroupId")),
        step.before.get("bucket") if step.type == "aws:s3/bucket:Bucket" else None,
        metadata.get("name") if isinstance(metadata, Mapping) else None,
    )
    return {each for each in found if isinstance(each, str) and each}


def _members_less(step: Step) -> set[str]:
    """The nodes that a Redis group loses, which AWS calls by the group's id and a number."""
    before, after = (side.get("numCacheClusters") for side in (step.before, step.after))
    if not isinstance(before, int | float) or not isinstance(after, int | float) or after >= before:
        return set()
    group = step.before.get("replicationGroupId")
    return {f"{group}-{number:03}" for number in range(int(after) + 1, int(before) + 1)}


def _copies_less(step: Step) -> set[str]:
    """The buckets that S3 copies another one to no more: their metrics are about nothing then."""
    if step.type != "aws:s3/bucketReplicationConfig:BucketReplicationConfig":
        return set()
    before, after = (
        {
            str((rule.get("destination") or {}).get("bucket")).rpartition(":")[2]
            for rule in side.get("rules") or []
        }
        for side in (step.before, step.after)
    )
    return before - after


# Are deleted because of others, and have names that others share.
_ABOUT_OTHERS = frozenset(
    {
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "kubernetes:policy/v1:PodDisruptionBudget",
    }
)


def _about(step: Step) -> Iterator[str]:
    """The texts that say what a resource is about: references of an input, dimensions of an alarm."""
    own = {step.before.get("name"), step.before.get("alarmName")}
    for text in _texts(step.before):
        if text not in own:
            yield text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in ("tags", "labels"):
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def change_of(environment: str, steps: Iterable[EngineStep], refused: Iterable[str] = ()) -> Change:
    """What the steps of a preview do.

    Args:
        environment: its name.
        steps: of the event log, in its order.
        refused: the engine's errors, where it did not come to its end.
    """
    found: dict[str, Step] = {}
    regions: dict[str, str] = {}
    accounts: set[str] = set()
    for step in steps:
        verb = _VERBS.get(step.operation)
        if step.type.startswith("pulumi:providers:"):
            for state in (step.old, step.new):
                inputs = state.get("inputs") or {}
                regions[step.urn] = str(inputs.get("region", ""))
                accounts |= _listed(inputs.get("allowedAccountIds"))
            continue
        if verb is None:
            continue
        if step.urn in found and found[step.urn].verb is not Verb.SAME and verb is not Verb.REPLACED:
            continue
        found[step.urn] = _step(verb, step)
    return Change(environment, tuple(found.values()), tuple(refused), regions, frozenset(accounts))


def _listed(value: Any) -> set[str]:
    """A list of a provider's inputs, which the engine keeps as text of JSON."""
    return set(json.loads(value) if isinstance(value, str) else value or ())


def _step(verb: Verb, step: EngineStep) -> Step:
    sides = (step.old, step.new)
    protected, retained = (
        (bool(step.old.get(name)), bool(step.new.get(name))) for name in ("protect", "retainOnDelete")
    )
    if verb is Verb.DELETED and retained[0]:
        verb = Verb.FORGOTTEN
    return Step(
        verb,
        step.urn,
        step.type,
        step.changed,
        step.old.get("inputs") or {},
        step.new.get("inputs") or {},
        outputs=step.old.get("outputs") or {},
        protected=protected,
        retained=retained,
        record=sides,
    )

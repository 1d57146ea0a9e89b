"""Copies in the recovery region and in other accounts, and which of them are made no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.configuration.backup_account import BACKUP_ACCOUNT
from preview.change import Change, Inputs, Step, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN, at, lost, off

BACKUPS = "aws:backup/plan:Plan"
_OBJECTS = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
_IMAGES = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
_FUNCTION = "aws:lambda/function:Function"
# The function that snapshots the secrets encrypts them once more with this key, for the other account.
_KEY = "environment.variables.OUTSIDE_KEY"


@dataclass(frozen=True)
class Copy:
    """A copy that a resource has AWS make.

    Args:
        what: is copied, in words.
        path: of the property that says so.
        account: the other account that it goes to; empty for one in the environment's own, which is then in
            the recovery region.
    """

    what: str
    path: str
    account: str = ""

    @property
    def lost(self) -> str:
        """What is said of a resource that makes it no more."""
        where = f"account {self.account}" if self.account else "the recovery region"
        return f"copies {self.what} to {where} no more"


class Accounts:
    """The other accounts that an environment is copied to, before and after a change.

    Args:
        change: of the environment.
    """

    def __init__(self, change: Change) -> None:
        self._own = change.accounts
        steps = list(change.of(*_READ))
        before = {step.urn: self._others(step, step.before) for step in steps}
        self.after = frozenset[str]().union(*(self._others(step, step.after) for step in steps))
        self.left = frozenset[str]().union(*before.values()) - self.after
        self.leaving = tuple(step for step in steps if before[step.urn] & self.left)

    def no_more(self, step: Step, before: Inputs, after: Inputs) -> Iterator[Copy]:
        """The copies that inputs of before make and those of after do not.

        Without those that go because the environment leaves an account as a whole, which is told once.
        """
        old, new = (list(copies_of(step, side, self._own)) for side in (before, after))
        for copy in dict.fromkeys(old):
            # A vault or a bucket of its own that is not there yet has no ARN to be told by: they are counted.
            if old.count(copy) > new.count(copy) and not self._told_once(copy, new):
                yield copy

    def _told_once(self, copy: Copy, after: Iterable[Copy]) -> bool:
        goes_on = any(each.account and each.what == copy.what for each in after)
        return copy.account in self.left and (goes_on or not self.after)

    def _others(self, step: Step, inputs: Inputs) -> frozenset[str]:
        return frozenset(copy.account for copy in copies_of(step, inputs, self._own) if copy.account)


def copy_risks(change: Change) -> Iterator[Risk]:
    """What is not copied any more, save for backups (preview/backups.py)."""
    accounts = Accounts(change)
    yield from _account_left(change.environment, accounts)
    for step in change.changed:
        if step.type in _READ and step.type != BACKUPS and step.verb in (Verb.UPDATED, Verb.REPLACED):
            for copy in accounts.no_more(step, step.before, step.after):
                yield Risk(Kind.PROTECTION, step, copy.lost, (copy.path,))
            for what, path in _less(step):
                yield Risk(Kind.PROTECTION, step, what, (path,))


def _less(step: Step) -> Iterator[tuple[str, str]]:
    """Copies that are still made, and of less, later, or in a worse way."""
    if step.type == _OBJECTS:
        olds, news = (
            {str(rule.get("id")): rule for rule in enabled_rules(side)} for side in (step.before, step.after)
        )
        for name in (name for name in olds if name in news):
            yield from _less_of_rule(name, olds[name], news[name])
    elif step.type == _IMAGES:
        before, after = (_prefixes(side) for side in (step.before, step.after))
        left = sorted(each for each in before if not any(each.startswith(other) for other in after))
        if left and after:
            yield f"copies no images of {', '.join(left)} any more", "replicationConfiguration.rules"


def _less_of_rule(name: str, old: Inputs, new: Inputs) -> Iterator[tuple[str, str]]:
    prefixes = [str(at(each, "filter.prefix") or "") for each in (old, new)]
    if not prefixes[0].startswith(prefixes[1]):
        yield f"copies what is below {prefixes[1]} alone ({name})", "rules.filter.prefix"
    for path, what in _SWITCHES.items():
        if off(at(old, path), at(new, path)):
            yield f"{what} ({name})", f"rules.{path}"
    key = "destination.encryptionConfiguration.replicaKmsKeyId"
    if lost(at(old, key), at(new, key)):
        yield f"does not encrypt copies with a key of ours any more ({name})", f"rules.{key}"
    stored = [at(each, "destination.storageClass") for each in (old, new)]
    if stored[0] != stored[1] in ARCHIVES:
        yield (
            f"keeps copies in {stored[1]}: reading one takes hours ({name})",
            "rules.destination.storageClass",
        )


# S3 API reference, "ReplicationRule" and "Destination".
_SWITCHES: Mapping[str, str] = {
    "sourceSelectionCriteria.sseKmsEncryptedObjects.status": (
        "does not copy what is encrypted with a key of ours any more"
    ),
    "destination.replicationTime.status": "copies without any limit of time",
    "destination.metrics.status": "does not measure its copies any more: no alarm sees that they fail",
}
# Of which nothing is read at once (S3 user guide, "Restoring an archived object").
ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")


def _prefixes(inputs: Inputs) -> set[str]:
    """Beginnings of the names of repositories whose images are copied; without any filter all are."""
    content = inputs.get("replicationConfiguration")
    found: set[str] = set()
    for rule in _items(content if isinstance(content, Mapping) else {}, "rules"):
        found |= {str(each.get("filter")) for each in _items(rule, "repositoryFilters")} or {""}
    return found


def _account_left(environment: str, accounts: Accounts) -> Iterator[Risk]:
    """The backup account that is taken away, or is another from now on: one thing, of many resources."""
    if not accounts.left:
        return
    left, now = (", ".join(sorted(each)) for each in (accounts.left, accounts.after))
    what = (
        f"is copied to account {now} from now on: what was copied until now is in {left} alone"
        if now
        else f"is not copied to account {left} any more, nor to another one: when its own is emptied, it "
        "cannot be built again"
    )
    for step in accounts.leaving:
        yield Risk(Kind.PROTECTION, step, what, subject=environment, key=BACKUP_ACCOUNT.name)


def copies_of(step: Step, inputs: Inputs, own: frozenset[str]) -> Iterator[Copy]:
    """The copies that a resource with such inputs makes.

    Args:
        step: the resource.
        inputs: its inputs, of before or after.
        own: the accounts of the environment.
    """
    if not inputs or step.type not in _READ:
        return
    what, path, read = _READ[step.type]
    # What AWS has made of the resource says whose it is, too.
    mine = own | {_account(step.outputs.get("arn")), UNKNOWN}
    for named, account in read(inputs):
        yield Copy(what.format(named), path, "" if account in mine else account)


def _of_backups(inputs: Inputs) -> Iterator[tuple[str, str]]:
    for rule in _items(inputs, "rules"):
        for action in _items(rule, "copyActions"):
            yield str(rule.get("ruleName")), _account(action.get("destinationVaultArn"))


def _of_objects(inputs: Inputs) -> Iterator[tuple[str, str]]:
    for rule in enabled_rules(inputs):
        # Is said of a bucket in another account alone (S3 API reference, Destination).
        yield "", str(at(rule, "destination.account") or "")


def _of_images(inputs: Inputs) -> Iterator[tuple[str, str]]:
    content = inputs.get("replicationConfiguration")
    for rule in _items(content if isinstance(content, Mapping) else {}, "rules"):
        for destination in _items(rule, "destinations"):
            yield "", str(destination.get("registryId") or "")


def _of_secrets(inputs: Inputs) -> Iterator[tuple[str, str]]:
    if account := _account(at(inputs, _KEY)):
        yield "", account


def enabled_rules(inputs: Inputs) -> Iterator[Mapping[str, Any]]:
    """The rules of a bucket by which S3 copies what is written."""
    return (rule for rule in _items(inputs, "rules") if rule.get("status") == "Enabled")


def _items(inputs: Inputs, name: str) -> Iterator[Mapping[str, Any]]:
    found = inputs.get(name)
    return (each for each in (found if isinstance(found, list) else ()) if isinstance(each, Mapping))


def _account(arn: Any) -> str:
    """The account that an ARN names; empty where it is not known."""
    parts = arn.split(":") if isinstance(arn, str) and arn != UNKNOWN else []
    return parts[4] if len(parts) > 5 else ""  # arn:partition:service:region:account:resource


_READ = {
    BACKUPS: ("its {} backups", "rules.copyActions", _of_backups),
    _OBJECTS: ("its objects", "rules", _of_objects),
    _IMAGES: ("images", "replicationConfiguration", _of_images),
    _FUNCTION: ("the secrets", _KEY, _of_secrets),
}

"""Changes that nobody can take back: a lock, a version that stays, storage that does not shrink."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from preview.access.candidates import documents
from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import at, differs, more, said

_VAULT_LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
_OBJECT_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_RDS = "aws:rds/instance:Instance"
_EKS = "aws:eks/cluster:Cluster"
_REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
_KEY = "aws:kms/key:Key"
_PASSWORD = "random:index/randomPassword:RandomPassword"  # noqa: S105  # the name of a type


def final_risks(change: Change) -> Iterator[Risk]:
    """What cannot be undone."""
    for step in change.changed:
        if step.verb is Verb.CREATED:
            yield from _locked(step)
        elif step.verb in (Verb.UPDATED, Verb.REPLACED):
            yield from _locked(step)
            yield from _grown(step)
            yield from _abandoned(step)
            if step.type == _PASSWORD and step.verb is Verb.REPLACED:
                yield Risk(Kind.FINAL, step, "is made anew: the old one is gone", step.forcing)


def _locked(step: Step) -> Iterator[Risk]:
    if step.type == _VAULT_LOCK and (days := step.after.get("changeableForDays")):
        # Backup API reference, PutBackupVaultLockConfiguration: ChangeableForDays.
        longest = more(step.before.get("minRetentionDays") or 0, step.after.get("minRetentionDays"))
        if longest or not step.before:
            kept = said(step.after.get("minRetentionDays"))
            what = f"keeps recovery points {kept} days at least; nobody can lift that after {said(days)} days"
            yield Risk(Kind.FINAL, step, what, ("minRetentionDays",))
    if step.type == _OBJECT_LOCK:
        mode = at(step.after, "rule.defaultRetention.mode")
        days = at(step.after, "rule.defaultRetention.days")
        if mode == "COMPLIANCE" and more(at(step.before, "rule.defaultRetention.days") or 0, days):
            # S3 user guide, "Locking objects with Object Lock": compliance mode.
            what = f"locks new objects for {said(days)} days; nobody, the root user included, can remove them"
            yield Risk(Kind.FINAL, step, what, ("rule.defaultRetention.days",))


def _abandoned(step: Step) -> Iterator[Risk]:
    """A key that its account has no rights to (KMS developer guide, "Default key policy")."""
    if step.type != _KEY:
        return
    before, after = (_managed_by_account(side.get("policy")) for side in (step.before, step.after))
    if before and after is False:
        what = "leaves its account without any right to it: nobody may change, or keep, it any more"
        yield Risk(Kind.FINAL, step, what, ("policy",))


def _managed_by_account(policy: Any) -> bool | None:
    """Whether the whole account may do everything; None where the policy is not known yet."""
    found = documents(policy)
    if found is None:
        return None
    return any(
        each.get("Effect") == "Allow"
        and "kms:*" in str(each.get("Action"))
        and ":root" in str(each.get("Principal"))
        for each in found
    )


_ROLLBACK_DAYS = 7


def _grown(step: Step) -> Iterator[Risk]:
    before, after = step.before, step.after
    if step.type == _RDS and more(before.get("allocatedStorage"), after.get("allocatedStorage")):
        # RDS user guide, "Working with storage": allocated storage cannot be decreased.
        what = f"gets {said(after['allocatedStorage'])} GB; its storage never becomes smaller again"
        yield Risk(Kind.FINAL, step, what, ("allocatedStorage",))
    if step.type in (_RDS, _REDIS) and differs(
        before.get("engineVersion"), after.get("engineVersion") or before.get("engineVersion")
    ):
        what = f"goes from {before.get('engine')} {before['engineVersion']} to {after['engineVersion']}"
        yield Risk(Kind.FINAL, step, f"{what}; there is no way back but a restore", ("engineVersion",))
    if step.type == _EKS and differs(before.get("version"), after.get("version") or before.get("version")):
        what = f"goes from Kubernetes {before['version']} to {after['version']}"
        # EKS user guide, "Roll back a cluster to a previous Kubernetes version": one minor version, so many
        # days after the upgrade at most.
        if _parts(after["version"]) < _parts(before["version"]):
            what += f": EKS does so for {_ROLLBACK_DAYS} days after an upgrade alone, one minor version"
            yield Risk(Kind.INTERRUPTION, step, what, ("version",))
        else:
            yield Risk(Kind.FINAL, step, f"{what}, and back for {_ROLLBACK_DAYS} days alone", ("version",))


def _parts(version: Any) -> list[int]:
    return [int(each) for each in str(version).split(".") if each.isdigit()]

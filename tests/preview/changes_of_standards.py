"""Changes of the program's data: what the environments' standards say, and the catalogue of buckets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.configuration import buckets
from infra.configuration.environments import Environment
from tests.preview.case import GONE, Case, Patch

_FOLDERS = next(dict(each.expire_folders) for each in buckets.CATALOGUE if each.name == buckets.BACKUPS)
_WITHOUT_DEPLOYMENTS = {name: days for name, days in _FOLDERS.items() if name != buckets.DEPLOYMENTS}


def _standard(environment: str, **other: Any) -> Patch:
    """The environment's standard with other values."""

    def change(patch: pytest.MonkeyPatch) -> None:
        each = Environment.named(environment)
        patch.setattr(each, "standard", replace(each.standard, **other))

    return Patch(f"standard {' '.join(other)}", change)


def _bucket(name: str, **other: Any) -> Patch:
    """The catalogue of buckets with one that is otherwise."""

    def change(patch: pytest.MonkeyPatch) -> None:
        catalogue = tuple(replace(each, **other) if each.name == name else each for each in buckets.CATALOGUE)
        patch.setattr(buckets, "CATALOGUE", catalogue)

    return Patch(f"bucket {name}", change)


CASES = (
    Case(
        "logs are kept for a shorter time",
        named=("WEAKER log group * keeps 180 days, instead of 365: the older is deleted",),
        program=_standard("prod", log_retention=180),
    ),
    Case(
        "the cluster may be deleted",
        named=("WEAKER EKS cluster* can be deleted: its deletion protection is switched off",),
        program=_standard("prod", deletion_protection=False),
    ),
    Case(
        "one NAT gateway",
        named=(
            "WEAKER NAT gateway nat-2 is removed: its zone goes out through NAT gateway nat-1, and is cut off with that one's",
            "WEAKER NAT gateway nat-3 is removed: its zone goes out through NAT gateway nat-1, and is cut off with that one's",
        ),
        program=_standard("prod", nat_per_zone=False),
    ),
    Case(
        "nothing is protected any more",
        named=(
            "DATA log group restore-test is deleted with the logs in it",
            "DATA snapshot before-migration is deleted, and with it a way back to before a migration",
            "OUTAGE function in the network restore-test is removed: nobody does its work",
            "WEAKER KMS key * can be deleted: Pulumi does not protect it any more",
            "WEAKER KMS key * is deleted in AWS when it leaves the program, where it would have stayed",
            "WEAKER VPC can be deleted: Pulumi does not protect it any more",
            "WEAKER bucket * can be deleted: Pulumi does not protect it any more",
            "WEAKER bucket * is deleted in AWS when it leaves the program, where it would have stayed",
            "WEAKER bucket * is deleted with its objects where it would refuse",
            "WEAKER DNS zone can be deleted: Pulumi does not protect it any more",
            "WEAKER DNS zone is deleted with its records where it would refuse",
            "WEAKER repository admin-console can be deleted: Pulumi does not protect it any more",
            "WEAKER repository backend can be deleted: Pulumi does not protect it any more",
            "WEAKER repository admin-console is deleted with its images where it would refuse",
            "WEAKER repository backend is deleted with its images where it would refuse",
            "WEAKER secret * can be deleted: Pulumi does not protect it any more",
            "WEAKER secret * can be restored for 0 days after its deletion, instead of 30",
            "WEAKER log group * can be deleted: Pulumi does not protect it any more",
            "WEAKER subnet * can be deleted: Pulumi does not protect it any more",
            "WEAKER vault backup can be deleted: Pulumi does not protect it any more",
            "WEAKER vault backup is deleted with its recovery points where it would refuse",
            "WEAKER load balancer can be deleted: Pulumi does not protect it any more",
            "WEAKER load balancer can be deleted: its deletion protection is switched off",
            "WEAKER RDS instance database can be deleted: Pulumi does not protect it any more",
            "WEAKER RDS instance database can be deleted: its deletion protection is switched off",
            "WEAKER RDS instance database leaves no last snapshot when it is deleted",
            "WEAKER RDS instance database takes its automated backups along when it is deleted",
            "WEAKER Redis group cache can be deleted: Pulumi does not protect it any more",
            "WEAKER Redis group queue can be deleted: Pulumi does not protect it any more",
            "WEAKER Redis group cache leaves no last snapshot when it is deleted",
            "WEAKER Redis group queue leaves no last snapshot when it is deleted",
            "WEAKER metric alarm * is deleted: nobody is told of it any more",
        ),
        environment="staging",
        program=_standard("staging", protects_data=False),
    ),
    Case(
        "nothing stands by any more",
        named=(
            "WEAKER RDS instance database has no standby in another zone any more",
            "WEAKER Redis group cache has no node in another zone any more",
            "WEAKER Redis group queue has no node in another zone any more",
            "WEAKER Redis group cache does not fail over by itself any more",
            "WEAKER Redis group queue does not fail over by itself any more",
            "WEAKER Redis group cache has 1 nodes, instead of 2",
            "WEAKER Redis group queue has 1 nodes, instead of 2",
        ),
        environment="staging",
        program=_standard("staging", redundant=False),
    ),
    Case(
        "no copies in the recovery region",
        named=(
            "WEAKER KMS key * leaves the program and stays in AWS: nothing here looks after it any more; Pulumi refuses: it is protected",
            "WEAKER bucket * leaves the program and stays in AWS: nothing here looks after it any more; Pulumi refuses: it is protected",
            "WEAKER replica of a KMS key secret-copies in the recovery region leaves the program and stays in AWS: nothing here looks after it any more; Pulumi refuses: it is protected",
            "DATA repository admin-console in the recovery region is deleted with the images in it, those that run among them; Pulumi refuses: it is protected",
            "DATA repository backend in the recovery region is deleted with the images in it, those that run among them; Pulumi refuses: it is protected",
            "DATA vault backup in the recovery region is deleted with the recovery points in it; Pulumi refuses: it is protected",
            "DATA log group * is deleted with the logs in it",
            "DATA cross-region replica database in the recovery region is deleted with its databases; the database that it copies stays; Pulumi refuses: it is protected",
            "DATA replication of backups copied-backups in the recovery region is deleted with the copies of its backups",
            "DATA Redis group * in the recovery region is deleted with the keys in it*",
            "OUTAGE EKS cluster in the recovery region is removed: no pod runs",
            "OUTAGE internet gateway in the recovery region is removed*",
            "OUTAGE VPC in the recovery region is removed: everything in it has to move; Pulumi refuses: it is protected",
            "OUTAGE subnet * is removed: what stands in it has to move; Pulumi refuses: it is protected",
            "WEAKER bucket object lock configuration audit lets who may bypass it remove locked objects",
            "WEAKER plan daily copies its daily backups to the recovery region no more",
            "WEAKER plan database copies its daily backups to the recovery region no more",
            "WEAKER replication configuration images is deleted: images have no copy elsewhere any more",
            "WEAKER bucket object lock configuration backups is deleted: new objects are not locked any more",
            "DATA vault restore is deleted with the recovery points in it; Pulumi refuses: it is protected",
            "WEAKER prod is not copied to account 230000000009 any more, nor to another one: when its own is emptied, it cannot be built again",
        ),
        # Another account is copied to where the recovery region is.
        stack=(("backupAccount", GONE),),
        program=_standard("prod", recovery_copies=False, locks_backups=False),
        alone=True,
    ),
    Case(
        "nobody looks for attacks",
        named=(
            "WEAKER detector threats is deleted: nobody looks for attacks any more",
            "WEAKER event rule threats-high is deleted: nobody is told of it any more",
            "WEAKER event rule threats-medium is deleted: nobody is told of it any more",
            "WEAKER metric alarm threats-high is deleted: nobody is told of it any more",
            "WEAKER metric alarm threats-medium is deleted: nobody is told of it any more",
        ),
        program=_standard("prod", detects_threats=False),
    ),
    Case(
        "reports are kept for a shorter time",
        named=(
            "WEAKER lifecycle of a bucket reports removes old versions after 90 days, instead of 365",
            "WEAKER lifecycle of a bucket reports in the recovery region removes old versions after 90 days, instead of 365",
        ),
        program=_bucket("reports", noncurrent_expire_after=90, archive_after=None, infrequent_after=30),
    ),
    Case(
        "reports are removed after a year",
        named=(
            "WEAKER lifecycle of a bucket reports removes objects after 365 days, instead of keeping them",
            "WEAKER lifecycle of a bucket reports in the recovery region removes objects after 365 days, instead of keeping them",
        ),
        program=_bucket("reports", expire_after=365),
    ),
    Case(
        "records are kept as short as backups",
        named=(
            "WEAKER lifecycle of a bucket backups removes objects in deployments/ after 30 days, instead of 730",
            "WEAKER lifecycle of a bucket backups in the recovery region removes objects in deployments/ after 30 days, instead of 730",
        ),
        program=_bucket("backups", expire_folders=_FOLDERS | {buckets.DEPLOYMENTS: 30}),
    ),
    Case(
        "records are kept for good",
        named=(
            "WEAKER lifecycle of a bucket backups keeps objects in deployments/ for good, instead of removing them after 730 days",
            "WEAKER lifecycle of a bucket backups in the recovery region keeps objects in deployments/ for good, instead of removing them after 730 days",
        ),
        program=_bucket("backups", expire_folders=_WITHOUT_DEPLOYMENTS),
    ),
    Case(
        "records are kept longer",
        program=_bucket("backups", expire_folders=_FOLDERS | {buckets.DEPLOYMENTS: 1000}),
    ),
    Case(
        "audit logs are locked for a shorter time",
        named=(
            "WEAKER bucket object lock configuration audit locks new objects 365 days, instead of 730",
            "WEAKER bucket object lock configuration audit in the recovery region locks new objects 365 days, instead of 730",
        ),
        program=_bucket("audit", lock=365),
    ),
    Case(
        "audit logs are locked longer",
        named=(
            "FINAL bucket object lock configuration audit locks new objects for 1000 days; nobody, the root user included, can remove them",
            "FINAL bucket object lock configuration audit in the recovery region locks new objects for 1000 days; nobody, the root user included, can remove them",
        ),
        program=_bucket("audit", lock=1000, expire_after=1000),
    ),
)

"""The daily check whether a recovery would work (DR-3, ALM-13)."""

from __future__ import annotations

from dataclasses import replace

from functions.check_recovery.wanted import FILE
from functions.shared.recoveries import FOLDER as RECOVERIES
from functions.shared.restore_records import FOLDER as RESTORE_TESTS
from infra import iam
from infra.configuration.buckets import BACKUPS
from infra.configuration.readiness import wanted
from infra.functions.function import FunctionArgs
from infra.functions.scheduled_function import ScheduledFunction, Surroundings
from infra.naming import bucket_arn


def _complete(args: FunctionArgs, given: Surroundings) -> FunctionArgs:
    asked = wanted(given.configuration, given.entries)
    arn = args.common.naming.arn
    there = asked.recovery_region
    statements = [
        iam.list_folder(given.storage.arns[BACKUPS], RESTORE_TESTS, RECOVERIES),
        *iam.see_snapshots(given.database.instance.arn, arn("rds", "snapshot:*")),
    ]
    if asked.copies:
        statements += [
            *iam.see_copied_database(
                arn("rds", f"db:{asked.database}", there), arn("rds", "auto-backup:*", there)
            ),
            *iam.see_what_waits(
                [arn("eks", f"cluster/{asked.cluster}", region) for region in (asked.region, there)],
                [arn("elasticache", "replicationgroup:*", there)],
                [arn("ecr", f"repository/{args.common.naming.system}/*", there)],
            ),
            # By their prefix: without copies it asks about none, and must not have waited for their values
            # either. In a deployment that leaves the database out, the engine takes what a resource depended
            # on before for registered, and refuses it when it comes later ("Duplicate resource URN").
            iam.describe_secrets([arn("secretsmanager", f"secret:{asked.prefix}*")]),
            *iam.see_domain(arn("acm", "certificate/*"), "arn:aws:route53:::hostedzone/*"),
        ]
    if asked.outside_vault:
        statements.append(iam.see_copy_jobs())
    if asked.copies or asked.outside_vault:
        statements.append(iam.see_replication([bucket_arn(name) for name in asked.buckets.values()]))
    return replace(
        args,
        # A region that does not answer is waited for, question by question.
        timeout=300,
        data={FILE: asked.as_json()},
        statements=statements,
        # Before there is a database there is nothing to ask about.
        scheduled_after=given.database.instance,
    )


FUNCTION = ScheduledFunction(
    name="check-recovery",
    description="Asks whether a recovery would work today, and counts what it would not find",
    # When people are at work, after the night's backup and the weekly restore test.
    schedule="cron(30 8 * * ? *)",
    complete=_complete,
)

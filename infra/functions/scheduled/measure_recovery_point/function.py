"""A measurement of the newest time to which the database can be restored: the RPO itself (ALM-13)."""

from __future__ import annotations

from dataclasses import replace

from infra import iam
from infra.functions.function import FunctionArgs
from infra.functions.scheduled_function import ScheduledFunction, Surroundings


def _complete(args: FunctionArgs, given: Surroundings) -> FunctionArgs:
    return replace(
        args,
        variables={"DATABASE": given.database.identifier},
        statements=[iam.describe_database(given.database.instance.arn)],
    )


FUNCTION = ScheduledFunction(
    name="measure-recovery-point",
    description="Measures how old the newest time is that the database can be restored to",
    schedule="cron(0/5 * * * ? *)",
    complete=_complete,
)

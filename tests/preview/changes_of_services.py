"""Changes of services by the system file: what they log, run and may use; and of the names that lead to them."""

from __future__ import annotations

from typing import Any

from tests.preview.case import GONE, Case
from tests.preview.edits import one

MIGRATION = "spec.template.spec.containers.0.command"
JOB = "CronJob remove-expired-uploads"


def service(name: str, path: str, value: Any, *named: str, of: str = "node") -> Case:
    """A case in which the system file says something else."""
    return Case(name, named, system=((path, value),), of=of)


CASES: tuple[Case, ...] = (
    service(
        "a service logs errors alone",
        "services.api.variables.LOG_LEVEL",
        "error",
        "WEAKER Deployment api logs error and worse alone: alarms count lines of info",
    ),
    service("a service logs more", "services.worker.variables.LOG_LEVEL", "debug"),
    service(
        "a service logs text",
        "services.worker.variables.LOG_FORMAT",
        "text",
        "WEAKER Deployment worker logs as text, which no alarm reads: they read JSON",
    ),
    service(
        "a credential is not reminded of any more",
        "expiries",
        GONE,
        "WEAKER function remind reminds nobody of apns any more",
        of="triangle",
    ),
    service(
        "the migration drops what does not fit",
        "migration.command",
        ["npx", "prisma", "db", "push", "--accept-data-loss"],
        "DATA Job migration runs `npx prisma db push --accept-data-loss`, instead of `npx prisma migrate deploy`: it may drop what is there",
        of="triangle",
    ),
    service(
        "what fails is tried twice",
        "retries",
        {"delays": [60], "attempts": 2},
        "WEAKER Deployment * tries what fails 2 times, instead of 5",
        "WEAKER cron job remove-expired-uploads tries what fails 2 times, instead of 5",
        "WEAKER Job migration tries what fails 2 times, instead of 5",
        of="triangle",
    ),
    service(
        "a person's secret is generated",
        "secrets.sentry-dsn",
        {"description": "Crash reports", "source": "generated"},
        "DATA secret sentry-dsn gets a value that the program makes, in the place of the one that it has now",
        "INTERRUPTS who has the policy people may not secretsmanager:PutSecretValue on secret sentry-dsn any more",
        of="triangle",
    ),
    Case(
        "a part of the domain is handed to others",
        (
            "ACCESS DNS record shop-ns hands its names to ns1.example.net, ns2.example.net: whoever has these answers for them",
        ),
        stack=(("dns", {"delegations": {"shop": ["ns1.example.net", "ns2.example.net"]}}),),
        of="fixzit",
    ),
    Case(
        "network policies are switched on by something else",
        (
            "ACCESS config map amazon-vpc-cni is deleted: no network policy holds any more, unless another one switches them on",
        ),
        stack=(("existing", ["network-policy-switch"]),),
        of="fixzit",
    ),
)

OF_DECLARED: tuple[Case, ...] = (
    one(
        "the migration runs another command",
        "Job migration",
        MIGRATION,
        ["npx", "prisma", "db", "push"],
        "FINAL Job migration runs `npx prisma db push`, instead of `npx prisma migrate deploy`: what it does to the database stays",
    ),
    one(
        "a pod has less memory",
        "Deployment api",
        "spec.template.spec.containers.0.resources.limits.memory",
        "512Mi",
        "INTERRUPTS Deployment api has 512Mi of memory, instead of 1024Mi: what needs more is killed",
    ),
    one(
        "a pod has as much memory in another unit",
        "Deployment api",
        "spec.template.spec.containers.0.resources.limits.memory",
        "1Gi",
    ),
    one(
        "a job has less time",
        JOB,
        "spec.jobTemplate.spec.activeDeadlineSeconds",
        60,
        "INTERRUPTS cron job remove-expired-uploads is stopped after 60 s, instead of 3600",
    ),
    one("a job has more time", JOB, "spec.jobTemplate.spec.activeDeadlineSeconds", 7200),
    one(
        "CI's way in is removed",
        "OpenIdConnectProvider github",
        "!gone",
        None,
        "OUTAGE * is removed: nobody comes in by it: CI deploys nothing*",
    ),
)

"""The application's own check of a restored database, as the system file declares it (contract DR-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.configuration.environments import those
from infra.configuration.jobs import DEADLINE, JOB_COMMAND, SERVICE
from infra.configuration.keys import Section
from infra.configuration.restore_test import tests_restores
from infra.configuration.service import Service
from infra.configuration.validation import Reader

# Within three hours a restored database has to be made, looked at and asked (`LONGEST` of the function).
_LONGEST_SECONDS = 3600

CHECK_SERVICE = SERVICE.but(
    meaning="whose image and `variables` it has; none of its secrets, Redis or buckets",
    of_what="the services with `database: true`",
)
CHECK_COMMAND = JOB_COMMAND.but(
    meaning="asks the database that `DATABASE_URL` leads to; another exit code than 0 fails the restore test",
    example=["npm", "run", "ops:db:validate-integrity"],
)
CHECK_DEADLINE = DEADLINE.but(
    meaning="how long it may take, with the minutes in which a node starts for it",
    maximum=_LONGEST_SECONDS,
    default=1800,
    example=900,
)
APPLICATION_CHECK = Section(
    "restoreTest",
    title="Restore test",
    optional=True,
    absent="the weekly restore test looks at the restored database itself, and asks no application",
    intro="What the application says of a restored database: the weekly restore test"
    f" ({those(tests_restores)}) runs this command against it, where no network leads to anything else.",
    parts=(CHECK_SERVICE, CHECK_COMMAND, CHECK_DEADLINE),
)


@dataclass(frozen=True)
class ApplicationCheck:
    """A command against a restored database.

    Args:
        service: whose image and variables it has.
        command: what runs.
        deadline: seconds that it may take.
    """

    service: str
    command: tuple[str, ...]
    deadline: int


def read_application_check(root: Reader, services: Mapping[str, Service]) -> ApplicationCheck | None:
    """The section `restoreTest`; None when the system has none."""
    reader = APPLICATION_CHECK.if_there(root)
    if reader is None:
        return None
    check = ApplicationCheck(
        service=_service(reader, services),
        command=CHECK_COMMAND.read(reader),
        deadline=CHECK_DEADLINE.read(reader),
    )
    reader.finish()
    return check


def _service(reader: Reader, services: Mapping[str, Service]) -> str:
    if not services:  # what is wrong with them is told once
        return str(reader.value(SERVICE.name))
    connected = sorted(name for name, service in services.items() if service.database)
    return CHECK_SERVICE.but(choices=tuple(connected)).read(reader)

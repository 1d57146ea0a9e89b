"""The application's own check of a restored database, as the system file declares it (contract DR-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.restore_test.settings import COMMAND, READINESS
from infra.configuration.environments import those
from infra.configuration.jobs import DEADLINE, JOB_COMMAND, SERVICE
from infra.configuration.keys import Section
from infra.configuration.kinds import Switch
from infra.configuration.restore_test import tests_restores
from infra.configuration.service import Service
from infra.configuration.validation import MISSING, Reader

# Within three hours a restored database has to be made, looked at and asked (`LONGEST` of the function).
_LONGEST_SECONDS = 3600

CHECK_SERVICE = SERVICE.but(
    meaning="whose image and `variables` it has; none of its secrets, Redis or buckets",
    of_what="the services with `database: true`",
)
_ONE_OF_BOTH = "a command, or `readiness: true`, or both"
_NO_WORKER = "true with a service that is no `worker`: one begins its work as soon as it is started"

CHECK_READINESS = Switch(
    "readiness",
    meaning="the service is started against the restored database, and its `health.ready` has to answer;"
    " `command` runs after that, beside it",
    default=False,
    example=True,
    rules=(_NO_WORKER,),
)
CHECK_COMMAND = JOB_COMMAND.but(
    meaning="asks the database that `DATABASE_URL` leads to; another exit code than 0 fails the restore test",
    default=(),
    default_words="none runs",
    example=["npm", "run", "ops:db:validate-integrity"],
    rules=(_ONE_OF_BOTH,),
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
    f" ({those(tests_restores)}) starts it against that, asks whether it is ready, and runs a command, where"
    " no network leads to anything else.",
    parts=(CHECK_SERVICE, CHECK_READINESS, CHECK_COMMAND, CHECK_DEADLINE),
)


@dataclass(frozen=True)
class ApplicationCheck:
    """What is asked about a restored database: whether a service is ready with it, a command, or both.

    Args:
        service: whose image and variables it has.
        readiness: whether it is started, and has to become ready.
        command: what runs; empty where nothing does.
        deadline: seconds that all of it may take.
    """

    service: str
    readiness: bool
    command: tuple[str, ...]
    deadline: int

    @property
    def asked(self) -> tuple[str, ...]:
        """What of it there is, as the function calls it."""
        return (*([READINESS] if self.readiness else []), *([COMMAND] if self.command else []))


def read_application_check(root: Reader, services: Mapping[str, Service]) -> ApplicationCheck | None:
    """The section `restoreTest`; None when the system has none."""
    reader = APPLICATION_CHECK.if_there(root)
    if reader is None:
        return None
    check = ApplicationCheck(
        service=_service(reader, services),
        readiness=CHECK_READINESS.read(reader),
        command=CHECK_COMMAND.read(reader),
        deadline=CHECK_DEADLINE.read(reader),
    )
    reader.finish()
    found = reader.value(CHECK_COMMAND.name) if reader.has(CHECK_COMMAND.name) else MISSING
    if not check.readiness and found in (MISSING, []):
        reader.problem(CHECK_COMMAND.name, found, _ONE_OF_BOTH, CHECK_COMMAND.hint)
    if check.readiness and check.service in services and services[check.service].worker:
        reader.problem(CHECK_READINESS.name, True, _NO_WORKER)
    return check


def _service(reader: Reader, services: Mapping[str, Service]) -> str:
    if not services:  # what is wrong with them is told once
        return str(reader.value(SERVICE.name))
    connected = sorted(name for name, service in services.items() if service.database)
    return CHECK_SERVICE.but(choices=tuple(connected)).read(reader)

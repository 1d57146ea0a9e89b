"""Settings of the function, from its environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

# After this a restored instance is removed, whatever has become of its test.
LONGEST = timedelta(hours=3)
# And after this somebody has to: RDS needs a while for a removal.
REMOVED_BY = timedelta(hours=4)
# A window is this long. Nothing begins after it: what could not begin is told by its alarm.
WINDOW = timedelta(hours=1)

# The CronJob that the Job of the application is made of, and the container in it that runs its command.
TEMPLATE = "restore-test"
# The container in it that is the service itself, started against the restored database.
SERVICE = "service"

# What the application is asked, in this order, as records call it.
READINESS, COMMAND = "readiness", "application"

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STAMP = "%Y%m%d%H%M"


@dataclass(frozen=True)
class ApplicationSettings:
    """What the application is asked.

    Args:
        namespace: in which its Job is made.
        longest: how long it may take, with the node that starts for it.
        checks: READINESS, COMMAND, or both.
    """

    namespace: str
    longest: timedelta
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """Names, and when.

    Args:
        database: identifier of the instance that serves.
        prefix: what the identifiers of restored ones begin with; the rest is when their test was due.
        subnet_group: of the restored instance.
        parameter_group: likewise, that of the one that serves.
        security_group: likewise; it lets nobody in but this function.
        secret: ARN of the services' entry.
        bucket: for the records.
        ledger: the bucket of audit logs.
        day: of the week, in UTC.
        hour: of that day.
        recovery_point_minutes: how old the newest row may be.
        application: None where the application is not asked.
    """

    database: str
    prefix: str
    subnet_group: str
    parameter_group: str
    security_group: str
    secret: str
    bucket: str
    ledger: str
    day: str
    hour: int
    recovery_point_minutes: int
    application: ApplicationSettings | None = None

    @staticmethod
    def of(variables: Mapping[str, str]) -> Settings:
        """Of the function's environment variables."""
        return Settings(
            database=variables["DATABASE"],
            prefix=variables["RESTORED"],
            subnet_group=variables["SUBNET_GROUP"],
            parameter_group=variables["PARAMETER_GROUP"],
            security_group=variables["SECURITY_GROUP"],
            secret=variables["SECRET"],
            bucket=variables["BUCKET"],
            ledger=variables["LEDGER"],
            day=variables["DAY"],
            hour=int(variables["HOUR"]),
            recovery_point_minutes=int(variables["RECOVERY_POINT_MINUTES"]),
            application=_application(variables),
        )

    def window(self, now: datetime) -> datetime | None:
        """When the window began that is open now; None when none is."""
        begun = now.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        open_now = DAYS[now.weekday()] == self.day and begun <= now < begun + WINDOW
        return begun if open_now else None

    def identifier(self, due: datetime) -> str:
        """The restored instance of a test. A second call of the same window asks for the same one, which
        RDS refuses: so neither a call that was killed after it had asked nor one at the same time leaves a
        second instance."""
        return f"{self.prefix}{due.strftime(_STAMP)}"

    def due(self, identifier: str) -> datetime | None:
        """When the test of a restored instance was due; None for a name that this function did not give."""
        try:
            return datetime.strptime(f"{identifier.removeprefix(self.prefix)}+0000", f"{_STAMP}%z")
        except ValueError:
            return None


def _application(variables: Mapping[str, str]) -> ApplicationSettings | None:
    namespace = variables.get("APPLICATION_NAMESPACE")
    if namespace is None:
        return None
    longest = timedelta(seconds=int(variables["APPLICATION_SECONDS"]))
    return ApplicationSettings(namespace, longest, tuple(variables["APPLICATION_CHECKS"].split(",")))

"""The watch after a deployment: alarms that wake somebody up, and that a release may have caused.

Runbook 002, Staging Promotion Flow, 6: watch for 30 minutes, roll back on SEV-1 and SEV-2; 003, Deployment
Steps, 6: for 15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.alarm_catalogue import Limits, catalogue
from infra.configuration import Configuration
from infra.configuration.severities import Severity
from infra.monitoring.alarm import Alarm, Incident
from operations.console import OperationFailed
from operations.environments import Connection

EVERY_SECONDS = 30


@dataclass(frozen=True)
class Ringing:
    """An alarm of SEV-1 or SEV-2 that is on.

    Args:
        name: in CloudWatch.
        severity: as its description says.
        region: where it is.
        since: when it went on, ISO 8601.
        condition: what it says.
        first_action: what to do first.
        before: it was on before the deployment began, which therefore is not its cause.
        foreign: no release causes it (a backup, a restore test).
    """

    name: str
    severity: str
    region: str
    since: str
    condition: str
    first_action: str
    before: bool
    foreign: bool

    @property
    def blames_release(self) -> bool:
        """Whether it is a reason to go back."""
        return not (self.before or self.foreign)

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return asdict(self)


class Watch:
    """The alarms of one environment, in all of its regions.

    Args:
        configuration: as its files say.
        connection: to its account.
        since: when the deployment began.
    """

    def __init__(self, configuration: Configuration, connection: Connection, since: datetime) -> None:
        self._naming, self._connection, self._since = configuration.naming, connection, since
        alarms = catalogue(Limits.of(configuration))
        self._by_description = {each.description: each for each in alarms}
        self._regions = list(dict.fromkeys(configuration.naming.regions.values()))

    def ringing(self) -> list[Ringing]:
        """What is on now, the worst first.

        Raises:
            OperationFailed: CloudWatch cannot be asked.
        """
        try:
            found = [each for region in self._regions for each in self._in(region)]
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(f"CloudWatch cannot be asked: {str(error).rstrip('.')}.") from None
        return sorted(found, key=lambda each: (not each.blames_release, each.severity, each.name))

    def looks(self, minutes: float, sleep: Callable[[float], None]) -> Iterator[tuple[float, list[Ringing]]]:
        """Looks again and again, until the time is over; gives the minutes that are left, and what is on."""
        end = datetime.now(UTC) + timedelta(minutes=minutes)
        while True:
            left = (end - datetime.now(UTC)).total_seconds()
            yield max(left, 0) / 60, self.ringing()
            if left <= 0:
                return
            sleep(min(EVERY_SECONDS, left))

    def _in(self, region: str) -> Iterator[Ringing]:
        client = self._connection.client("cloudwatch", region)
        pages = client.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=f"{self._naming.prefix}-",
            StateValue="ALARM",
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        )
        for page in pages:
            for each in [*page.get("CompositeAlarms", ()), *page.get("MetricAlarms", ())]:
                severity = _severity(each)
                # moto takes the prefix and leaves the state.
                on = each["StateValue"] == "ALARM"
                if on and severity is not None and severity.pages:
                    yield self._ringing(each, severity, region)

    def _ringing(self, found: dict[str, Any], severity: Severity, region: str) -> Ringing:
        description = found.get("AlarmDescription", "")
        alarm = self._by_description.get(description)
        # Of a metric alarm the moment of its last change of state; moto has the older field alone.
        when = found.get("StateTransitionedTimestamp") or found["StateUpdatedTimestamp"]
        return Ringing(
            name=found["AlarmName"],
            severity=severity.value,
            region=region,
            since=when.astimezone(UTC).isoformat(timespec="seconds"),
            condition=alarm.condition if alarm else description,
            first_action=alarm.first_action if alarm else "",
            before=when < self._since,
            foreign=self._foreign(found["AlarmName"], alarm),
        )

    def _foreign(self, name: str, alarm: Alarm | None) -> bool:
        if alarm is not None:
            return alarm.incident is not None and not alarm.incident.follows_outage
        incidents = [each for each in Incident if name.startswith(self._naming.named(f"{each}-sev-"))]
        return bool(incidents) and not incidents[0].follows_outage


def _severity(alarm: dict[str, Any]) -> Severity | None:
    """What its description begins with (infra/monitoring/alarms.py)."""
    word = str(alarm.get("AlarmDescription", "")).partition(" ")[0]
    return Severity(word) if word in list(Severity) else None

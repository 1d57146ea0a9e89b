"""The health gate before prod: p95 below 1.5 s and fewer than 1 % errors for five minutes.

Runbook 002, Staging Promotion Flow, 3. The metrics are those of the alarms on traffic
(infra/monitoring/alarm_catalogue/traffic.py), read where they read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.alarm_catalogue import Limits, catalogue
from infra.configuration import Configuration
from infra.monitoring.alarm import Measure, Subject
from operations.console import OperationFailed
from operations.deployment.findings import Finding, State, judged
from operations.environments import Connection

LATENCY_SECONDS = 1.5
ERRORS_PERCENT = 1.0
MINUTES = 5
# Elastic Load Balancing reports every minute; the last one is not whole until the next is over.
DELAY = timedelta(minutes=1)
_MINUTE = 60


@dataclass(frozen=True)
class Window:
    """What CloudWatch has of some minutes.

    Args:
        begins: the first minute.
        minutes: how many.
        requests: of each minute; a minute without any is not there.
        errors: answers of 5xx in all of them, those of the load balancer too.
        latency: p95 of all of them, in seconds; None for no data.
    """

    begins: datetime
    minutes: int
    requests: Mapping[datetime, float]
    errors: float
    latency: float | None

    @property
    def total(self) -> float:
        """All requests."""
        return sum(self.requests.values())

    @property
    def error_rate(self) -> float:
        """Percent."""
        return 100 * self.errors / self.total if self.total else 0.0

    def findings(self, host: str) -> list[Finding]:
        """Whether it holds; without data nobody knows, and that is no yes."""
        silent = self.minutes - len(self.requests)
        said = "nobody asks: Route 53's health checks do as long as they reach the CDN; see `make smoke`"
        found = f"{self.total:.0f} in {self.minutes} minutes" + (f", none in {silent}" if silent else "")
        traffic = judged("requests", host, not silent, found, said)
        if self.latency is None or not self.total:
            unknown = "no data in CloudWatch"
            return [traffic, *(Finding(name, host, State.FAILS, unknown, said) for name in ("p95", "errors"))]
        advice = "look at slow requests (saved queries) and at what the release has changed"
        return [
            traffic,
            judged(
                "p95",
                host,
                self.latency < LATENCY_SECONDS,
                f"{self.latency:.2f} s (below {LATENCY_SECONDS} s)",
                advice,
            ),
            judged(
                "errors",
                host,
                self.error_rate < ERRORS_PERCENT,
                f"{self.error_rate:.2f} % (below {ERRORS_PERCENT:g} %)",
                "look at the error logs (saved queries); roll back if they came with the release",
            ),
        ]


def measure(configuration: Configuration, connection: Connection, now: datetime) -> Window:
    """The last whole minutes of an environment's load balancer.

    Raises:
        OperationFailed: there is no load balancer, or AWS refused.
    """
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    end = minute - DELAY
    begin = end - timedelta(minutes=MINUTES)
    try:
        balancer = _balancer(connection.client("elbv2"), configuration.naming.prefix)
        client = connection.client("cloudwatch")
        counted = _counted(client, balancer, _measures(configuration), begin, end)
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"CloudWatch cannot be asked: {str(error).rstrip('.')}.") from None
    requests: dict[datetime, float] = {}
    # The load balancer's own 503 are not among the requests: see the alarms on errors.
    for name in ("requests", "unanswered"):
        for when, value in counted[name].items():
            requests[when] = requests.get(when, 0) + value
    errors = sum(counted["failed"].values()) + sum(counted["refused"].values())
    latency = next(iter(counted["latency"].values()), None)
    return Window(begin, MINUTES, {when: count for when, count in requests.items() if count}, errors, latency)


def _measures(configuration: Configuration) -> dict[str, Measure]:
    """By the names that the alarms on errors and on p95 have for them."""
    found: dict[str, Measure] = {}
    for alarm in catalogue(Limits.of(configuration)):
        if alarm.subject is Subject.LOAD_BALANCER and alarm.name in ("errors-critical", "latency-critical"):
            found.update(alarm.measures)
    return found


def _balancer(client: Any, name: str) -> str:
    """The last part of its ARN, which its metrics name it by (ELB user guide, "CloudWatch metrics")."""
    try:
        (found,) = client.describe_load_balancers(Names=[name])["LoadBalancers"]
    except client.exceptions.LoadBalancerNotFoundException:
        raise OperationFailed(
            f"there is no load balancer {name}: is the environment deployed, and are these its credentials?"
        ) from None
    return str(found["LoadBalancerArn"]).partition(":loadbalancer/")[2]


def _counted(
    client: Any, balancer: str, measures: Mapping[str, Measure], begin: datetime, end: datetime
) -> dict[str, dict[datetime, float]]:
    """The values by measure: p95 of all minutes together, the others of each minute."""
    whole = int((end - begin).total_seconds())
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": measure.namespace,
                    "MetricName": measure.metric,
                    "Dimensions": [{"Name": "LoadBalancer", "Value": balancer}],
                },
                "Period": whole if measure.statistic.percentile else _MINUTE,
                "Stat": measure.statistic.value,
            },
        }
        for name, measure in measures.items()
    ]
    answer = client.get_metric_data(MetricDataQueries=queries, StartTime=begin, EndTime=end)
    found: dict[str, dict[datetime, float]] = {name: {} for name in measures}
    for result in answer["MetricDataResults"]:
        pairs = zip(result["Timestamps"], result["Values"], strict=True)
        found[result["Id"]] = {when.astimezone(UTC): value for when, value in pairs if when < end}
    return found

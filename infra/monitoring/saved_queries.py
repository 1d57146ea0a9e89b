"""Saved queries for people on call, ready to run (contract OBS-2): CloudWatch Logs Insights.

The fields are those that services write (`infra/monitoring/service_log.py`), and PostgreSQL's own log.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from infra.monitoring.service_log import FAILED_AUTHENTICATION_EVENT, INVALID_SIGNATURE_EVENT

SLOW_REQUEST_MILLISECONDS = 500


class Source(StrEnum):
    """Whose logs are asked."""

    SERVICES = "services"
    DATABASE = "database"


@dataclass(frozen=True)
class SavedQuery:
    """A query by its name, and the logs that it is about."""

    name: str
    source: Source
    text: str


_REQUEST = "@timestamp, @log, level, event, message, requestId"

SAVED_QUERIES = (
    SavedQuery(
        "by-request-id",
        Source.SERVICES,
        f"fields {_REQUEST}, route, status, durationMs\n"
        "| filter requestId = 'put the X-Request-Id here'\n"
        "| sort @timestamp asc",
    ),
    SavedQuery(
        "errors",
        Source.SERVICES,
        f"fields {_REQUEST}, @message\n"
        "| filter level in ['error', 'fatal']\n"
        "| sort @timestamp desc\n"
        "| limit 200",
    ),
    SavedQuery(
        "slow-requests",
        Source.SERVICES,
        f"filter durationMs > {SLOW_REQUEST_MILLISECONDS}\n"
        "| stats count(*) as requests, pct(durationMs, 95) as p95, max(durationMs) as slowest "
        "by method, route\n"
        "| sort p95 desc",
    ),
    SavedQuery(
        "server-errors-by-route",
        Source.SERVICES,
        "filter status >= 500\n| stats count(*) as errors by route, status, bin(5m)\n| sort errors desc",
    ),
    SavedQuery(
        "authentication-failures",
        Source.SERVICES,
        f"filter event = '{FAILED_AUTHENTICATION_EVENT}'\n"
        "| stats count(*) as failures by reason, clientIp, bin(1h)\n| sort failures desc",
    ),
    SavedQuery(
        "webhook-failures",
        Source.SERVICES,
        f"filter event like /^webhook\\.(failed|retried|dead)/ or event = '{INVALID_SIGNATURE_EVENT}'\n"
        "| stats count(*) as failures by event, provider, bin(1h)\n| sort failures desc",
    ),
    SavedQuery(
        "slow-sql",
        Source.DATABASE,
        # PostgreSQL's own words, under log_min_duration_statement.
        "parse @message "
        "/duration: (?<milliseconds>[0-9.]+) ms\\s+(?:statement|execute [^:]*): (?<statement>.*)/\n"
        "| filter ispresent(milliseconds)\n"
        "| stats count(*) as calls, max(milliseconds) as slowest by substr(statement, 0, 120) as sql\n"
        "| sort slowest desc",
    ),
)

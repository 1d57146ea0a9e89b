"""Escalation of a page that is still on: to the lead, then to the CTO.

Called every few minutes. A page is an alarm whose actions go to a topic that pages. When it has been on for
as long as somebody has to answer it, the lead is told; after as long again, the CTO. Nothing is remembered:
each call looks at the minutes since the one before, so that everybody is told once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3


@dataclass(frozen=True)
class Page:
    """An alarm that pages and is on: its name, what it says, since when, and the minutes to answer it."""

    name: str
    description: str
    since: datetime
    minutes: int


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Called by the clock, whose event has the `time` that the call was meant for: it may come late."""
    interval = timedelta(minutes=int(os.environ["INTERVAL_MINUTES"]))
    now = _on_the_clock(
        datetime.fromisoformat(event["time"]) if "time" in event else datetime.now(UTC), interval
    )
    steps = json.loads(os.environ["STEPS"])
    told = []
    for region in os.environ["REGIONS"].split(","):
        for page in _pages(boto3.client("cloudwatch", region_name=region)):
            for number, step in enumerate(steps, start=1):
                due = page.since + timedelta(minutes=page.minutes * number)
                if now - interval < due <= now:
                    _tell(step, page, now)
                    told.append([step["who"], page.name])
    return {"told": told}


def _on_the_clock(time: datetime, interval: timedelta) -> datetime:
    """The minute that the clock calls at, also for a call by hand, which comes between two of them."""
    start = time.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return start + (time - start) // interval * interval


def _pages(client: Any) -> Iterator[Page]:
    minutes = json.loads(os.environ["PAGES"])
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=os.environ["PREFIX"], AlarmTypes=["CompositeAlarm", "MetricAlarm"], StateValue="ALARM"
    )
    for page in pages:
        for alarm in (*page.get("CompositeAlarms", ()), *page.get("MetricAlarms", ())):
            paging = [minutes[topic] for topic in alarm.get("AlarmActions", ()) if topic in minutes]
            pages_now = alarm["StateValue"] == "ALARM" and alarm.get("ActionsEnabled", True)
            # What a worse alarm keeps quiet has told nobody, and that one is escalated itself.
            if paging and pages_now and not alarm.get("ActionsSuppressedBy"):
                # A change of the reason alone moves the other time, not this one.
                since = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
                yield Page(alarm["AlarmName"], alarm.get("AlarmDescription", ""), since, min(paging))


def _tell(step: Mapping[str, str], page: Page, now: datetime) -> None:
    on = int((now - page.since.astimezone(UTC)).total_seconds() // 60)
    boto3.client("sns").publish(
        TopicArn=step["topic"],
        Subject=f"Not solved for {on} minutes: {page.name}"[:100],  # Publish in botocore's documentation
        Message=f"{page.name} has been on since {page.since:%Y-%m-%d %H:%M} UTC, for {on} minutes.\n\n"
        f"{page.description}\n\nThe engineer on call has been paged; you are told because it is still on "
        "(runbook 002, Contact Information).",
    )

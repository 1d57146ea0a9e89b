"""The daily check whether a recovery would work. It asks AWS, and changes nothing.

What is not ready, or cannot be asked, is counted. That it was asked is counted, too, so that a day without
shows. On the first day of a database nothing is late: it is answered, and not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from functions.check_recovery.asking import Asking
from functions.check_recovery.findings import State
from functions.check_recovery.metrics import RECOVERY_CHECKED, RECOVERY_NOT_READY
from functions.check_recovery.questions import findings, first_day
from functions.check_recovery.wanted import FILE, Wanted
from functions.shared import metrics

WANTED = Path(__file__).with_name(FILE)
# A region that does not answer is an answer too, well before Lambda ends the call.
_BRIEFLY = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Called every day. A `time` in the event stands for now, to try it."""
    now = datetime.fromisoformat(event["time"]) if "time" in event else datetime.now(UTC)
    wanted = Wanted.of_json(WANTED.read_text(encoding="utf-8"))
    asking = Asking(wanted, _client, now)
    found = findings(asking)
    wrong = [each for each in found if each.state is not State.READY]
    if not first_day(asking):
        metrics.write(RECOVERY_NOT_READY, len(wrong), checks=", ".join(each.check for each in wrong))
    metrics.write(RECOVERY_CHECKED)
    return {"notReady": len(wrong), "checks": [asdict(each) for each in found]}


def _client(service: str, region: str | None = None) -> Any:
    return boto3.client(service, region_name=region, config=_BRIEFLY)

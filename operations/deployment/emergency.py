"""Straight to prod in an emergency (contract DEP-2): with a reason, a second person, and a list for later."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.configuration import Configuration
from infra.configuration.environments import Environment
from infra.configuration.severities import Severity
from operations.console import OperationError, OperationFailed
from operations.deployment.records import Record

REASON_MINIMUM = 15  # characters: "broken" is no reason that anybody understands next week


def skipped(environment: Environment) -> tuple[str, ...]:
    """What an emergency leaves out, as the commands that make up for it, in their order."""
    before: list[Environment] = []
    while after := (before[0] if before else environment).standard.after:
        before.insert(0, Environment.named(after))
    found = [f"make {step} ENV={each}" for each in before for step in ("deploy", "smoke")]
    if before:
        found += [f"make gate ENV={before[-1]}", f"make parity FROM={before[-1]} TO={environment}"]
    return (*found, f"make plan ENV={environment}")


def declared_emergency(record: Record, reason: str, second: str) -> Record:
    """The record of an emergency.

    Raises:
        OperationError: without a reason that says something, or a second person.
    """
    problems = []
    if len(reason.strip()) < REASON_MINIMUM:
        problems.append(
            f"REASON: found {reason.strip() or 'nothing'}; allowed: what is broken for whom, at least "
            f'{REASON_MINIMUM} characters. For example REASON="payments fail since the release of 14:00".'
        )
    if not second.strip() or second.strip().casefold() == record.who.partition("@")[0].casefold():
        problems.append(
            f"SECOND: found {second.strip() or 'nobody'}; allowed: somebody else than {record.who}, who has "
            "looked at the change and agrees."
        )
    if problems:
        raise OperationError("\n".join(problems))
    left_out = skipped(Environment.named(record.environment))
    return replace(record, reason=reason.strip(), second=second.strip(), skipped=left_out)


def tag(root: Path, record: Record) -> str:
    """Marks the commit in git; the tag's name. It is pushed by whoever deploys.

    Raises:
        OperationFailed: git refuses.
    """
    name = f"emergency/{record.environment}/{record.id.partition('.')[0]}"
    text = f"{record.reason}\n\n{record.who}, with {record.second}\n{record.run}".strip()
    identity = ["-c", f"user.name={record.who}", "-c", "user.email=emergency@invalid"]
    command = ["git", *identity, "tag", "--annotate", "--message", text, name]
    done = subprocess.run(
        command,
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise OperationFailed(f"git tag {name}: {done.stderr.strip()}")
    return name


def tell(client: Any, configuration: Configuration, record: Record) -> str:
    """Tells the people behind SEV-3's topic: a ticket and the channel; the topic's ARN.

    SEV-1 and SEV-2 wake somebody up; those who are awake already are the ones who do this.

    Raises:
        OperationFailed: SNS does not take it.
    """
    naming = configuration.naming
    topic = naming.arn("sns", naming.named(Severity.SEV3.topic))
    text = [
        f"{record.who} deploys {record.environment} without the steps before it; {record.second} agrees.",
        f"Reason: {record.reason}",
        f"Commit {record.commit or '-'}. {record.run}".strip(),
        "",
        "Left out, and to be made up for afterwards:",
        *(f"  {command}" for command in record.skipped),
    ]
    try:
        # At most 100 characters (SNS API reference, Publish).
        subject = f"Emergency deployment of {naming.prefix}"[:100]
        client.publish(TopicArn=topic, Subject=subject, Message="\n".join(text))
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"{topic}: {str(error).rstrip('.')}.") from None
    return topic


def lines(record: Record, told: Sequence[str]) -> list[str]:
    """For whoever declared it."""
    return [
        f"Emergency in {record.environment}, by {record.who} with {record.second}: {record.reason}",
        *told,
        "Now: make deploy, then make smoke and make watch. Left out, to be run as soon as it is over:",
        *(f"  {command}" for command in record.skipped),
    ]

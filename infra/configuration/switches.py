"""Switches that are on for a while in one environment, and addresses for when nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from infra.configuration import patterns
from infra.configuration.environments import Environment, those
from infra.configuration.keys import Section, Varies
from infra.configuration.kinds import Day, Switch, Text, Texts
from infra.configuration.validation import MISSING, Reader

MAINTENANCE_MESSAGE = "We are working on it and will be back soon."


MAINTENANCE_ENABLED = Switch(
    "enabled",
    meaning="visitors get status 503 and the message; nothing else changes (contract K8S-7)",
    default=False,
    example=True,
)
MESSAGE = Text(
    "message",
    meaning="what they read",
    pattern=patterns.line(1, 500),
    words="one line of at most 500 characters",
    default=MAINTENANCE_MESSAGE,
    example="Scheduled maintenance until 10:00 GMT",
)
MAINTENANCE = Section("maintenance", title="Maintenance", optional=True, parts=(MAINTENANCE_ENABLED, MESSAGE))

VARIABLES = Texts(
    "variables",
    meaning="variables of the system's `debug` that are `true` in every service for a while (contract K8S-9)",
    pattern=patterns.VARIABLE,
    words=patterns.VARIABLE_ALLOWED,
    default=(),
    rules=("one of the system file's `debug`",),
    example=["DEBUG_MODE"],
)
UNTIL = Day(
    "until",
    meaning="their last day; after it every deployment is refused until `debug` is removed or prolonged",
    default=Varies(lambda environment: MISSING if environment.standard.live else None),
    default_words=f"none; in {those(lambda standard: standard.live)} required with `variables`",
    advice="Remove `debug`, or give it another last day.",
    example="2027-01-31",
)
DEBUG = Section("debug", title="Debugging", optional=True, parts=(VARIABLES, UNTIL))


def _address(name: str, meaning: str) -> Text:
    return Text(
        name,
        meaning=meaning,
        pattern=patterns.EMAIL,
        words="an e-mail address",
        default="",
        default_words="nobody",
        example=f"{name}@example.com",
    )


LEAD = _address("lead", "who is written to first when a page stays unanswered (contract ALM-17)")
CTO = _address("cto", "who is written to after that")
ESCALATION = Section("escalation", title="Escalation", optional=True, parts=(LEAD, CTO))


@dataclass(frozen=True)
class Maintenance:
    """Whether visitors get a message instead of the system (contract K8S-7), and which."""

    enabled: bool
    message: str


@dataclass(frozen=True)
class Debug:
    """Variables that are set to `true` in every service for a while (contract K8S-9)."""

    variables: tuple[str, ...]


@dataclass(frozen=True)
class Escalation:
    """Who is written to when a page stays unanswered (contract ALM-17); None for nobody."""

    lead: str | None
    cto: str | None


def read_maintenance(root: Reader) -> Maintenance:
    """The section `maintenance`; off when there is none."""
    reader = MAINTENANCE.read(root)
    maintenance = Maintenance(MAINTENANCE_ENABLED.read(reader), MESSAGE.read(reader))
    reader.finish()
    return maintenance


def read_debug(root: Reader, environment: Environment, today: date) -> Debug:
    """The section `debug`. In prod it needs a last day, and after it the next deployment is refused."""
    reader = DEBUG.read(root)
    variables = VARIABLES.read(reader)
    until = UNTIL.of(environment)
    (until if variables else until.but(default=None)).not_over(reader, today)
    reader.finish()
    return Debug(variables)


def read_escalation(root: Reader) -> Escalation:
    """The section `escalation`."""
    reader = ESCALATION.read(root)
    escalation = Escalation(LEAD.read(reader) or None, CTO.read(reader) or None)
    reader.finish()
    return escalation

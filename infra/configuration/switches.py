"""What is switched on for a while in one environment, and who hears when nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from infra.configuration import patterns
from infra.configuration.environments import Environment
from infra.configuration.validation import Reader

MAINTENANCE_MESSAGE = "We are working on it and will be back soon."


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


def read_maintenance(reader: Reader) -> Maintenance:
    """The section `maintenance`; off when there is none."""
    maintenance = Maintenance(
        reader.switch("enabled", default=False),
        reader.text(
            "message",
            pattern=patterns.line(1, 500),
            allowed="one line of at most 500 characters",
            example="Scheduled maintenance until 10:00 GMT",
            default=MAINTENANCE_MESSAGE,
        ),
    )
    reader.finish()
    return maintenance


def read_debug(root: Reader, environment: Environment, today: date) -> Debug:
    """The section `debug`. In prod it needs a last day, and after it the next deployment is refused."""
    reader = root.section("debug", optional=True)
    variables = reader.texts(
        "variables",
        pattern=patterns.VARIABLE,
        allowed=patterns.VARIABLE_ALLOWED,
        example="DEBUG_MODE",
        default=(),
    )
    reader.day(
        "until",
        today=today,
        advice="Remove `debug`, or give it another last day.",
        optional=not environment.standard.live or not variables,
    )
    reader.finish()
    return Debug(variables)


def read_escalation(reader: Reader) -> Escalation:
    """The section `escalation`."""

    def address(name: str) -> str | None:
        return (
            reader.text(
                name,
                pattern=patterns.EMAIL,
                allowed="an e-mail address",
                example=f"{name}@example.com",
                default="",
            )
            or None
        )

    escalation = Escalation(address("lead"), address("cto"))
    reader.finish()
    return escalation

"""Addresses that pages and tickets go to."""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration import patterns
from infra.configuration.keys import Section
from infra.configuration.kinds import Encrypted
from infra.configuration.validation import Reader


def _credential(name: str, meaning: str, pattern: str, words: str, example: str) -> Encrypted:
    return Encrypted(
        name,
        meaning=meaning,
        pattern=pattern,
        words=words,
        command=f"pulumi config set --secret --path groundwork:paging.{name} …",
        default_words="nobody",
        example=example,
    )


PAGERDUTY = _credential(
    "pagerduty",
    "where pages go: the integration's address",
    r"https://\S+",
    "an https:// address",
    "https://events.example.com/…",
)
SLACK = _credential(
    "slack",
    "where pages and tickets go: SNS delivers to it without a function between",
    patterns.EMAIL,
    "the channel's e-mail address",
    "channel@example.slack.com",
)
PAGING = Section(
    "paging",
    title="Paging",
    optional=True,
    intro="""Both are credentials, so they are secrets of the stack and stand in the file encrypted:

    pulumi config set --secret --path groundwork:paging.pagerduty https://events.example.com/…""",
    parts=(PAGERDUTY, SLACK),
)


@dataclass(frozen=True)
class PagingSettings:
    """Where pages and tickets go. Both are credentials, so they are secrets of the stack, or not set.

    Args:
        pagerduty: the integration's HTTPS address.
        slack: the channel's own e-mail address, to which SNS can deliver without a function between.
    """

    pagerduty: str | None
    slack: str | None


def read_paging(root: Reader) -> PagingSettings:
    """The section `paging`."""
    section = PAGING.read(root)
    settings = PagingSettings(PAGERDUTY.read(section), SLACK.read(section))
    section.finish()
    return settings

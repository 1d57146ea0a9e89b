"""The switch for CI's runners inside the network, on machines of CodeBuild."""

from __future__ import annotations

from infra.configuration.keys import Section
from infra.configuration.kinds import Text
from infra.configuration.validation import Reader

CONNECTION = Text(
    "connection",
    meaning="ARN of the CodeConnections connection to GitHub, whose handshake a person has completed",
    pattern=r"arn:aws:codeconnections:[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}",
    words="the ARN of a connection (arn:aws:codeconnections:…:connection/…)",
    example="arn:aws:codeconnections:us-west-2:210000000001:connection/12345678-1234-1234-1234-123456789012",
)
RUNNERS = Section(
    "runners",
    title="Runners",
    optional=True,
    absent="CI's jobs run on GitHub's own machines, which the cluster's API does not admit",
    intro="""Machines of CodeBuild inside the network, for the jobs of `.github/workflows/deploy.yml`.
`make bootstrap` makes the connection and says its ARN; its handshake with GitHub is a person's: "Update
pending connection" in the console (Developer Tools, Settings, Connections), after which `make bootstrap` says
AVAILABLE. A connection of another region or name serves as well. Afterwards the repository's variable
`RUNNERS_<ENVIRONMENT>` is `<system>-<environment>-runners`.""",
    parts=(CONNECTION,),
)


def read_runners(root: Reader) -> str | None:
    """The connection; None where there are no runners."""
    reader = RUNNERS.if_there(root)
    if reader is None:
        return None
    connection = CONNECTION.read(reader)
    reader.finish()
    return connection

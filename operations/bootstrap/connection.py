"""The connection to GitHub, by which CodeBuild becomes runners of CI's jobs (infra/account/runners.py).

It is made here; the handshake with GitHub is a person's, in AWS's console: no API completes it (Developer
Tools user guide, "Update a pending connection").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import EndpointConnectionError

from infra.configuration import Configuration
from infra.configuration.file_names import stack_file_name
from operations.bootstrap.part import Found, Part, State
from operations.console import OperationFailed

PROVIDER = "GitHub"
# "Update a pending connection", step 1.
CONSOLE = "https://console.aws.amazon.com/codesuite/settings/connections"


class GitHubConnection:
    """An environment's connection: the one that its stack file names, or the one that has its name.

    Args:
        configuration: the environment.
        clients: of boto3, by region: a connection of another one serves as well (CodeBuild user guide,
            "GitHub App connections").
    """

    def __init__(self, configuration: Configuration, clients: Callable[[str], Any]) -> None:
        self._configuration, self._clients = configuration, clients
        self._named = configuration.settings.runners or ""
        self._region = self._named.split(":")[3] if self._named else configuration.naming.region
        self.name = configuration.naming.prefix

    def part(self) -> Part:
        """The connection."""
        return Part(f"connection {self._named or self.name} to GitHub", self._look, self._make)

    def following(self) -> list[str]:
        """What comes next of it, as commands and what a person does."""
        found = self._found()
        naming = self._configuration.naming
        environment, project = naming.environment, naming.named("runners")
        lines = []
        if found is None or found["ConnectionStatus"] == "PENDING":
            lines.append(f"# {self._by_hand(found or {})}")
        if not self._named:
            arn = found["ConnectionArn"] if found else "…"
            section = f"groundwork:runners: {{connection: {arn!r}}}"
            lines.append(f"# in {stack_file_name(environment)}, for runners in the network: {section}")
        lines.append(f"gh variable set RUNNERS_{environment.upper()} --body '{project}'")
        return lines

    def _look(self) -> Found:
        found = self._found()
        if found is None:
            return Found(State.MISSING, f"then it is PENDING, until a person completes it: {CONSOLE}")
        status = found["ConnectionStatus"]
        if found["ProviderType"] != PROVIDER:
            return Found(State.BROKEN, f"it is of {found['ProviderType']}, and the repository is on GitHub")
        if status == "AVAILABLE":
            return Found(State.THERE, "AVAILABLE")
        if status == "PENDING":
            return Found(State.WAITS, f"PENDING: {self._by_hand(found)}")
        command = f"--connection-arn {found['ConnectionArn']} --region {self._region}"
        return Found(
            State.BROKEN,
            f"{status}: AWS tries it again by itself, and CodeBuild cannot use it until then. Where its app "
            f"is no longer installed on GitHub: aws codeconnections delete-connection {command}, then the "
            "same command makes another one",
        )

    def _by_hand(self, found: Mapping[str, str]) -> str:
        name = found.get("ConnectionName", self.name)
        where = f"{CONSOLE}?region={self._region}"
        return f"a person opens {where}, chooses {name}, and Update pending connection"

    def _found(self) -> Mapping[str, str] | None:
        client = self._clients(self._region)
        try:
            if self._named:
                connection: Mapping[str, str] = client.get_connection(ConnectionArn=self._named)["Connection"]
                return connection
            return self._of_the_name(client)
        except client.exceptions.ResourceNotFoundException:
            raise OperationFailed(
                f"{stack_file_name(self._configuration.naming.environment)}: "
                f"groundwork:runners.connection: found {self._named}, which the account does not have. Leave "
                "runners out: this makes one, and says its ARN."
            ) from None
        except EndpointConnectionError:
            raise OperationFailed(
                f"AWS CodeConnections is not in {self._region}, or cannot be reached there. A connection of "
                "another region serves as well: make one there, and name it in the stack file's "
                "groundwork:runners.connection."
            ) from None

    def _of_the_name(self, client: Any) -> Mapping[str, str] | None:
        """Of several the one that is furthest: an interrupted command may have left another one."""
        named = [each for each in _all(client) if each["ConnectionName"] == self.name]
        order = ("AVAILABLE", "PENDING")
        ranked = sorted(named, key=lambda each: [each["ConnectionStatus"] != state for state in order])
        return ranked[0] if ranked else None

    def _make(self) -> None:
        tags = self._configuration.system.tags(self._configuration.naming.environment)
        self._clients(self._region).create_connection(
            ConnectionName=self.name,
            ProviderType=PROVIDER,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )


def _all(client: Any) -> Iterator[Mapping[str, str]]:
    """Every connection to GitHub; boto3 has no paginator for them."""
    page = client.list_connections(ProviderTypeFilter=PROVIDER)
    yield from page["Connections"]
    while following := page.get("NextToken"):
        page = client.list_connections(ProviderTypeFilter=PROVIDER, NextToken=following)
        yield from page["Connections"]

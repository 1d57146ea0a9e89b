"""Options that several commands have, said once."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.configuration.environments import ANY_ENVIRONMENT

Environment = Annotated[str, typer.Option("--env", help=ANY_ENVIRONMENT)]
Json = Annotated[bool, typer.Option("--json", help="machine-readable result on standard output")]
SystemFile = Annotated[str | None, typer.Option("--system", help="another system file than system.yaml")]
Profile = Annotated[str | None, typer.Option(help="profile of the AWS configuration files")]
Endpoint = Annotated[str | None, typer.Option("--endpoint-url", help="an embedded AWS, as of make serve")]
Yes = Annotated[bool, typer.Option("--yes", help="ask nothing")]
TakeOver = Annotated[bool, typer.Option("--take-over", help="go on with what somebody else has begun")]
BackupProfile = Annotated[
    str | None, typer.Option("--backup-profile", help="profile with credentials of the backup account")
]
BackupEndpoint = Annotated[
    str | None, typer.Option("--backup-endpoint-url", help="an embedded AWS that has the backup account")
]

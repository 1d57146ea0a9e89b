"""CodeBuild's look at a project's connection to GitHub: one that nobody has completed is refused."""

from __future__ import annotations

from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import Properties, ProviderError


def check_connection(cloud: Cloud, project: Properties) -> None:
    """Sees that the connection of a project can be used.

    One that the embedded AWS does not have is the account's own, of which nothing is known here.

    Raises:
        ProviderError: it is there, and not AVAILABLE.
    """
    auth = (project.get("source") or {}).get("auth") or {}
    if auth.get("type") != "CODECONNECTIONS":
        return
    arn = str(auth.get("resource"))
    region = arn.split(":")[3]
    try:
        found = cloud.call("codeconnections", region, "get_connection", ConnectionArn=arn)["Connection"]
    except ClientError:
        return
    if found["ConnectionStatus"] != "AVAILABLE":
        raise ProviderError(
            f"creating CodeBuild Project ({project.get('name')}): OAuthProviderException: connection {arn} "
            f"is {found['ConnectionStatus']}. A person completes it in the console (Update pending "
            "connection); until then leave groundwork:runners out of the stack file"
        )

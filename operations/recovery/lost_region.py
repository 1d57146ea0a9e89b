"""A region that may be lost: its services are asked once, and briefly, whether they answer."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from operations.environments import Connection

QUESTIONS = (("ec2", "describe_vpcs"), ("rds", "describe_db_instances"), ("eks", "list_clusters"))
_BRIEFLY = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1})


def answering(connection: Connection, region: str) -> Iterator[str]:
    """The services that answer there; one that says that it has failed does not."""
    for service, operation in QUESTIONS:
        client = connection.session.client(
            service, region_name=region, endpoint_url=connection.endpoint_url, config=_BRIEFLY
        )
        try:
            getattr(client, operation)()
            yield service
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                yield service
        except BotoCoreError:
            continue

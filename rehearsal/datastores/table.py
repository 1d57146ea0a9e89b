"""The table of servers that `make serve DATA=1` shows: how a client on this machine connects."""

from __future__ import annotations

from rehearsal.console import Terminal
from rehearsal.datastores.datastores import DataStores, Served


def show_servers(terminal: Terminal, stores: DataStores, port: int) -> None:
    """A line for each server, and the commands that find its password and connect."""
    lines = [("Server", "Host name in AWS", "127.0.0.1", "User", "Database")]
    lines += [_line(each) for each in stores.servers()]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    said = ["\nReal servers, with nothing in them but what is written while this runs:"]
    for line in lines:
        padded = "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        said.append(f"  {padded}".rstrip())
    aws = f"aws --endpoint-url http://127.0.0.1:{port} secretsmanager"
    psql = (
        'psql "host=HOST hostaddr=127.0.0.1 port=PORT user=USER dbname=DATABASE sslmode=verify-full '
        f'sslrootcert={stores.authority.file}"'
    )
    said += [
        "Their passwords are in Secrets Manager; the services' own is valid once the database is prepared:",
        f"  {aws} list-secrets --query 'SecretList[].Name'",
        f"  {aws} get-secret-value --secret-id NAME --query SecretString --output text",
        f"  {psql}",
    ]
    terminal.out.print("\n".join(said), markup=False, soft_wrap=True)


def _line(each: Served) -> tuple[str, str, str, str, str]:
    return each.identifier, each.host, str(each.local_port), each.user, each.database

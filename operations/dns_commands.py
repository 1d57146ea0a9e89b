"""The command about the domain: `check-dns`."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.errors import Exit, errors_for_people
from commands.output import show_json
from infra.configuration.file_names import stack_file_name
from operations.console import show_table
from operations.options import Environment, Json, SystemFile


def check_dns(
    env: Environment,
    zone_file: Annotated[
        str | None,
        typer.Option(help="a file of today's zone, as its provider exports one: it has everything"),
    ] = None,
    server: Annotated[
        list[str] | None, typer.Option(help="ADDRESS[:PORT] of a name server to ask instead; repeatable")
    ] = None,
    resolver: Annotated[
        str | None,
        typer.Option(help="ADDRESS[:PORT] of who finds the name servers, instead of this machine's own"),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="a name to ask for too, in front of the domain; repeatable")
    ] = None,
    system: SystemFile = None,
    json_: Json = False,
) -> None:
    """Show what would be cut when the domain points to an environment's zone: mail, other environments.

    Asks the name servers that answer for the domain today. Exit codes: 0 nothing would be cut; 1 something
    would be cut or answered otherwise, or no name server answers; 2 wrong input.

    Example: python -m operations check-dns --env prod --zone-file today.zone
    """
    with errors_for_people():
        from operations.checkout import declared
        from operations.domain_records import compare
        from operations.name_servers import NameServers, Source, ZoneFile, address

        configuration = declared(env, system)
        domain = configuration.domain
        source: Source
        if zone_file:
            source = ZoneFile(domain, zone_file)
        else:
            source = NameServers(
                domain, [address(each) for each in server or ()], address(resolver) if resolver else None
            )
        lines = compare(configuration, source, name or ())
        lost = sum(line.is_lost for line in lines)
        if json_:
            show_json({"domain": domain, "source": source.description, "records": [vars(e) for e in lines]})
        else:
            show_table(
                ("name", "type", "today", f"declared for {env}", "then"),
                [(e.name, e.type, ", ".join(e.today), ", ".join(e.declared), e.state) for e in lines],
            )
            typer.echo(f"\nCompared with {source.description}.")
            typer.echo(_advice(domain, env, lost))
        if lost:
            raise typer.Exit(Exit.FAILED)


def _advice(domain: str, env: str, lost: int) -> str:
    if not lost:
        return (
            "Nothing would be cut. A name server tells only what it is asked for; --zone-file has everything."
        )
    return (
        f"{lost} of them would be cut or changed when {domain} points to the zone of {env}. Declare them in "
        f"{stack_file_name(env)} (dns.records, dns.delegations: docs/configuration.md), or know "
        "that nobody needs them."
    )


def add_to(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(check_dns)

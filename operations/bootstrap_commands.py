"""The command `bootstrap`: what an account needs before the first deployment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import Exit, errors_for_people
from commands.output import json_wanted, show_json
from operations.options import Endpoint, Environment, Json, Profile, SystemFile, Yes

if TYPE_CHECKING:
    from operations.bootstrap.part import Found, Part


def bootstrap(
    env: Environment,
    region: Annotated[str, typer.Option(help="for the engine's state: neither of the environment's")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would be made")] = False,
    yes: Yes = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Make, or adopt, what an account needs before its first deployment; shows it first, and may be repeated.

    The state's bucket and key, the roles that `access` names, GitHub's identity provider and its roles that
    only read, the roles with which RDS and ElastiCache work, the connection to GitHub, whose handshake is a
    person's; with `backupAccount`, the copy of the state there. As an administrator of the account.

    Exit codes: 0 all is there, waits for a person, or is shown; 1 AWS refused, or something is broken; 2
    wrong input, or nobody agreed.

    Example: python -m operations bootstrap --env dev --region eu-west-1 --dry-run
    """
    with errors_for_people():
        from botocore.exceptions import BotoCoreError, ClientError

        from operations.bootstrap.account import Account, check_region
        from operations.bootstrap.part import State
        from operations.checkout import declared
        from operations.console import OperationFailed, show_table
        from operations.environments import Place, connect
        from operations.recovery.confirmation import confirm

        configuration = declared(env, system)
        check_region(configuration, region)
        connection = connect(configuration, Place(profile, endpoint_url))
        try:
            account = Account(configuration, connection, region)
            found = account.look()
            if not json_:
                show_table(
                    ("what", "", "note"), [(part.name, each.state.value, each.note) for part, each in found]
                )
            made: list[str] = []
            if not dry_run and any(each.state.to_do for _, each in found):
                confirm(env, yes=yes, asked="Nothing was made.")
                made = account.make()
            following = account.following()
            # Looked at again: what was made waits for a person now, or what was broken is.
            after = account.look() if made else found
        except (BotoCoreError, ClientError) as error:
            raise OperationFailed(
                f"AWS refused: {str(error).rstrip('.')}. What was made stands; the same command goes on."
            ) from None
        if json_wanted():
            parts = [
                {"part": part.name, "state": each.state.value, "note": each.note} for part, each in found
            ]
            show_json({"environment": env, "parts": parts, "made": made, "next": following})
        else:
            _show(after, made, following)
        broken = [f"{part.name}: {each.note}." for part, each in after if each.state is State.BROKEN]
        if broken:
            typer.echo("\n".join(broken), err=True)
            raise typer.Exit(Exit.FAILED)


def _show(parts: Sequence[tuple[Part, Found]], made: Sequence[str], following: Sequence[str]) -> None:
    from operations.bootstrap.part import State

    waiting = [f"{part.name} is {each.note}" for part, each in parts if each.state is State.WAITS]
    typer.echo("".join(f"\nWaits for a person: {each}." for each in waiting))
    typer.echo(f"\nMade: {', '.join(made) or 'nothing'}. Next:")
    for line in following:
        typer.echo(f"  {line}")


def add_to(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(bootstrap)

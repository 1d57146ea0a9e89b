"""The commands about secrets: `secret set`, `secret restore`, `revoke`, `parity`, `ledger`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.errors import Exit, errors_for_people
from commands.group import command_line
from commands.output import show_json
from operations.console import show_table
from operations.options import Endpoint, Environment, Json, Profile, SystemFile

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from operations.environments import Place
    from operations.holdings import Holding
    from operations.revocation import Revoked
    from operations.snapshots import Found

secret = command_line(help="Secrets that people give out.")


@secret.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="the secret's name in the system file")],
    env: Environment,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Store a secret's value, from a hidden prompt or from standard input. It is never printed.

    Refused: names that the system file does not have, empty values, values that look like tests in prod
    and live ones elsewhere. Exit codes: 0 stored; 1 AWS refused; 2 the name or the value was refused.

    Example: python -m operations secret set --env dev sentry-dsn
    """
    with errors_for_people():
        from operations import secret_values
        from operations.checkout import declared
        from operations.environments import Place, connect

        configuration = declared(env, system)
        entry = secret_values.entry_of(configuration, name)
        aws = connect(configuration, Place(profile, endpoint_url)).client("secretsmanager")
        value = secret_values.checked(_asked(name, env), entry, configuration.settings.environment)
        version = secret_values.set_value(aws, configuration, entry, value)
        if json_:
            show_json({"secret": configuration.naming.secret(name), "version": version})
            return
        typer.echo(f"{configuration.naming.secret(name)} has a new value (version {version}).")
        typer.echo(
            "The cluster fetches it within minutes, and then pods that use it are replaced one by one: "
            f"`kubectl get pods --namespace {configuration.naming.system} --watch`."
        )


@secret.command()
def restore(
    env: Environment,
    snapshot: Annotated[str | None, typer.Option(help="the object's key; the latest one without it")] = None,
    only: Annotated[list[str] | None, typer.Option(help="a secret's name; repeatable")] = None,
    from_region: Annotated[
        str | None, typer.Option(help="whose bucket and key to take; the environment's own without it")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="do it; without it only names are shown")] = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Bring secrets back from a weekly snapshot. Shows names and what differs, never values.

    Exit codes: 0 done, or nothing to do; 1 AWS refused, the snapshot was changed, or entries are missing;
    2 wrong input, or a snapshot of another environment.

    Example: python -m operations secret restore --env dev --only sentry-dsn
    """
    with errors_for_people():
        from operations import snapshots
        from operations.checkout import declared
        from operations.environments import Place, connect

        configuration = declared(env, system)
        connection = connect(configuration, Place(profile, endpoint_url))
        region = from_region or configuration.settings.region
        s3, kms = (connection.client(service, region) for service in ("s3", "kms"))
        bucket = snapshots.bucket_of(configuration, region)
        taken = snapshots.load(s3, kms, configuration, bucket, snapshot)
        aws = connection.client("secretsmanager")
        found = snapshots.compare(aws, configuration, taken, only or ())
        if write:
            snapshots.restore(aws, configuration, taken, found)
        _show_restored(taken.made, found, written=write, json_=json_)
        if any(each.state == "no entry" for each in found):
            raise typer.Exit(Exit.FAILED)


def _show_restored(made: str, found: Sequence[Found], *, written: bool, json_: bool) -> None:
    changed = [each.name for each in found if each.can_be_restored]
    if json_:
        show_json({"made": made, "entries": [vars(each) for each in found], "written": written})
        return
    show_table(
        ("secret", f"compared with the snapshot of {made}"), [(each.name, each.state) for each in found]
    )
    if not changed:
        typer.echo("\nNothing to restore.")
    elif not written:
        typer.echo(f"\n--write restores {', '.join(changed)}.")
    else:
        typer.echo(f"\nRestored {', '.join(changed)}.")
        typer.echo(
            "What knows the passwords of database and Redis has others by now: let them rotate "
            "(`aws secretsmanager rotate-secret`), then restart the deployments."
        )


def _asked(name: str, env: str) -> str:
    from operations import secret_values

    if sys.stdin.isatty():
        return str(typer.prompt(f"{name} of {env} (hidden)", hide_input=True, default="", show_default=False))
    return secret_values.decoded(sys.stdin.buffer.read(), name)


def revoke(
    name: Annotated[str, typer.Argument(help="the entry's name: database, redis-cache, a secret's own…")],
    env: Environment,
    now: Annotated[bool, typer.Option("--now", help="do not wait for pods between two rotations")] = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """End a value that has leaked, and say what is still valid. What rotates is rotated until the old value
    opens nothing; of what a person gives out the new value is asked for. No value is ever printed.

    Exit codes: 0 it has ended; 1 AWS refused, or a rotation failed; 2 nothing rotates it, or wrong input.

    Example: python -m operations revoke --env prod redis-cache
    """
    with errors_for_people():
        from operations import revocation
        from operations.checkout import declared
        from operations.environments import Place, connect

        configuration = declared(env, system)
        rotator = revocation.rotator_of(configuration, name)
        secret, place = configuration.naming.secret(name), Place(profile, endpoint_url)
        if rotator is None:
            revoked = _given_out_anew(configuration, name, place)
        else:
            revocation.check_place(name, place)
            client = connect(configuration, place).client("secretsmanager")
            ending, minutes = rotator.ending, 0 if now else revocation.PODS_MINUTES
            revoked = revocation.end_value(client, secret, ending, minutes=minutes, say=_say)
        if json_:
            show_json(revoked.as_json())
            return
        done = "the value that was in use opens nothing any more" if rotator else "has a new value"
        typer.echo(f"{secret}: {done}.")
        for line in revoked.still_valid:
            typer.echo(f"Still valid: {line}.")


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _given_out_anew(configuration: Configuration, name: str, place: Place) -> Revoked:
    from operations import secret_values
    from operations.environments import connect
    from operations.revocation import GIVEN_OUT_ELSEWHERE, Revoked

    entry = secret_values.entry_of(configuration, name)
    environment = configuration.settings.environment
    client = connect(configuration, place).client("secretsmanager")
    value = secret_values.checked(_asked(name, environment), entry, environment)
    version = secret_values.set_value(client, configuration, entry, value)
    return Revoked(configuration.naming.secret(name), 0, version, GIVEN_OUT_ELSEWHERE)


def parity(
    source: Annotated[str, typer.Option("--from", help="where the version was tried")],
    target: Annotated[str, typer.Option("--to", help="the environment that gets it")],
    accept: Annotated[
        list[str] | None, typer.Option(help="a secret or feature that is meant to differ; repeatable")
    ] = None,
    system: SystemFile = None,
    profile: Annotated[list[str] | None, typer.Option(help="ENVIRONMENT=PROFILE; repeatable")] = None,
    endpoint_url: Annotated[
        list[str] | None, typer.Option(help="ENVIRONMENT=URL of an embedded AWS; repeatable")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="only ask the first one, and keep in a file what it holds")
    ] = None,
    held: Annotated[
        Path | None, typer.Option(help="such a file, in place of asking the first one's account")
    ] = None,
    json_: Json = False,
) -> None:
    """Compare what two environments declare and hold: secrets by name, features. Never values.

    Whoever has no credentials of both asks one, and takes the file to the other. Exit codes: 0 the same, or
    kept; 1 something is missing or differs, or AWS cannot be asked; 2 wrong input.

    Example: python -m operations parity --from staging --to prod
    """
    with errors_for_people():
        from commands.files import check_output
        from operations import holdings
        from operations.checkout import declared
        from operations.console import OperationError
        from operations.environments import connect, places
        from operations.parity import differences, flags_of

        place = places(profile or (), endpoint_url or ())
        check_output(save)
        if source == target:
            raise OperationError(f"found {source} and {target}; allowed: two environments that are compared.")
        one, other = declared(source, system), declared(target, system)

        def asked(configuration: Configuration, name: str) -> list[Holding]:
            client = connect(configuration, place(name)).client("secretsmanager")
            return holdings.holdings(configuration, client, values=True)

        if save is not None:
            _keep(save, holdings.as_json(asked(one, source)), source, target, json_)
            return
        first = _read_holdings(held, one) if held is not None else asked(one, source)
        second = asked(other, target)
        found = differences(first, second, flags_of(one, other), accept or ())
        if json_:
            show_json(
                {"from": source, "to": target, "differences": [difference.as_json() for difference in found]}
            )
        elif found:
            show_table(
                ("kind", "name", source, target),
                [(each.kind, each.name, each.source, each.target) for each in found],
            )
        else:
            typer.echo(f"{source} and {target} hold the same {len(second)} secrets and features.")
        if found:
            raise typer.Exit(Exit.FAILED)


def _keep(file: Path, content: list[dict[str, Any]], source: str, target: str, json_: bool) -> None:
    import json

    from commands.files import write_atomically

    write_atomically(file, json.dumps(content, indent=2) + "\n")
    if json_:
        show_json({"from": source, "to": target, "saved": str(file)})
    else:
        typer.echo(f"{file}: what {source} holds. With credentials of {target}: HELD={file}.")


def _read_holdings(file: Path, configuration: Configuration) -> list[Holding]:
    import json

    from commands.files import check_file
    from operations.console import OperationError
    from operations.holdings import of_json

    check_file(file)
    try:
        return of_json(json.loads(file.read_text(encoding="utf-8")), configuration)
    except (KeyError, TypeError, ValueError) as error:
        raise OperationError(
            f"{file}: found something else than what SAVE has kept, with the same files: {error}."
        ) from None


def ledger(
    env: Environment,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="as a page instead of a table")] = False,
    json_: Json = False,
) -> None:
    """Show when each secret was changed and when it is due, as the account has it.

    Exit codes: 0 nothing is overdue or missing; 1 something is, or AWS cannot be asked; 2 wrong input.

    Example: python -m operations ledger --env prod
    """
    with errors_for_people():
        from operations import ledger as book
        from operations.checkout import declared
        from operations.environments import Place, connect
        from operations.holdings import holdings

        configuration, now = declared(env, system), datetime.now(UTC)
        aws = connect(configuration, Place(profile, endpoint_url)).client("secretsmanager")
        found = book.lines(
            holdings(configuration, aws, values=False), list(configuration.system.expiries.values()), now
        )
        if json_:
            show_json([vars(line) for line in found])
        elif markdown:
            typer.echo(book.markdown(env, found, now), nl=False)
        else:
            show_table(
                ("secret", "renewed by", "every", "last changed", "age", "due", "state"),
                [tuple(vars(line).values()) for line in found],
            )
        if not all(line.is_fine for line in found):
            if not json_ and not markdown:
                typer.echo(
                    "Not all is well; `make secret ENV=… NAME=…` sets what a person gives out.", err=True
                )
            raise typer.Exit(Exit.FAILED)


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.add_typer(secret, name="secret")
    app.command()(revoke)
    app.command()(parity)
    app.command()(ledger)

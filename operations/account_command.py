"""The command `recover account`: everything again, in an account that was emptied, or in a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import errors_for_people
from operations.options import (
    BackupEndpoint,
    BackupProfile,
    Endpoint,
    Environment,
    Json,
    Profile,
    SystemFile,
    TakeOver,
    Yes,
)
from operations.recovery_frame import Asked, aws_errors, carry_out, check_time, under_way

if TYPE_CHECKING:
    from operations.environments import Place
    from operations.recovery.account import AccountRecovery
    from operations.recovery.run import Runs


def add_to(recover: typer.Typer) -> None:
    """Adds the command to `recover`."""
    recover.command()(account)


def account(  # noqa: PLR0913, PLR0917  # its options
    env: Environment,
    to: Annotated[
        str, typer.Option(help="`latest`, or a time with its zone: of before somebody did harm")
    ] = "latest",
    force: Annotated[
        bool, typer.Option("--force", help="also when a database stands in the account")
    ] = False,
    yes: Yes = False,
    take_over: TakeOver = False,
    system: SystemFile = None,
    profile: Profile = None,
    backup_profile: BackupProfile = None,
    endpoint_url: Endpoint = None,
    backup_endpoint_url: BackupEndpoint = None,
    json_: Json = False,
) -> None:
    """Build everything again in an account that was emptied, or a new one, of copies in the backup account.

    Before it: the account's id is in the stack file, `pulumi up` in backup_account/ has let it in, and
    `bootstrap` has made its roles. Interrupted anywhere, the same command goes on; with --to it goes on with
    another copy of the database. Exit codes: 0 done; 1 failed, the message says what stands; 2 wrong input,
    or the account is not empty; 3 the restored database is not good, and nobody works with it.

    Example: python -m operations recover account --env prod --backup-profile kept
    """
    with errors_for_people(), aws_errors():
        from operations.environments import Place
        from operations.recovery.instances import LATEST

        check_time(to)
        places = Place(profile, endpoint_url), Place(backup_profile, backup_endpoint_url)
        one, runs = prepared(env, system, *places)
        found = under_way(runs, one.kind, take_over)
        if found is not None and to != LATEST:
            one.take_another(found, to)
        about = found.about if found is not None else one.decide(to, force=force)
        carry_out(Asked(env, yes, json_), one, runs, found, about)


def prepared(env: str, system: str | None, place: Place, outside: Place) -> tuple[AccountRecovery, Runs]:
    """The recovery of an account, and where it is written down: in the backup account, which stands."""
    from operations.checkout import ROOT, declared
    from operations.environments import connect, connect_outside
    from operations.recovery.account import AccountRecovery, Surroundings, outside_of, recovered
    from operations.recovery.backup_account import BackupAccount
    from operations.recovery.pulumi import Pulumi
    from operations.recovery.run import Runs, person
    from operations.versions import stack_file

    after = recovered(declared(env, system))
    connection, naming = connect(after, place), outside_of(after)
    backup_account = BackupAccount(naming, connect_outside(naming, outside), after.naming.restore_vault_arn)
    given = Surroundings(
        connection, backup_account, Pulumi(ROOT, env), stack_file(ROOT, env), ROOT / "recoveries"
    )
    arn = connection.client("sts").get_caller_identity()["Arn"]
    runs = Runs(backup_account.client("s3"), backup_account.bucket, person(arn))
    return AccountRecovery(after, given), runs

"""The commands of a release's way to prod: `plan`, `deploy`, `smoke`, `gate`, `watch`, `emergency`."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import CommandError, Exit, errors_for_people
from commands.output import show_json
from operations.console import to_errors, where_lines_go
from operations.options import Endpoint, Environment, Json, Profile, SystemFile

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from operations.deployment.findings import Finding
    from operations.deployment.records import Record, Records
    from operations.deployment.watch import Ringing
    from operations.deployment.web import Address
    from operations.environments import Connection

# How often a wait tells on standard error that it still waits.
_TELL_SECONDS = 30


def plan_deployment(
    env: Environment,
    output: Annotated[Path | None, typer.Option(help="where the plan is kept; plans/ENV.json")] = None,
    json_: Json = False,
) -> None:
    """Show what a deployment would do, risks first, and keep it for `deploy --plan`: exactly that or nothing.

    Exit codes: 0 shown; 1 the engine refuses; 2 wrong input; 4 another deployment is under way.

    Example: python -m operations plan --env prod
    """
    with errors_for_people():
        from commands.files import check_output
        from infra.configuration.day import day
        from operations.checkout import ROOT, environment_named
        from operations.console import show_table
        from operations.deployment.engine import Engine
        from operations.deployment.plan import Plan, keep
        from operations.deployment.reviewed import review_of
        from preview.approvals import read_approvals
        from preview.page import page

        environment_named(env)
        approvals = read_approvals(ROOT)
        check_output(output)
        # Also what stays: an alarm goes with what it watches, a gateway is no outage beside another one.
        preview = Engine(ROOT, env).preview("--show-sames")
        found = Plan.of(env, _commit(ROOT), preview)
        review = review_of(env, preview, approvals, day(os.environ, datetime.now(UTC).date()))
        file = keep(found, ROOT, output)
        if json_:
            told = {name: review.as_json()[name] for name in ("risks", "approvals", "onAws")}
            show_json({"file": str(file), "changes": found.counts, "plan": found.as_json(), **told})
            return
        typer.echo("\n".join(page(review, width=None)))
        if review.approved.missing:
            typer.echo(f"\n{review.approved.message(env)}")
        if found.steps:
            typer.echo()
            rows = [(each.operation, each.name, ", ".join(each.properties)) for each in found.steps]
            show_table(("operation", "resource", "properties"), rows)
        counted = ", ".join(f"{count} {name}" for name, count in found.counts.items())
        typer.echo(f"{env}: {counted or 'nothing to change'}. Kept in {file}.")


def deploy(
    env: Environment,
    plan: Annotated[
        Path | None, typer.Option(help="of `plan`: when anything else would be done, nothing is")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="also versions that were rolled back in this environment")
    ] = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Deploy what is checked out with `pulumi up`, and write down who, what, when, and how it went.

    Exit codes: 0 deployed; 1 the engine refused or failed; 2 wrong input; 4 the stack is locked, by whom is
    told; 5 what would be lost or weakened has no line in approvals.yaml; with `--plan` 8 something else would
    be done; 130 interrupted, the same command finishes it.

    Example: python -m operations deploy --env prod --plan plans/prod.json
    """
    with errors_for_people():
        from infra.configuration.day import day
        from operations.checkout import ROOT
        from operations.deployment.deploy import Deployment
        from operations.deployment.plan import read

        agreed = read(plan) if plan else None
        configuration, connection = _connected(env, system, profile, endpoint_url)
        records = _records(configuration, connection)
        today = day(os.environ, datetime.now(UTC).date())
        deployment = Deployment(ROOT, configuration, records, _commit(ROOT), today)
        record = deployment.run(agreed, again=again, tell=to_errors, show=where_lines_go(json_))
        if json_:
            show_json(record.as_json())
        else:
            typer.echo(f"{env} is deployed: {record.id}. Next: make smoke, make watch.")


def smoke(
    env: Environment,
    outside: Annotated[bool, typer.Option("--outside", help="ask nothing of the cluster's API")] = False,
    connect: Annotated[
        str, typer.Option(help="HOST:PORT that is asked for every host, in place of DNS's address")
    ] = "",
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Check what is deployed: health, TLS, headers, CDN, a request to each service, the expected versions.

    Exit codes: 0 all holds; 1 AWS cannot be asked; 2 wrong input; 3 something fails. What is not checked,
    as behind an embedded AWS, is told with the reason.

    Example: python -m operations smoke --env prod
    """
    with errors_for_people():
        from operations.deployment.smoke import Smoke
        from operations.recovery.progress import progress

        address = _address(connect)
        configuration, connection = _connected(env, system, profile, endpoint_url)
        checks = Smoke(configuration, connection, address, outside=outside).checks
        found: list[Finding] = []
        with progress("smoke checks", len(checks)) as step:
            for check in checks:
                found += check()
                step()
        _conclude("smoke", env, found, _records(configuration, connection), json_)


def gate(
    env: Environment,
    wait: Annotated[
        float, typer.Option(min=0, max=60, help="minutes to wait first, so that the new version is measured")
    ] = 0,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Ask CloudWatch whether p95 is below 1.5 s and errors below 1 % in the last five minutes (runbook 002).

    Exit codes: 0 it holds; 1 AWS cannot be asked; 2 wrong input; 3 it does not hold, or there is no data.

    Example: python -m operations gate --env staging --wait 5
    """
    with errors_for_people():
        from operations.deployment.gate import measure

        configuration, connection = _connected(env, system, profile, endpoint_url)
        _wait(wait * 60, f"gate of {env}: the new version is measured")
        found = measure(configuration, connection, datetime.now(UTC)).findings(configuration.domain)
        _conclude("gate", env, found, _records(configuration, connection), json_)


def watch(
    env: Environment,
    minutes: Annotated[
        float, typer.Option(min=0, max=60, help="how long; 0 looks once. Runbooks: 15 to 30")
    ] = 30,
    since: Annotated[
        str, typer.Option(help="only alarms count that went on after it; when the last deployment began")
    ] = "",
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Watch the alarms that page (SEV-1, SEV-2) after a deployment; the first one that goes on ends it.

    What was on before, and what no release causes (a backup, a restore test), is told and does not count.
    Exit codes: 0 quiet to the end, the deployment is good; 1 AWS cannot be asked; 2 wrong input; 6 an alarm
    is on: `make rollback ENV=… AUTOMATIC=1`, then `make deploy`.

    Example: python -m operations watch --env prod --minutes 15
    """
    with errors_for_people():
        from operations.deployment.records import Outcome
        from operations.deployment.watch import Watch

        asked = _time(since) if since else None
        configuration, connection = _connected(env, system, profile, endpoint_url)
        records = _records(configuration, connection)
        begun = asked or _begun(records.latest())
        on: list[Ringing] = []
        for left, on in Watch(configuration, connection, begun).looks(minutes, time.sleep):
            if any(each.blames_release for each in on):
                break
            to_errors(f"watch of {env}: {_counted(on)}, {left:.0f} min left")
        causes = [each for each in on if each.blames_release]
        told = [f"{each.severity} {each.name} since {each.since}" for each in causes]
        records.note(Outcome.ALARM if causes else Outcome.GOOD, *told)
        _show_watch(env, begun, on, json_)
        if causes:
            raise typer.Exit(Exit.ALARM)


def emergency(
    env: Environment,
    reason: Annotated[str, typer.Option(help="what is broken, for whom")],
    second: Annotated[str, typer.Option(help="who else has looked at it and agrees")],
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Declare an emergency: straight to an environment, without the steps before it (contract DEP-2).

    Written down beside the backups and as a tag, told to SEV-3's topic; lists what is left out, to be run
    afterwards. It deploys nothing itself: `make deploy` follows. Exit codes: 0 declared; 1 git or AWS
    refused; 2 no reason, or no second person.

    Example: python -m operations emergency --env prod --reason "payments fail for all" --second ada
    """
    with errors_for_people():
        from operations.checkout import ROOT, declared
        from operations.deployment import emergency as emergencies
        from operations.deployment.records import Outcome, begun
        from operations.environments import Place, connect

        configuration = declared(env, system)
        record = begun(env, _commit(ROOT), configuration.images, datetime.now(UTC))
        record = emergencies.declared_emergency(record, reason, second)
        connection = connect(configuration, Place(profile, endpoint_url))
        told = [f"Tag: {emergencies.tag(ROOT, record)} (push it: git push origin --tags)"]
        if _records(configuration, connection).save(record.with_outcome(Outcome.DECLARED)):
            told.append(f"Record: deployments/{record.id}.json in the backups bucket")
        told.append(f"Told: {emergencies.tell(connection.client('sns'), configuration, record)}")
        if json_:
            show_json({**record.with_outcome(Outcome.DECLARED).as_json(), "told": told})
        else:
            typer.echo("\n".join(emergencies.lines(record, told)))


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command("plan")(plan_deployment)
    for command in (deploy, smoke, gate, watch, emergency):
        app.command()(command)


def _connected(
    env: str, system: str | None, profile: str | None, endpoint_url: str | None
) -> tuple[Configuration, Connection]:
    from operations.checkout import declared
    from operations.environments import Place, connect

    configuration = declared(env, system)
    return configuration, connect(configuration, Place(profile, endpoint_url))


def _records(configuration: Configuration, connection: Connection) -> Records:
    from operations.deployment.records import records_of

    return records_of(configuration, connection)


def _commit(root: Path) -> str:
    from operations.release_history import commit_of

    return commit_of(root)


def _address(connect: str) -> Address | None:
    from operations.console import OperationError
    from operations.deployment.web import Address

    if not connect:
        return None
    host, _, port = connect.rpartition(":")
    if not host or not port.isdecimal():
        raise OperationError(f"--connect: found {connect}; allowed: HOST:PORT, as 192.0.2.7:443.")
    return Address(host, int(port))


def _begun(latest: Record | None) -> datetime:
    return latest.since if latest else datetime.now(UTC)


def _time(text: str) -> datetime:
    from operations.console import OperationError

    found: datetime | None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise OperationError(f"--since: found {text}; allowed: a time with its zone, as 2026-11-28T14:30Z.")
    return found


def _conclude(what: str, env: str, found: Sequence[Finding], records: Records, json_: bool) -> None:
    """Shows how checks went; when one fails it is written down with the deployment, and ends the command."""
    from operations.deployment.findings import good

    fine = good(found)
    if not fine:
        _note_failure(records, what, found)
    _show_findings(env, found, fine, json_)
    if not fine:
        raise typer.Exit(Exit.CHECKS_FAILED)


def _note_failure(records: Records, what: str, found: Sequence[Finding]) -> None:
    from operations.deployment.findings import State
    from operations.deployment.records import Outcome

    failed = [
        f"{what}: {each.check} {each.about}: {each.found}" for each in found if each.state is State.FAILS
    ]
    try:
        records.note(Outcome.CHECKS_FAILED, *failed)
    except CommandError as error:
        to_errors(f"warning: {error}")


def _show_findings(env: str, found: Sequence[Finding], fine: bool, json_: bool) -> None:
    from operations.console import show_table
    from operations.deployment.findings import State

    if json_:
        show_json({"environment": env, "good": fine, "checks": [each.as_json() for each in found]})
    else:
        order = [State.FAILS, State.HOLDS, State.NOT_CHECKED]
        rows = sorted(found, key=lambda each: order.index(each.state))
        show_table(
            ("check", "", "of", "found", "what to do"),
            [(each.check, each.state.value, each.about, each.found, each.advice) for each in rows],
        )


def _show_watch(env: str, since: datetime, on: Sequence[Ringing], json_: bool) -> None:
    from operations.console import show_table

    causes = [each for each in on if each.blames_release]
    if json_:
        content = {"environment": env, "since": since.isoformat(), "quiet": not causes}
        show_json({**content, "alarms": [each.as_json() for each in on]})
        return
    if on:
        show_table(
            ("alarm", "severity", "since", "", "condition", "first"),
            [
                (each.name, each.severity, each.since, _note(each), each.condition, each.first_action)
                for each in on
            ],
        )
    if causes:
        typer.echo(
            f"\n{env}: {len(causes)} alarms since the deployment. Next: make rollback ENV={env} AUTOMATIC=1 "
            f"&& make deploy ENV={env}, and open an incident."
        )
    else:
        typer.echo(f"{env}: quiet, nothing that pages has gone on since {since:%Y-%m-%d %H:%M} UTC.")


def _note(alarm: Ringing) -> str:
    if alarm.before:
        return "before the deployment"
    return "not a release's doing" if alarm.foreign else "SINCE THE DEPLOYMENT"


def _counted(on: Sequence[Ringing]) -> str:
    return f"{len(on)} alarms on that do not count" if on else "quiet"


def _wait(seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        to_errors(f"{what}, {left / 60:.0f} min left")
        time.sleep(min(left, _TELL_SECONDS))

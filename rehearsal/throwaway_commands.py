"""The commands that keep no environment: what they look at, measure or break is thrown away."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.errors import CommandError, Exit, errors_for_people
from commands.output import show_json
from infra.configuration.environments import Environment as Names
from rehearsal.options import ROOT, Environment, Json, System, check, chosen_engine
from timing.workers import WORKERS


def manifests(
    env: Environment = "dev",
    output: Annotated[Path | None, typer.Option(help="the files' folder; manifests/ENV")] = None,
    system: System = None,
    json_: Json = False,
) -> None:
    """Write the Kubernetes objects of an environment as YAML files.

    Exit codes: 0 written; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine.

    Example: python -m rehearsal manifests --env prod --output /tmp/manifests
    """
    from rehearsal.manifests import check_replaceable, write_manifests

    with errors_for_people():
        check(env, system)
        folder = output or ROOT / "manifests" / env
        check_replaceable(folder)
        files = write_manifests(ROOT, env, chosen_engine(), folder, system=system)
        if json_:
            show_json({"folder": str(folder), "files": files})
        else:
            typer.echo(f"{len(files)} files in {folder}")


def timeline(
    env: Environment = "dev",
    output: Annotated[Path | None, typer.Option(help="the picture's file; timelines/ENV.svg")] = None,
    parallel: Annotated[
        int, typer.Option(min=1, help="operations that the engine has under way at once")
    ] = WORKERS,
    system: System = None,
    json_: Json = False,
) -> None:
    """Draw how long each step of an environment's creation would take on AWS, and what decides it.

    Exit codes: 0 drawn; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine.

    Example: python -m rehearsal timeline --env prod --output prod.svg
    """
    from commands.files import check_output
    from rehearsal import timeline as schedule

    with errors_for_people():
        check(env, system)
        file = output or (None if json_ else ROOT / "timelines" / f"{env}.svg")
        check_output(file)
        forecast = schedule.timeline(ROOT, env, chosen_engine(), workers=parallel, system=system)
        if file is not None:
            schedule.write_picture(forecast, env, file)
        if json_:
            show_json(schedule.as_json(forecast, env))
        else:
            typer.echo(f"{forecast.sentence()}\n{file}")


def cost(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Show what an environment costs a month at list prices, by part, and what has no price here.

    Exit codes: 0 shown; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine.

    Example: python -m rehearsal cost --env prod
    """
    from rehearsal import cost as bills

    with errors_for_people():
        check(env, system)
        found = bills.bill(ROOT, env, chosen_engine(), system=system)
        show_json(bills.as_json(found, env)) if json_ else bills.show(found, env)


def systems(json_: Json = False) -> None:
    """Bring every system of examples/systems up in every environment, each in a throw-away AWS.

    Exit codes: 0 each is up, and nothing is left to do; 1 one is not; 3 no engine.

    Example: python -m rehearsal systems
    """
    from rehearsal import systems as all_systems

    with errors_for_people():
        found = []
        for attempt in all_systems.attempts(ROOT, chosen_engine()):
            found.append(attempt)
            if not json_:
                typer.echo(str(attempt))
        if json_:
            show_json(all_systems.as_json(found))
        if not all(attempt.good for attempt in found):
            raise typer.Exit(Exit.FAILED)


def disaster(
    name: Annotated[str, typer.Option(help="which one; `disasters` plays all, and a wrong name lists them")],
    env: Environment = "prod",
    json_: Json = False,
) -> None:
    """Break something in an environment with real rows, and have the command of the day bring it back.

    Exit codes: 0 it was brought back as promised; 1 it was not; 2 wrong input; 3 no engine.

    Example: python -m rehearsal disaster --name bad-data --env prod
    """
    from rehearsal.disasters.catalogue import disaster_named
    from rehearsal.disasters.table import show

    with errors_for_people():
        wanted = disaster_named(name)
        check(env, None)
        result = wanted.rehearse(ROOT, env, chosen_engine(), _say, None)
        show_json(result.as_json()) if json_ else show(result)
        if not result.good:
            raise typer.Exit(Exit.FAILED)


def disasters(
    only: Annotated[list[str] | None, typer.Option(help="a disaster's name; repeatable; all without")] = None,
    system: Annotated[
        list[Path] | None, typer.Option(help="a system file; repeatable; all five without")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="the worst of each into docs/recovery.md")] = False,
    json_: Json = False,
) -> None:
    """Play every disaster in prod of every system: minutes, rows and seconds lost, calls, next previews.

    Exit codes: 0 every promise holds; 1 one does not, or could not be played; 2 there is no such disaster.

    Example: python -m rehearsal disasters --only region-lost
    """
    from commands.files import write_atomically
    from documentation.disasters_table import with_disasters
    from rehearsal.disasters import every
    from rehearsal.disasters.catalogue import CATALOGUE, disaster_named

    with errors_for_people():
        if write and system:
            raise CommandError(
                "--write: found with --system; allowed: with all systems, of which it is the worst."
            )
        page, now = ROOT / "docs" / "recovery.md", datetime.now(UTC).date()
        if write:  # it takes an hour: that there is a place for the table is seen before
            with_disasters(page.read_text(encoding="utf-8"), [], now)
        entries = [disaster_named(each) for each in only or ()] or CATALOGUE
        for each in system or ():
            check("prod", each)
        found = list(every.play(ROOT, chosen_engine(), _say, system or (), entries))
        show_json(every.as_json(found)) if json_ else every.show(found)
        if write:
            played = [each.as_json() for each in found]
            names = [each.name for each in CATALOGUE]
            write_atomically(page, with_disasters(page.read_text(encoding="utf-8"), played, now, names))
        if any(each.broken for each in found):
            raise typer.Exit(Exit.FAILED)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def bench(
    env: Environment = "prod",
    write: Annotated[bool, typer.Option("--write", help="into docs/benchmark.md as well")] = False,
    json_: Json = False,
) -> None:
    """Measure deployment, preview and growth against the engine's own floor.

    Exit codes: 0 measured; 1 the engine refused; 2 wrong input; 3 no engine.

    Example: python -m rehearsal bench --write
    """
    from commands.files import write_atomically
    from documentation.benchmark_page import benchmark_page
    from rehearsal.bench import bench as benchmark

    with errors_for_people():
        check(env, None)
        figures = benchmark.bench(ROOT, chosen_engine(), env)
        if write:
            page = benchmark_page(benchmark.as_json(figures), datetime.now(UTC).date(), os.cpu_count() or 1)
            write_atomically(ROOT / "docs" / "benchmark.md", page)
        show_json(benchmark.as_json(figures)) if json_ else benchmark.show(figures)


def bench_sdk(env: Environment = "prod", json_: Json = False) -> None:
    """Measure what each replaced part of Pulumi's SDK saves, and see that none of them changes a state.

    Exit codes: 0 no state differs; 1 one does; 2 wrong input; 3 no engine.

    Example: python -m rehearsal bench-sdk --env dev
    """
    from rehearsal.bench import sdk as sdk_bench

    with errors_for_people():
        check(env, None)
        figures = sdk_bench.bench_sdk(ROOT, chosen_engine(), env)
        show_json(figures.as_json()) if json_ else figures.show()
        if figures.differences:
            raise typer.Exit(Exit.FAILED)


def audit(
    checkers: Annotated[Path, typer.Option(help="the checkers' Python environment; `make audit` makes it")],
    env: Annotated[str, typer.Option("--env", help="one environment; all of them when left out")] = "",
    system: System = None,
    json_: Json = False,
) -> None:
    """Run checkers made by others on every environment; 0 findings, or a waiver for each.

    Exit codes: 0 nothing is open; 1 a finding has no waiver, or a waiver is of no use; 2 wrong input; 3 no
    engine.

    Example: python -m rehearsal audit --checkers .venv-audit --env prod
    """
    from rehearsal.audit.audit import audit as run_audit
    from rehearsal.audit.waivers import of_system, read_waivers

    with errors_for_people():
        environments = (env,) if env else tuple(Names)
        names = {check(each, system).system.name for each in environments}
        if not (checkers / "bin").is_dir():
            allowed = "the Python environment that `make audit` makes"
            raise CommandError(f"--checkers: found nothing at {checkers}; allowed: {allowed}.")
        waivers = of_system(read_waivers(ROOT / "waivers.yaml"), names.pop())
        result = run_audit(
            ROOT,
            environments,
            chosen_engine(),
            checkers,
            waivers,
            datetime.now(UTC).date(),
            system=system,
            complete=not env and system is None,
        )
        show_json(result.as_json()) if json_ else result.show()
        if not result.passed:
            raise typer.Exit(Exit.FAILED)


def apiserver(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Give the Kubernetes objects of an environment to a real API server, and compare what it says.

    Exit codes: 0 it says what the rehearsal says; 1 something is different; 2 the stack's cluster is of
    another version than the server that is pinned; 3 no server can be had.

    Example: python -m rehearsal apiserver --env prod
    """
    from rehearsal.apiserver.run import run

    with errors_for_people():
        version = check(env, system).settings.cluster.version
        result = run(ROOT, env, version, chosen_engine(), system=system)
        show_json(result.as_json()) if json_ else result.show()
        if not result.passed:
            raise typer.Exit(Exit.FAILED)


def provider(
    env: Annotated[
        str, typer.Option("--env", help="one environment; all, and prod of every example, when left out")
    ] = "",
    system: System = None,
    json_: Json = False,
) -> None:
    """Ask AWS's own Terraform provider about every resource: valid, settled, replaced by what, read back.

    Exit codes: 0 it agrees; 1 it does not; 3 it can neither be found nor built.

    Example: python -m rehearsal provider --env prod
    """
    from rehearsal.terraform import asking

    with errors_for_people():
        if system is not None and not env:
            raise CommandError(f"--system {system}: found without --env; allowed: with --env, or neither.")
        if env:
            check(env, system)
        about = [(system or ROOT / "system.yaml", env)] if env else asking.everything(ROOT)
        result = asking.ask_about(ROOT, chosen_engine(), asking.find_provider(), about, complete=not env)
        show_json(result.as_json()) if json_ else result.show()
        if not result.passed:
            raise typer.Exit(Exit.FAILED)


def docs(json_: Json = False) -> None:
    """Write the generated parts of the documentation anew.

    Exit codes: 0 written; 1 the engine refused; 3 no engine.

    Example: python -m rehearsal docs
    """
    from documentation.pages import write_documentation

    with errors_for_people():
        files = [str(path.relative_to(ROOT)) for path in write_documentation(ROOT, chosen_engine())]
        show_json({"folder": str(ROOT), "files": files}) if json_ else typer.echo("\n".join(files))


def release(
    version: Annotated[str, typer.Option(help="three numbers, as in 1.2.0")],
    json_: Json = False,
) -> None:
    """Keep the state that this release leaves: later programs are previewed on it, and replace nothing.

    Exit codes: 0 kept; 1 the engine refused; 2 no version, or not a newer one; 3 no engine.

    Example: python -m rehearsal release --version 1.2.0
    """
    from rehearsal.released import file_of, keep_release

    with errors_for_people():
        file = file_of(ROOT, version)
        keep_release(ROOT, chosen_engine(), file)
        kept = str(file.relative_to(ROOT))
        if json_:
            show_json({"version": version, "file": kept})
        else:
            typer.echo(f"{kept}: commit it with the changelog's heading, and tag that commit.")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    for command in (
        manifests,
        timeline,
        cost,
        systems,
        disaster,
        disasters,
        bench,
        bench_sdk,
        audit,
        apiserver,
        provider,
        docs,
        release,
    ):
        app.command()(command)

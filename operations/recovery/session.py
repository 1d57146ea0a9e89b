"""Carrying a recovery out: told, agreed to, step by step, written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from commands.errors import CommandError
from commands.files import write_atomically
from operations.console import OperationError, OperationFailed
from operations.recovery.run import Run, Runs
from operations.recovery.steps import ChecksFailed, Clock, Progress, Recovery, Step
from timing.facts import Times

Say = Callable[[str], None]
Ask = Callable[[str], str]
# How many refusals of a step are looked past, each of them once.
_TRIED_AGAIN = 5


@dataclass(frozen=True)
class Outcome:
    """How it ended.

    Args:
        run: with all that was done.
        report: for people, as Markdown.
        record: where it is in S3.
        seconds: until people could work again; None when they cannot yet.
    """

    run: Run
    report: str
    record: str
    seconds: float | None

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {**self.run.as_json(), "record": self.record, "usersBackSeconds": self.seconds}


def minutes(seconds: float) -> str:
    """`2:30`."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def plan_lines(recovery: Recovery) -> list[str]:
    """What a person reads before anything begins."""
    width = max(len(step.does) for step in recovery.steps) + 4
    back = recovery.until_users_are_back()
    lines = [f"{recovery.environment}  {line}" for line in recovery.situation]
    lines += [f"Lost: {recovery.loss}", f"{'':{width}} expected   at most"]
    for number, step in enumerate(recovery.steps, start=1):
        here = ""
        if step.name == recovery.users_back:
            here = f"   <- users are back: {minutes(back.typical)} to {minutes(back.slow)}"
        lines.append(f"{number:2} {step.does:{width}}{_columns(step.times)}{here}")
    return lines


def _columns(times: Times) -> str:
    return f"{minutes(times.typical):>6} {minutes(times.slow):>9}"


def plan_as_json(recovery: Recovery) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "kind": recovery.kind,
        "environment": recovery.environment,
        "situation": list(recovery.situation),
        "loss": recovery.loss,
        "usersBack": vars(recovery.until_users_are_back()),
        "steps": [{"name": each.name, "does": each.does, **vars(each.times)} for each in recovery.steps],
        "afterwards": list(recovery.afterwards),
    }


def agree(environment: str, ask: Ask) -> None:
    """Has a person type the environment's name.

    Raises:
        OperationError: it was something else, and nothing has begun.
    """
    found = ask(f"Type {environment} to begin")
    if found.strip() != environment:
        raise OperationError(f"found {found.strip()!r} and not {environment}: nothing was begun.")


def carry_out(
    recovery: Recovery, run: Run, runs: Runs, folder: Path, say: Say, clock: Clock | None = None
) -> Outcome:
    """Does what is not done yet.

    Args:
        recovery: the plan.
        run: begun or taken over.
        runs: where it is written down.
        folder: of this machine, for the record.
        say: is told how far it is.
        clock: time.

    Raises:
        ChecksFailed: what was restored is not good; nothing was switched.
        OperationFailed: a step did not work; the message says what stands and how to go on.
    """
    clock = clock or Clock()
    for number, step in enumerate(recovery.steps, start=1):
        try:
            do_step(number, step, run, say, clock)
        except KeyboardInterrupt:
            raise OperationFailed(_standing(recovery, step, run, "interrupted")) from None
        except (BotoCoreError, ClientError, CommandError) as error:
            run.steps.setdefault(step.name, {})["error"] = str(error)
            runs.save(run)
            kind = ChecksFailed if isinstance(error, ChecksFailed) else OperationFailed
            raise kind(_standing(recovery, step, run, str(error))) from None
        runs.save(run)
    run.outcome = "done"
    run.about["counts"] = recovery.counts()
    seconds = _users_back(recovery, run)
    report = report_of(recovery, run, seconds)
    record = runs.end(run, report)
    write_record(folder, run, report)
    return Outcome(run, report, record, seconds)


def do_step(number: int, step: Step, run: Run, say: Say, clock: Clock) -> None:
    """Does one step, if it is not done yet, and notes it.

    Raises:
        OperationFailed: it was done, and AWS does not show it.
    """
    noted = run.steps.setdefault(step.name, {})
    noted.pop("error", None)
    begun = clock.now()
    noted.setdefault("began", _at(begun))
    if step.done():
        noted.setdefault("ended", _at(clock.now()))
        say(f"{number:2} {step.name:10} ok   {noted.get('note') or 'nothing to do'}")
        return
    last = [0.0]

    def progress(text: str) -> None:
        elapsed = clock.now() - begun
        if elapsed - last[0] >= 60 or not last[0]:
            last[0] = max(elapsed, 0.001)
            say(f"{number:2} {step.name:10} …    {text}: {minutes(elapsed)} of {minutes(step.times.typical)}")

    noted["note"] = _acted(step, progress, lambda text: say(f"{number:2} {step.name:10} …    {text}"))
    if not step.done():
        raise OperationFailed(f"{step.does}: AWS does not show it yet. The same command looks again.")
    ended = clock.now()
    noted["ended"] = _at(ended)
    late = f"; at most {minutes(step.times.slow)} was expected" if ended - begun > step.times.slow else ""
    say(f"{number:2} {step.name:10} ok   {minutes(ended - begun)}  {noted['note']}{late}")


def _acted(step: Step, progress: Progress, say: Say) -> str:
    """Does a step; what AWS refuses is looked at, and tried again a few times, the same refusal once.

    Where an answer gets lost botocore asks a second time, and AWS refuses what it has done already (boto3
    guide, "Retries"); and where a question among hundreds is refused, the waiting need not end with it.
    """
    refused: list[str] = []
    while True:
        try:
            return step.act(progress)
        except ClientError as error:
            if step.done():
                return f"it was done already ({error.response['Error']['Code']})"
            if str(error) in refused or len(refused) == _TRIED_AGAIN:
                raise
            refused.append(str(error))
            say(f"{refused[-1].rstrip('.')}: once more")


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _standing(recovery: Recovery, failed: Step, run: Run, why: str) -> str:
    done = [step.name for step in recovery.steps if "ended" in run.steps.get(step.name, {})]
    return (
        f"{failed.name}: {why.rstrip('.')}. Done: {', '.join(done) or 'nothing'}; not done: {failed.does}, "
        "and what follows. The same command goes on from here."
    )


def _users_back(recovery: Recovery, run: Run) -> float | None:
    ended = run.steps.get(recovery.users_back, {}).get("ended")
    return (datetime.fromisoformat(ended) - run.began).total_seconds() if ended else None


def report_of(recovery: Recovery, run: Run, seconds: float | None) -> str:
    """The record for people."""
    lines = [f"# Recovery of {recovery.kind} in {recovery.environment}, {run.began:%Y-%m-%d %H:%M} UTC", ""]
    lines += [f"By {run.who}. Outcome: {run.outcome}.", "", f"Lost: {recovery.loss}", ""]
    if seconds is not None:
        lines += [f"RTO: {minutes(seconds)} from the beginning until people could work again.", ""]
    lines += ["| step | began | ended | note |", "| --- | --- | --- | --- |"]
    order = [step.name for step in recovery.steps]  # where the run was read back, its own is by name
    for name, noted in sorted(run.steps.items(), key=lambda each: _place_of(each[0], order)):
        cells = (name, noted.get("began", ""), noted.get("ended", ""), noted.get("note", ""))
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## Figures", "", "```json", json.dumps(run.about, indent=2, sort_keys=True), "```"]
    lines += ["", "## Decisions", "", *(f"- {each}" for each in run.decisions)]
    lines += ["", "## Next", "", *(f"- {each}" for each in recovery.afterwards), ""]
    return "\n".join(lines)


def _place_of(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)


def write_record(folder: Path, run: Run, report: str) -> None:
    """The record on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{run.id}.md", report)
    write_atomically(folder / f"{run.id}.json", json.dumps(run.as_json(), indent=2, sort_keys=True) + "\n")

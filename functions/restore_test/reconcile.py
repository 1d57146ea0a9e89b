"""One call: looks at what there is, and does what comes next.

A test goes through these steps, and the step that is next is noted at the restored instance:

    restoring   until RDS has made it
    password    its master gets a password that this function knows
    login       until that is known there
    checks      what a recovery would wait for (`checks.CHECKS`)
    blocks      amcheck, for some minutes
    application the application is started, or its command, in a Job of the cluster, where there is one
    command     until it is ready, or has ended
    finishing   metrics, the ledger, the record, and its removal

Whoever kills a call between any two of them, the next call goes on with the same step: each can be done
twice. So two calls may also be at work at once, as when the clock calls while one that failed is tried again
(EventBridge Scheduler calls "at least once"): nothing is reserved in Lambda to keep them apart, which a new
account could not do. What began too long ago is removed first thing in every call, whatever step it is at, so
that nothing that goes wrong leaves a second database with everybody's data behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from functions.restore_test import canary
from functions.restore_test.application import Application
from functions.restore_test.blocks import BLOCKS, BUDGET
from functions.restore_test.checks import CHECKS, Check, Test, recovery_point
from functions.restore_test.instances import Instances, Restored
from functions.restore_test.metrics import (
    RECOVERY_POINT_MINUTES,
    RECOVERY_TIME_MINUTES,
    RESTORE_TEST_AGE_DAYS,
    RESTORE_TEST_SUCCEEDED,
    RESTORED_INSTANCES_LEFT,
)
from functions.restore_test.settings import COMMAND, LONGEST, READINESS, REMOVED_BY, Settings
from functions.restore_test.sides import LONGEST_SECONDS, Databases, Refused, Side
from functions.shared import metrics, schema
from functions.shared.restore_records import Line, Records

# Of a call; the next one comes five minutes after it has begun.
CALL = timedelta(minutes=4)
# Between two looks at an instance that is not ready.
PAUSE_SECONDS = 10
# For the password to arrive, before it is set again: a rotation in between makes another one of it.
_PASSWORD = timedelta(minutes=5)
# No statement is given less.
_LEAST_SECONDS = 5.0

_OK = "ok"
_NOT_ASKED = "not asked"  # what the system file leaves out


class RestoreTestError(Exception):
    """A part of a call has failed; the next call tries it again. Never has a value of a row or an entry."""


@dataclass(frozen=True)
class Clock:
    """The time, and how it passes."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


@dataclass
class RestoreTest:
    """All that a call works with.

    Args:
        settings: names, and when.
        instances: RDS.
        records: of the tests before.
        databases: how they are connected to.
        clock: the time.
        checks: what is asked first.
        blocks: what is asked then, as long as its time lasts.
        application: is asked last; None where it is not.
    """

    settings: Settings
    instances: Instances
    records: Records
    databases: Databases
    clock: Clock = Clock()
    checks: tuple[Check, ...] = CHECKS
    blocks: Check = BLOCKS
    application: Application | None = None
    _failures: list[str] = field(default_factory=list)

    def call(self, *, begin: bool = False) -> None:
        """One call of the clock; with `begin` a test begins now, whatever the day.

        Raises:
            RestoreTestError: some of it failed. The rest has been done all the same.
        """
        self._failures = []
        self._deadline = self.clock.now() + CALL
        self._part("removal", self._remove_old)
        self._part("canary", self._write_canary)
        self._part("test", lambda: self._advance(begin=begin))
        self._part("age", self._measure_age)
        if self._failures:
            raise RestoreTestError("; ".join(self._failures))

    def _part(self, name: str, does: Callable[[], object]) -> None:
        try:
            does()
        except Exception as error:  # noqa: BLE001  # told as a whole at the end of the call
            # The message of botocore and of PostgreSQL: what was asked, and why not.
            self._failures.append(f"{name}: {type(error).__name__}: {error}")

    # Whatever happened.

    def _remove_old(self) -> None:
        """Removes what is too old, and writes down tests that have ended without a record."""
        now = self.clock.now()
        _, found = self.instances.described()
        left = [each for each in found if now - self._began(each, now) > REMOVED_BY]
        metrics.write(RESTORED_INSTANCES_LEFT, len(left), instances=" ".join(e.identifier for e in left))
        for each in found:
            if now - self._began(each, now) > LONGEST and not each.leaving:
                self._part(f"removal of {each.identifier}", partial(self.instances.remove, each))
        for each in found:
            if each.leaving or now - self._began(each, now) > LONGEST:
                self._part(f"record of {each.identifier}", partial(self._record_unfinished, each))
                if self.application is not None:
                    self._part("removal of a Job", partial(self.application.remove, each.identifier))

    def _began(self, restored: Restored, now: datetime) -> datetime:
        """When it was asked for: by its own note, by RDS, or by its name."""
        return (
            restored.time("begun")
            or restored.described.get("InstanceCreateTime")
            or self.settings.due(restored.identifier)
            or now
        )

    def _record_unfinished(self, restored: Restored) -> None:
        due = self.settings.due(restored.identifier)
        if due is None or "superseded" in restored.notes or due in self.records.listed():
            return
        step = restored.notes.get("step", "restoring")
        restored.notes["check.finished"] = f"removed at the step {step}, RDS said {restored.status}"
        self._report(restored, due)

    # Every call.

    def _write_canary(self) -> None:
        with self.databases.live(_LEAST_SECONDS) as live:
            canary.write(live)

    def _measure_age(self) -> None:
        serving, _ = self.instances.described()
        now = self.clock.now()
        succeeded = [due for due, good in self.records.listed().items() if good]
        last = max(succeeded, default=None) or serving.get("InstanceCreateTime") or now
        age = max(timedelta(), now - last)
        metrics.write(RESTORE_TEST_AGE_DAYS, round(age / timedelta(days=1), 2))

    # The test.

    def _advance(self, *, begin: bool) -> None:
        serving, found = self.instances.described()
        under_way = [each for each in found if not each.leaving]
        if not under_way:
            self._begin(found, begin=begin)
            return
        for each in under_way[1:]:
            self._part(f"removal of {each.identifier}", partial(self._supersede, each, under_way[0]))
        restored: Restored | None = under_way[0]
        while restored is not None and self.clock.now() < self._deadline:
            restored = self._next(serving, restored)

    def _begin(self, found: list[Restored], *, begin: bool) -> None:
        now = self.clock.now()
        due = now.replace(second=0, microsecond=0) if begin else self.settings.window(now)
        if due is None or due in self.records.listed():
            return
        identifier = self.settings.identifier(due)
        if any(each.identifier == identifier for each in found):
            return  # it is being removed
        with self.databases.live(LONGEST_SECONDS) as live:
            digest = schema.digest(live)
        notes = {"begun": self.clock.now().isoformat(), "schema": digest, "step": "restoring"}
        self.instances.restore(identifier, notes)

    def _supersede(self, restored: Restored, by: Restored) -> None:
        """Has the later of two tests removed that a person and the clock have begun at the same moment."""
        self.instances.note(restored, superseded=by.identifier)
        self.instances.remove(restored)

    def _next(self, serving: Mapping[str, Any], restored: Restored) -> Restored | None:
        """Does one step, or a part of it; the instance as it is then, None when it is done with."""
        if restored.dead:
            self.instances.note(
                restored, **{"check.restored": f"RDS says {restored.status}", "step": "finishing"}
            )
        step = restored.notes.get("step", "restoring")
        if step == "restoring":
            return self._await_instance(restored)
        if step == "password":
            self.instances.set_password(restored, self.databases.password(restored))
            self.instances.note(restored, step="login", asked=self.clock.now().isoformat())
            return self.instances.refreshed(restored)
        if step == "login":
            return self._await_login(restored)
        if step in ("checks", "blocks"):
            return self._look(serving, restored)
        if step in ("application", "command") and self.application is not None:
            return self._ask_application(self.application, restored)
        self._finish(restored)
        return None

    def _await_instance(self, restored: Restored) -> Restored:
        if restored.available:
            self.instances.note(restored, step="password")
            return restored
        return self._later(restored)

    def _await_login(self, restored: Restored) -> Restored:
        if restored.available:
            with self.databases.master(restored) as master:
                if master is not None:
                    self.instances.note(restored, step="checks")
                    return restored
        asked = restored.time("asked")
        if asked is None or self.clock.now() - asked > _PASSWORD:
            self.instances.note(restored, step="password")
        return self._later(restored)

    def _later(self, restored: Restored) -> Restored:
        self.clock.sleep(PAUSE_SECONDS)
        return self.instances.refreshed(restored)

    def _look(self, serving: Mapping[str, Any], restored: Restored) -> Restored:
        """Asks as many questions as the call has time for."""
        with self.databases.live(LONGEST_SECONDS) as live, self.databases.master(restored) as master:
            if master is None:
                # The services' password was rotated since: the master's follows from it.
                self.instances.note(restored, step="password")
                return restored
            try:
                with self.databases.restored(restored) as copy:
                    self._ask_all(self._test(serving, restored, live, copy, master), restored)
            except Refused as error:
                if not error.code.startswith("28"):
                    raise
                self.instances.note(restored, **{"check.login": str(error), "step": "finishing"})
        return restored

    def _test(
        self, serving: Mapping[str, Any], restored: Restored, live: Side, copy: Side, master: Side
    ) -> Test:
        begun = self._began(restored, self.clock.now())
        return Test(
            live=live,
            copy=copy,
            master=master,
            instances=(serving, restored.described),
            begun=begun,
            schema=restored.notes.get("schema", ""),
            recovery_point_minutes=self.settings.recovery_point_minutes,
            week=begun.isocalendar().week,
        )

    def _ask_all(self, test: Test, restored: Restored) -> None:
        note = self.instances.note
        if restored.notes["step"] == "checks":
            note(restored, **{"check.login": _OK})
            for check in self.checks:
                if f"check.{check.name}" not in restored.notes and not self._ask(check, test, restored):
                    return
            taken = self.clock.now() - test.begun
            note(
                restored,
                step="blocks",
                recovery=f"{taken / timedelta(minutes=1):.1f}",
                point=f"{min(recovery_point(test), 1e6):.1f}",
                blocks=self.clock.now().isoformat(),
            )
        if self._ask(self.blocks, test, restored):
            note(restored, step="application", application=self.clock.now().isoformat())

    def _ask(self, check: Check, test: Test, restored: Restored) -> bool:
        """Looks at a check's items, from where the last call has ended; False when no time is left."""
        note = self.instances.note
        self._limit(test)
        items = list(check.items(test))
        at, seen = (int(restored.notes.get(f"{word}.{check.name}", "0")) for word in ("at", "seen"))
        found = [text for text in [restored.notes.get(f"found.{check.name}", "")] if text]
        while at < len(items) and not self._over(check, restored):
            if self.clock.now() >= self._deadline:
                so_far = {"at": str(at), "seen": str(seen), "found": " / ".join(found)}
                note(restored, **{f"{word}.{check.name}": text for word, text in so_far.items()})
                return False
            wrong = self._looked(check, test, items[at])
            found += [wrong] if wrong else []
            at, seen = at + 1, seen + (wrong is not None)
        counted = f" {seen} of {len(items)}" if len(items) != 1 else ""
        note(restored, **{f"check.{check.name}": " / ".join(found) or f"{_OK}{counted}"})
        return True

    def _looked(self, check: Check, test: Test, item: Any) -> str | None:
        self._limit(test)
        try:
            return check.look(test, item)
        except Refused as error:
            # Blocks that cannot be read show like this. What the live one refuses fails the test as well:
            # without it there is nothing to compare with.
            return str(error)

    def _limit(self, test: Test) -> None:
        left = (self._deadline - self.clock.now()).total_seconds()
        for side in (test.live, test.copy, test.master):
            side.limit(min(max(left, _LEAST_SECONDS), LONGEST_SECONDS))

    def _over(self, check: Check, restored: Restored) -> bool:
        begun = restored.time("blocks")
        return check is self.blocks and begun is not None and self.clock.now() - begun > BUDGET

    def _ask_application(self, application: Application, restored: Restored) -> Restored:
        begun, now = restored.time("application"), self.clock.now()
        over = begun is not None and now - begun > application.longest
        try:
            found = self._said(application, restored, over=over)
        except Exception as error:  # the test has a time that it ends at
            if not over:
                raise
            found = dict.fromkeys(application.checks, f"not known: {type(error).__name__}: {error}")
        if found is None:
            return self._later(restored)
        answers = {f"check.{name}": text or _OK for name, text in found.items()}
        self.instances.note(restored, **answers, step="finishing")
        return restored

    def _said(self, application: Application, restored: Restored, *, over: bool) -> dict[str, str] | None:
        """Has the application begin, or asks what has come of it; None as long as nothing has."""
        if restored.notes["step"] == "command" or over:
            return application.outcome(restored.identifier, over=over)
        with self.databases.master(restored) as master:
            if master is None:  # as above
                self.instances.set_password(restored, self.databases.password(restored))
                return None
            address = self.databases.prepare_application(restored, master)
        application.begin(restored.identifier, address)
        self.instances.note(restored, step="command", asks=" ".join(application.checks))
        return None

    # Its end.

    def _finish(self, restored: Restored) -> None:
        due = self.settings.due(restored.identifier)
        if due is not None and due not in self.records.listed():
            self._report(restored, due)
        if self.application is not None:
            self.application.remove(restored.identifier)
        self.instances.remove(restored)

    def _report(self, restored: Restored, due: datetime) -> None:
        """The metrics, the ledger's line, the record: a call that was killed in between writes all again."""
        notes = restored.notes
        checks = {
            name.removeprefix("check."): text for name, text in notes.items() if name.startswith("check.")
        }
        # What a Job was made for is wanted, too, where the system file has left it out since.
        asked = {*notes.get("asks", "").split(), *(self.application.checks if self.application else ())}
        succeeded = _passed(checks, [*(each.name for each in (*self.checks, self.blocks)), *asked])
        checks |= {name: _NOT_ASKED for name in (READINESS, COMMAND) if name not in asked}
        recovery, point = (float(notes[name]) if name in notes else None for name in ("recovery", "point"))
        if recovery is not None:
            metrics.write(RECOVERY_TIME_MINUTES, recovery, instance=restored.identifier)
        if point is not None:
            metrics.write(RECOVERY_POINT_MINUTES, point, instance=restored.identifier)
        metrics.write(RESTORE_TEST_SUCCEEDED, int(succeeded), **checks)
        content = {
            "begun": notes.get("begun", ""),
            "checks": checks,
            "database": self.settings.database,
            "instance": restored.identifier,
            "instanceClass": restored.described.get("DBInstanceClass"),
            "recoveryPointMinutes": point,
            "recoveryTimeMinutes": recovery,
            "version": restored.described.get("EngineVersion"),
        }
        self.records.write(Line(due, succeeded, recovery, point), {**content, "succeeded": succeeded})


def _passed(checks: Mapping[str, str], wanted: list[str]) -> bool:
    """Every question was asked, and none found anything."""
    answered = all(name in checks for name in wanted)
    return answered and all(text.split()[:1] == [_OK] for text in checks.values())

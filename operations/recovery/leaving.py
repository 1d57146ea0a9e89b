"""A region that is left on purpose: nothing is written there any more, and the other one has all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.configuration import Configuration
from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery.closing import close_database
from operations.recovery.instances import address_of
from operations.recovery.preparation import Preparation
from operations.recovery.replica import Replica
from operations.recovery.run import Run
from operations.recovery.services import Services
from operations.recovery.steps import Clock, Progress, Step, wait_until
from timing.data.recovery import Wait


class Leaving:
    """The steps before anything is promoted.

    Args:
        configuration: the environment, seen from the region that is left.
        connection: to the account, in that region.
        instance: RDS's identifier of the database.
        clock: time.
    """

    def __init__(
        self, configuration: Configuration, connection: Connection, instance: str, clock: Clock
    ) -> None:
        self._clock, self._connection = clock, connection
        self._services = Services.of(configuration, connection)
        self._preparation = Preparation(configuration, connection)
        self._database = Replica(connection, instance)

    def check(self) -> None:
        """Sees that nothing is under way that would be cut off.

        Raises:
            OperationFailed: a job runs.
        """
        if running := self._services.running_jobs():
            raise OperationFailed(
                f"{', '.join(running)} runs, and would be cut off half-way. Wait for its end, or stop it "
                f"(`kubectl delete job {running[0]}`); then the same command."
            )

    def steps(self, run: Run) -> Iterator[Step]:
        """What is done in the region that is left; passed over when the promotion has begun."""
        yield self._stop(run)
        yield self._closed(run)
        yield self._replayed(run)

    def _stop(self, run: Run) -> Step:
        def act(progress: Progress) -> str:
            self._services.stop_and_wait(progress, self._clock)
            run.about["stopped"] = True
            return f"{self._services.names} write no more"

        does = f"stop {self._services.names}: people cannot work from now on"
        return Step("stop", does, Wait.STOP_SERVICES, lambda: bool(run.about.get("stopped")), act)

    def _closed(self, run: Run) -> Step:
        """One-off jobs and people would write on, and nobody would ever see it."""

        def act(progress: Progress) -> str:
            instance, ended = self._database.there(), list[str]()
            close_database(self._connection, instance, self._preparation.groups())

            def others() -> str | None:
                found = self._preparation.disconnect(address_of(instance))
                ended.extend(found)
                return f"{len(found)} sessions, as {found[0]}" if found else None

            wait_until(others, Wait.CLOSED, progress, self._clock, "sessions of the database")
            run.about["closed"] = True
            whose = ", ".join(sorted(set(ended)))
            return f"nobody connects to {self._database.name} any more" + (
                f"; ended: {whose}" if whose else ""
            )

        does = f"let nobody into {self._database.name} any more: no job, and no person"
        return Step("closed", does, Wait.CLOSED, lambda: bool(run.about.get("closed")), act)

    def _replayed(self, run: Run) -> Step:
        def act(progress: Progress) -> str:
            address = address_of(self._database.there())
            written = run.about.setdefault("written", self._preparation.replication(address)["written"])

            def missing() -> str | None:
                found = self._preparation.replication(address)
                return _behind(str(written), found)

            wait_until(missing, Wait.REPLAYED, progress, self._clock, "the replica")
            run.about["replayed"] = True
            return f"the replica has all rows (log position {written})"

        does = "wait until the replica has all that was written"
        return Step("replayed", does, Wait.REPLAYED, lambda: bool(run.about.get("replayed")), act)


def _behind(written: str, found: dict[str, Any]) -> str | None:
    """How far the slowest replica is behind a position; None when all have come there.

    Which of several is promoted the log does not say; a connection that is dead stays for a minute.
    """
    replayed = [_position(each) for each in found["replayed"]]
    if not replayed:
        raise OperationFailed("no replica follows the database; was it promoted, or is it being made?")
    missing = _position(written) - min(replayed)
    return f"{missing:,} bytes of the log are missing" if missing > 0 else None


def _position(text: str) -> int:
    """A position in the write-ahead log (`16/B374D848`: two halves of 32 bits) as a number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)

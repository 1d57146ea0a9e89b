"""One deployment: `pulumi up` of what is checked out, compared with what was agreed to, and written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from commands.errors import CommandError
from infra.configuration import Configuration
from operations.console import OperationFailed
from operations.deployment import approval
from operations.deployment.engine import Engine, Interrupted, StackLocked
from operations.deployment.only_versions import UNFINISHED, goes_back
from operations.deployment.plan import Plan
from operations.deployment.records import Outcome, Record, Records, begun
from operations.releases import untried
from preview.approvals import read_approvals

Tell = Callable[[str], None]


class Deployment:
    """What is needed for it.

    Args:
        root: the checkout.
        configuration: the environment, as its files say.
        records: of its deployments.
        commit: that is checked out.
        today: of approvals.
    """

    def __init__(
        self, root: Path, configuration: Configuration, records: Records, commit: str, today: date
    ) -> None:
        self._root, self._today = root, today
        self._configuration, self._records, self._commit = configuration, records, commit
        self._environment = configuration.settings.environment.value
        self._engine = Engine(root, self._environment)

    def run(
        self, agreed: Plan | None, *, again: bool, tell: Tell, show: Tell, approvals: bool = True
    ) -> Record:
        """Deploys; answers what was written down.

        Args:
            agreed: the plan that was shown; None for whatever there is to do.
            again: also what was rolled back here before.
            approvals: what is lost or weakened where data is protected needs its line of approvals.yaml. The
                way back to what stood before, and an emergency, which has two people, go without.
            tell: says what goes on, a line each.
            show: takes the engine's lines.

        Raises:
            PlanChanged: something else would be done. Nothing was.
            NotApproved: somebody has to agree to what would be lost. Nothing was done.
            StackLocked: another deployment is under way, or has left its lock. Nothing was done.
            Interrupted: it was stopped.
            OperationFailed: these versions were rolled back, or never tried, or the engine failed.
        """
        newest = list(self._first(20))
        declared = self._look_back(newest, tell, again=again)
        if declared is None:
            self._check_tried()
        self._check_agreed(agreed, newest, tell, approvals=approvals and declared is None)
        record = begun(self._environment, self._commit, self._configuration.images, datetime.now(UTC))
        if declared is not None:
            record = replace(record, reason=declared.reason, second=declared.second, skipped=declared.skipped)
        self._records.save(record)
        try:
            self._engine.up(show)
        except StackLocked as error:
            # Nothing has begun: what stood before it is what stands.
            self._end(record, Outcome.LOCKED_OUT, str(error).partition(". ")[0])
            raise
        except Interrupted:
            self._end(record, Outcome.INTERRUPTED)
            raise
        except CommandError as error:
            self._end(record, Outcome.FAILED, str(error).splitlines()[-1])
            raise
        return self._end(record, Outcome.DEPLOYED)

    def _check_agreed(
        self, agreed: Plan | None, newest: Sequence[Record], tell: Tell, *, approvals: bool
    ) -> None:
        protected = self._configuration.settings.standard.protects_data
        asked = approvals and protected and not goes_back(self._root, self._configuration, newest)
        if protected and not asked and agreed is None:
            tell(
                f"deploy {self._environment}: without approvals.yaml, as in an emergency and on the way back"
            )
        if agreed is None and not asked:
            return
        what = "what it would lose or weaken" if agreed is None else "the plan that was agreed to"
        tell(f"deploy {self._environment}: comparing with {what}")
        # A mistake in the file is told before the engine is asked.
        lines = read_approvals(self._root) if asked else []
        # Also what stays: an alarm goes with what it watches, a gateway is no outage beside another one.
        preview = self._engine.preview("--show-sames")
        if agreed is not None:
            Plan.of(self._environment, self._commit, preview).check(agreed)
        if asked:
            approval.check(self._environment, preview, lines, self._today)

    def _end(self, record: Record, outcome: Outcome, *notes: str) -> Record:
        ended = replace(record.with_outcome(outcome, *notes), ended=datetime.now(UTC).isoformat())
        self._records.save(ended)
        return ended

    def _look_back(self, newest: Sequence[Record], tell: Tell, *, again: bool) -> Record | None:
        """What the records say against it; answers the emergency that was declared for it, if one was."""
        if newest and newest[0].outcome is Outcome.UNDER_WAY:
            other = newest[0]
            tell(
                f"warning: the deployment of {other.who} that began {other.began} has not ended: it still "
                f"runs, or its runner has died. {other.run or other.id}"
            )
        back = next((each for each in newest if dict(each.images) == dict(self._configuration.images)), None)
        if back is not None and back.outcome is Outcome.ROLLED_BACK and not again:
            raise OperationFailed(
                f"{self._environment} was rolled back from these versions ({back.id}: "
                f"{'; '.join(back.notes) or 'no notes'}). Commit the versions that it went back to (make "
                f"rollback ENV={self._environment}), or other ones; AGAIN=1 takes these all the same."
            )
        # Deployed once more, an emergency that has not come to its end is still one.
        declared = newest[0] if newest and newest[0].reason else None
        under_way = declared is not None and declared.outcome in (Outcome.DECLARED, *UNFINISHED)
        return declared if declared and under_way and declared.commit == self._commit else None

    def _check_tried(self) -> None:
        """The same artifact is promoted (contract ENV-4); an emergency alone leaves that out."""
        before = untried(self._root, self._environment, self._configuration.images)
        if before:
            raise OperationFailed(
                f"{self._environment} would get versions that {before} has never had together. "
                f"`make promote FROM={before} TO={self._environment}` copies those that were tried there; "
                "in an emergency, `make emergency` comes first. Nothing was done."
            )

    def _first(self, count: int) -> list[Record]:
        records = self._records.newest_first()
        return [each for each, _ in zip(records, range(count), strict=False)]

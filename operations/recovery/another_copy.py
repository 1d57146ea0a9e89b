"""Another copy of the database, in a recovery of an account that has restored one which is not good."""

from __future__ import annotations

from operations.console import OperationError
from operations.recovery.backup_account import Copied
from operations.recovery.instances import Instances
from operations.recovery.run import Run

# What is to be done again with it; what was noted about it was about the one of before.
_AGAIN = ("ask", "copied", "begin", "restore", "adopt", "build", "check")


def take_another(run: Run, copied: Copied, instances: Instances) -> None:
    """Has a recovery that is under way go on with another copy; with the same one nothing changes.

    The instance of before stays as it is, protected: as a retired generation when the engine has adopted it,
    else beside what the engine knows.

    Args:
        run: the recovery.
        copied: the copy.
        instances: of the account that is built again.

    Raises:
        OperationError: people work with the one of before.
    """
    if copied.name == run.about["point"]:
        return
    before = int(run.about["target"])
    if run.about.get("services"):
        raise OperationError(
            f"--to: people work with {instances.name(before)} already. End this recovery first, with the "
            "same command without --to; for older rows then: `recover database`."
        )
    made = copied.made.isoformat()
    run.decisions.append(f"the copy of {run.about['databaseOf']} is left for that of {made}")
    run.about |= {"point": copied.name, "databaseOf": made}
    if instances.is_adopted(before):  # asked of AWS: a deployment that was cut off has noted nothing
        run.about["retired"] = [*run.about.get("retired", ()), before]
    if instances.find(before) is not None:
        run.about["target"] = before + 1
    for name in ("job", "found", "build"):
        run.about.pop(name, None)
    for name in _AGAIN:
        run.steps.pop(name, None)

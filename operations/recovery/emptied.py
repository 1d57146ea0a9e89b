"""An emptied account, and whether it is empty enough to restore an environment's database in it."""

from __future__ import annotations

from infra.configuration.generations import MOST
from operations.console import OperationError
from operations.recovery.instances import Instances


def check_emptied(instances: Instances, account: str, current: int, *, force: bool) -> str:
    """The name of the database that stands there all the same; empty for none.

    Args:
        instances: of the account.
        account: its id.
        current: the generation that the stack file has serve.
        force: it may stand.

    Raises:
        OperationError: it may not; or something stands where the new one would be.
    """
    name, new = instances.name(current), instances.name(current + 1)
    stands = name if instances.find(current) is not None else ""
    if stands and not force:
        raise OperationError(
            f"{name} stands in account {account}, which is not empty. For its data: `recover database`. Is "
            "it worthless all the same? Then: --force, and it stays beside the new one."
        )
    if current >= MOST:
        raise OperationError(f"there are {MOST} generations; begin to count anew.")
    if instances.find(current + 1) is not None:  # it would be taken for what was restored
        raise OperationError(
            f"{new} stands in account {account}, where the database would be restored. Is it worthless? Then "
            f"delete it; or write `generation: {current + 1}` in groundwork:database, and --force."
        )
    return stands

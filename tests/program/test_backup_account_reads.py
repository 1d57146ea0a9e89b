"""ENV-6: a preview leaves the backup account out where a stack file changes in what it does not depend on."""

from __future__ import annotations

import pytest

from rehearsal.review.backup_account import OF_THE_ENVIRONMENT_ALONE
from tests.support.recorder import Recording, stack_file
from tests.support.recordings import backup_account_of, backup_account_with

pytestmark = pytest.mark.contract("ENV-6")

# Other values that prod may have, each of which changes something in the environment itself.
OTHERS = {
    "alarms": {"actions": True, "email": "another@example.org"},
    "budget": {"monthly": 5000},
    "cluster": {"version": "1.34", "apiAccess": ["203.0.113.0/24"]},
    "images": dict.fromkeys(("api", "worker", "admin"), f"sha256:{'7' * 64}"),
    "redis": {"enabled": True, "cache": "micro", "queue": "micro"},
    "replicas": {"minimum": 4, "maximum": 12},
    "takenBack": {"from": f"sha256:{'7' * 64}", "to": f"sha256:{'8' * 64}"},
}


def declared(recording: Recording) -> dict[str, object]:
    return {each.urn: each.inputs for each in recording.resources}


def test_each_key_is_tried_with_another_value() -> None:
    assert set(OTHERS) == set(OF_THE_ENVIRONMENT_ALONE)
    assert all(OTHERS[key] != stack_file("prod").get(key) for key in OTHERS)


@pytest.mark.parametrize("key", OF_THE_ENVIRONMENT_ALONE)
def test_nothing_there_depends_on_it(key: str) -> None:
    assert declared(backup_account_with({key: OTHERS[key]})) == declared(
        backup_account_of("triangle", "prod")
    )


def test_what_it_depends_on_is_seen_by_the_same_comparison() -> None:
    assert declared(backup_account_with({"backupAccount": "230000000008"})) != declared(
        backup_account_of("triangle", "prod")
    )

"""`recover deployment` may ask AWS about everything that a killed deployment can have left half-made."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session
import pytest
from botocore import xform_name

from operations.recovery.being_made import STATUSES
from operations.recovery.identity_rules import ASKED
from rehearsal.rights.commands import HALF_MADE
from tests.support.recorded_calls import actions_of

pytestmark = pytest.mark.contract("SEC-1", "DEP-1")


def _methods() -> Iterator[tuple[str, str]]:
    """boto3's services and methods, of both tables."""
    for asked in ASKED.values():
        yield asked.service, asked.operation
        if asked.each:
            yield asked.service, asked.each[0]
    for status in STATUSES.values():
        yield status.service, status.operation


def test_the_table_of_rights_has_what_both_tables_ask_and_nothing_else() -> None:
    session = botocore.session.get_session()
    called = set()
    for service, method in set(_methods()):
        names = session.get_service_model(service).operation_names
        (operation,) = [name for name in names if xform_name(name) == method]
        called |= set(actions_of(service, operation, {}))
    assert called == set(HALF_MADE)

"""What a test of many things tells of those that fail."""

from __future__ import annotations

import pytest

from tests.support.for_each import for_each


@for_each(lambda: ["good", "bad", "worse"])
def looked_at(name: str, wanted: str) -> None:
    assert name == wanted


def test_all_that_fail_are_told_and_no_other() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"(?s)2 of 3:\nbad: .*\nworse: ") as failed:
        looked_at(wanted="good")
    assert "good: " not in str(failed.value)


def test_nothing_at_all_is_no_success() -> None:
    with pytest.raises(pytest.fail.Exception, match="nothing to look at"):
        for_each(list)(lambda name: None)()

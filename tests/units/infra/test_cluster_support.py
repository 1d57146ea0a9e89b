"""The end of a Kubernetes version's standard support is told in time, everywhere from one table."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from costs.data.prices import PRICES
from infra.configuration.cluster_settings import (
    CLUSTER_VERSIONS,
    NOTICE_DAYS,
    STANDARD_PRICE,
    support_notice,
)
from preview.money import bill_after
from preview.report import Report
from rehearsal.cost import as_json, show
from tests.support.changes import change_between
from tests.support.json_output import check_output
from tests.support.recorder import record, stack_file
from tests.support.recordings import recording_of

END = date.fromisoformat(CLUSTER_VERSIONS["1.34"])


@pytest.mark.parametrize(
    ("days", "verb"),
    [(NOTICE_DAYS + 1, ""), (NOTICE_DAYS, "ends"), (1, "ends"), (0, "ended"), (-30, "ended")],
)
def test_it_is_told_from_sixty_days_before_on(days: int, verb: str) -> None:
    said = support_notice("1.34", END - timedelta(days))
    assert said.startswith(f"EKS's standard support of Kubernetes 1.34 {verb} on 2026-12-02" if verb else "")
    assert bool(said) is bool(verb)


def test_it_says_what_becomes_of_the_clusters_and_what_to_write() -> None:
    said = support_notice("1.34", END)
    assert "(extended support, 0.60 US$ an hour for one instead of 0.10, is never paid for)" in said
    assert said.endswith("Set cluster.version to 1.35 (until 2027-03-27) or 1.36 (until 2027-08-02).")


def test_a_version_that_the_table_lacks_ends_on_no_day() -> None:
    assert support_notice("9.99", END) == ""


def test_the_price_in_the_notice_is_the_bills() -> None:
    dollars = {price.dollars for price in PRICES if price.what == "EKS cluster"}
    assert {f"{each:.2f}" for each in dollars} == {STANDARD_PRICE}


def test_the_program_warns_and_a_preview_and_a_bill_say_it(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = stack_file("dev")["cluster"]
    older = record("dev", {"cluster": {**settings, "version": "1.34"}})
    assert any("standard support of Kubernetes 1.34 ends on" in each.message for each in caplog.records)
    change = change_between(recording_of("dev"), older)
    [note] = Report(change, "main", today=END).notes
    assert note == support_notice("1.34", END)
    assert Report(change, "main", today=END - timedelta(NOTICE_DAYS + 1)).notes == ()
    bill = replace(bill_after(change), notes=(note,))
    show(bill, "dev")
    assert "Kubernetes 1.34 ended on" in " ".join(capsys.readouterr().out.split())
    told = json.loads(json.dumps(as_json(bill, "dev")))
    check_output("cost", told)
    assert told["notes"] == [note]

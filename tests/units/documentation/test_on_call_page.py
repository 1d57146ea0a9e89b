"""The page for who is on call names what there is, and nothing that they may not do."""

from __future__ import annotations

import re

import pytest

from infra.configuration.file_names import NAMESPACE
from infra.kubernetes.on_call import RULES
from infra.monitoring.saved_queries import SAVED_QUERIES
from tests.support.checkout import ROOT

PAGE = (ROOT / "docs" / "on-call.md").read_text(encoding="utf-8")
HERE = [row.split("|")[2] for row in re.findall(r"^\| 00\d.*$", PAGE, re.MULTILINE)]


def test_it_has_every_saved_query() -> None:
    row = next(row for row in PAGE.splitlines() if "the saved queries" in row)
    assert re.findall(r"`([a-z-]+)`", row.split("|")[2]) == [query.name for query in SAVED_QUERIES]


def test_every_key_is_one_of_the_two_files() -> None:
    configuration = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    keys = [
        key
        for cell in HERE
        for key in re.findall(r"`((?:maintenance|debug|replicas|services)\.[A-Za-z<>.]+)`", cell)
    ]
    assert len(keys) > 5
    assert [key for key in keys if f"| `{key}` |" not in configuration] == []
    assert NAMESPACE not in PAGE  # keys are called as on the page of configuration


@pytest.mark.parametrize(
    ("said", "resource", "verb"),
    [("kubectl delete pod", "pods", "delete"), ("kubectl patch hpa", "horizontalpodautoscalers", "patch")],
)
def test_what_it_tells_to_do_in_the_cluster_is_allowed(said: str, resource: str, verb: str) -> None:
    assert any(said in cell for cell in HERE)
    assert any(resource in rule["resources"] and verb in rule["verbs"] for rule in RULES)


def test_no_alarm_tells_what_they_cannot_do_or_leaves_out_how() -> None:
    """They may not change Deployments, and reach neither database nor Redis."""
    told = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")
    assert re.findall(r"restart the service|rollout restart|clear it,", told) == []
    assert "remove the service's pods one by one (kubectl delete pod)" in told
    assert "clear it with a job of the system file (docs/on-call.md)" in told


def test_what_it_says_is_refused_is_refused() -> None:
    assert "`kubectl rollout restart` is refused" in PAGE
    assert not any("deployments" in rule["resources"] for rule in RULES)

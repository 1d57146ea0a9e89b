"""The engine's event log is followed while it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rehearsal.events import LogReader

URN = "urn:pulumi:dev::groundwork::groundwork:network:Network$aws:ec2/vpc:Vpc::main"


def step(name: str) -> dict[str, Any]:
    return {name: {"metadata": {"op": "create", "urn": URN, "type": "aws:ec2/vpc:Vpc"}}}


def write(path: Path, *events: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


def test_steps_and_the_engines_own_count_are_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "log"
    write(
        path,
        step("resourcePreEvent"),
        step("resOutputsEvent"),
        {"summaryEvent": {"resourceChanges": {"create": 1}}},
    )
    log = LogReader(path).read()
    assert (len(log.planned), len(log.done), log.changes) == (1, 1, {"create": 1})


def test_a_line_that_is_still_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "log"
    whole = json.dumps(step("resOutputsEvent")) + "\n"
    path.write_text(whole + whole[:20], encoding="utf-8")
    reader = LogReader(path)
    assert len(reader.read().done) == 1
    path.write_text(whole + whole, encoding="utf-8")
    assert len(reader.read().done) == 2


def written_by_the_engine(operation: str, resource_type: str) -> dict[str, Any]:
    """An end as the engine writes it, in its order."""
    state = {"urn": URN, "outputs": {"name": "main"}}
    ended = {"op": operation, "urn": URN, "type": resource_type, "old": state, "new": state}
    return {"sequence": 7, "timestamp": 1796142984, "resOutputsEvent": {"metadata": ended}}


def line_of(event: dict[str, Any]) -> str:
    return json.dumps(event, separators=(",", ":")) + "\n"


def test_of_what_stays_as_it_is_the_end_is_told_without_its_states(tmp_path: Path) -> None:
    path = tmp_path / "log"
    kinds = [("same", "aws:ec2/vpc:Vpc"), ("update", "aws:ec2/vpc:Vpc"), ("same", "pulumi:pulumi:Stack")]
    path.write_text("".join(line_of(written_by_the_engine(*kind)) for kind in kinds), encoding="utf-8")
    done = LogReader(path).read().done
    assert [(each.operation, each.urn, each.type) for each in done] == [
        (operation, URN, resource_type) for operation, resource_type in kinds
    ]
    assert [bool(each.new) for each in done] == [False, True, True]


def test_an_error_names_its_resource_and_has_no_colour_marks(tmp_path: Path) -> None:
    path = tmp_path / "log"
    error = {"severity": "error", "message": "<{%reset%}>error: it is taken<{%reset%}>\n", "urn": URN}
    write(path, {"diagnosticEvent": error}, {"diagnosticEvent": {**error, "severity": "warning"}})
    log = LogReader(path).read()
    assert log.diagnostics == ["aws:ec2/vpc:Vpc main: it is taken"]
    assert log.warnings == ["it is taken"]

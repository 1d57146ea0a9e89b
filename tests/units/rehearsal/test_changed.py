"""What a deployment has changed, read from the engine's events."""

from __future__ import annotations

from typing import Any

from rehearsal.assets import SIGNATURE
from rehearsal.changed import changed, changed_outputs
from rehearsal.events import Log

SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}


def log_of(*steps: tuple[str, str, dict[str, str], dict[str, Any], dict[str, Any]]) -> Log:
    """The log of steps: operation, name, kinds of differences by path, inputs before and after."""
    log = Log()
    for operation, name, kinds, before, after in steps:
        metadata = {
            "op": operation,
            "urn": f"urn:pulumi:dev::groundwork::groundwork:network:Network$aws:ec2/vpc:Vpc::{name}",
            "type": "aws:ec2/vpc:Vpc",
            "old": {"inputs": before},
            "new": {"inputs": after},
            "detailedDiff": {path: {"diffKind": kind} for path, kind in kinds.items()} or None,
        }
        log.add({"resOutputsEvent": {"metadata": metadata}})
    return log


def test_a_replacement_is_one_line_that_names_what_forces_it() -> None:
    kinds = {"tags": "update", "cidrBlock": "update-replace"}
    values: tuple[dict[str, Any], dict[str, Any]] = ({"cidrBlock": "a"}, {"cidrBlock": "b"})
    log = log_of(
        ("create-replacement", "main", kinds, *values),
        ("replace", "main", kinds, *values),
        ("delete-replaced", "main", {}, {}, {}),
    )
    (line,) = changed(log)
    assert (line.verb, line.area, line.resource) == ("replaced", "Network", "aws:ec2/vpc:Vpc main")
    assert [str(each) for each in line.properties] == ['cidrBlock: "a" => "b"']


def test_a_value_is_shown_where_a_line_has_room_and_it_is_no_secret() -> None:
    before = {"rules": [{"a.b": 1, "text": "x" * 99}], "secret": SECRET}
    after = {"rules": [{"a.b": 2, "text": "y" * 99}], "secret": SECRET}
    paths = dict.fromkeys(('rules[0]["a.b"]', "rules[0].text", "secret", "gone[3].x"), "update")
    (line,) = changed(log_of(("update", "main", paths, before, after)))
    assert [str(each) for each in line.properties] == [
        'rules[0]["a.b"]: 1 => 2',
        "rules[0].text",
        "secret",
        "gone[3].x",
    ]


def test_what_is_lost_comes_before_what_is_new_and_what_is_as_it_was_is_left_out() -> None:
    operations = ("same", "create", "update", "discard", "delete", "replace")
    log = log_of(*((operation, operation, {}, {}, {}) for operation in operations))
    assert [line.verb for line in changed(log)] == ["replaced", "deleted", "forgotten", "updated", "created"]


def test_outputs_are_compared_value_by_value_and_secrets_not_at_all() -> None:
    before = {"a": {"b": 1, "c": 2}, "s": SECRET}
    after = {"a": {"b": 1, "c": 3}, "s": SECRET, "n": "x"}
    log = Log()
    stack = {"op": "same", "urn": "urn:pulumi:dev::groundwork::pulumi:pulumi:Stack::groundwork-dev"}
    metadata = {**stack, "type": "pulumi:pulumi:Stack", "old": {"outputs": before}, "new": {"outputs": after}}
    log.add({"resOutputsEvent": {"metadata": metadata}})
    assert [(each.path, each.before, each.after) for each in changed_outputs(log)] == [
        ("a.c", "2", "3"),
        ("n", "", "x"),
    ]

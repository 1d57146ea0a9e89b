"""Every place of a resource is changed by itself, with values that others of the type have."""

from __future__ import annotations

from typing import Any

from rehearsal.assets import ARCHIVE, SIGNATURE
from rehearsal.terraform.graph import Secret
from rehearsal.terraform.mutations import Mutation, Tried, mutations

INPUTS: dict[str, Any] = {
    "name": "a",
    "size": 10,
    "public": False,
    "tags": {"owner": "x"},
    "code": {SIGNATURE: ARCHIVE, "hash": "1"},
    "rules": [{"filter": {"prefix": "p"}}, {"filter": {"prefix": "q"}}],
}


def _changed(*others: dict[str, Any], **inputs: Any) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in mutations({**INPUTS, **inputs}, others):
        found.setdefault((each.path, each.sort), []).append(each.inputs)
    return found


def test_one_place_differs_and_the_resource_itself_stays() -> None:
    for mutation in mutations(INPUTS, []):
        differing = [name for name in INPUTS if mutation.inputs.get(name) != INPUTS[name]]
        assert differing == [mutation.path.partition(".")[0]]
    assert INPUTS["rules"][0] == {"filter": {"prefix": "p"}}


def test_every_property_is_left_out_once_but_tags() -> None:
    left_out = {path for path, sort in _changed() if sort == "left out"}
    assert left_out == {"name", "size", "public", "code", "rules"}


def test_values_of_others_are_tried_first_and_numbers_are_not_made_up_then() -> None:
    found = _changed({"size": 20, "name": "b"}, {"size": 10})
    assert [each["size"] for each in found["size", "another"]] == [20]
    assert found["name", "another"][0]["name"] == "b"
    assert [each["size"] for each in _changed()["size", "another"]] == [11]


def test_places_within_blocks_and_the_order_of_a_list_are_tried() -> None:
    found = _changed()
    assert found["rules.filter.prefix", "longer"][0]["rules"][0] == {"filter": {"prefix": "p2"}}
    assert found["rules", "turned round"][0]["rules"] == [*reversed(INPUTS["rules"])]
    assert found["rules", "shorter"][0]["rules"] == INPUTS["rules"][1:]


def test_what_others_have_is_added() -> None:
    assert _changed({"engine": "redis"})["engine", "added"][0]["engine"] == "redis"


def test_a_secret_stays_one() -> None:
    words = [
        each.words for each in mutations({"password": Secret("hunter2")}, [{"password": Secret("other")}])
    ]
    assert words
    assert not any("hunter" in each or "other" in each.lower() for each in words)


def test_of_each_sort_four_are_enough() -> None:
    tried = Tried()
    many = [Mutation("size", "another", str(number), {}) for number in range(9)]
    assert [tried.is_new(each) for each in many] == [True] * 4 + [False] * 5
    assert not tried.is_new(many[0])
    assert tried.is_new(Mutation("size", "left out", "0", {}))

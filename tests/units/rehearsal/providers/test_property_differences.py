"""The differences of two property values, as the engine is told them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.providers.property_differences import is_within, property_changes, without_indexes
from rehearsal.providers.provider import UNKNOWN


def changes(old: Any, new: Any, sets: frozenset[str] = frozenset()) -> dict[str, str]:
    found = property_changes(old, new, sets=sets.__contains__)
    assert len({change.path for change in found}) == len(found), "each path once"
    return {change.path: change.kind.value for change in found}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": "UPDATE"}),
        ({}, {"a": {"b": {"c": 1}}}, {"a": "ADD"}),
        ({"a": {"b": 1}}, {}, {"a": "DELETE"}),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "d": 1}}, {"a.b": "UPDATE", "a.d": "ADD", "a.c": "DELETE"}),
        ({"a": {"b": 1}}, {"a": [1]}, {"a": "UPDATE"}),
    ],
)
def test_each_differing_property_is_named_once(old: Any, new: Any, expected: dict[str, str]) -> None:
    assert changes(old, new) == expected


def test_a_missing_property_and_one_without_value_are_the_same() -> None:
    assert changes({"a": None}, {}) == {}


@pytest.mark.parametrize(("old", "new"), [(1, 1.0), (True, True), ("", "")])
def test_equal_scalars_are_no_change(old: Any, new: Any) -> None:
    assert changes({"a": old}, {"a": new}) == {}


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, "1"), ("", 0)])
def test_values_of_another_type_differ(old: Any, new: Any) -> None:
    assert changes({"a": old}, {"a": new}) == {"a": "UPDATE"}


@pytest.mark.parametrize("key", ["app.kubernetes.io/name", "a-b", "0", "with space"])
def test_keys_that_are_no_plain_names_are_quoted(key: str) -> None:
    assert changes({"tags": {key: "1"}}, {"tags": {key: "2"}}) == {f'tags["{key}"]': "UPDATE"}


def test_a_quote_inside_a_key_is_escaped() -> None:
    assert changes({}, {'say "x"': 1}) == {r'["say \"x\""]': "ADD"}


def test_list_items_are_compared_by_index() -> None:
    old = {"rules": [{"id": 1}, {"id": 2}, {"id": 3}]}
    assert changes(old, {"rules": [{"id": 1}, {"id": 9}]}) == {"rules[1].id": "UPDATE", "rules[2]": "DELETE"}
    assert changes({"rules": [1]}, {"rules": [1, 2]}) == {"rules[1]": "ADD"}


def test_an_unknown_value_differs_from_every_value() -> None:
    assert changes({"a": 1, "b": {"c": 1}}, {"a": UNKNOWN, "b": UNKNOWN, "c": UNKNOWN}) == {
        "a": "UPDATE",
        "b": "UPDATE",
        "c": "ADD",
    }


def test_the_order_inside_a_set_does_not_matter() -> None:
    sets = frozenset({"rules", "rules.ports"})
    old = {"rules": [{"id": 1, "ports": [1, 2]}, {"id": 2}]}
    assert changes(old, {"rules": [{"id": 2, "x": None}, {"ports": [2, 1.0], "id": 1}]}, sets) == {}


def test_the_order_of_a_list_that_is_no_set_matters() -> None:
    assert changes({"a": [1, 2]}, {"a": [2, 1]}, frozenset({"b"})) == {"a[0]": "UPDATE", "a[1]": "UPDATE"}


def test_a_member_that_joins_or_leaves_a_set_stands_at_its_own_index() -> None:
    sets = frozenset({"a"})
    assert changes({"a": ["x", "y"]}, {"a": ["w", "x", "y"]}, sets) == {"a[0]": "ADD"}
    assert changes({"a": ["w", "x", "y"]}, {"a": ["y", "x"]}, sets) == {"a[0]": "DELETE"}
    assert changes({"a": ["x", "y"]}, {"a": ["x", "z"]}, sets) == {"a[1]": "UPDATE"}


def test_a_repeated_member_of_a_set_is_no_change() -> None:
    assert changes({"a": ["x"]}, {"a": ["x", "x"]}, frozenset({"a"})) == {}


def test_a_set_with_an_unknown_member_differs() -> None:
    assert changes({"a": ["x", "y"]}, {"a": ["y", UNKNOWN]}, frozenset({"a"})) == {
        "a[1]": "ADD",
        "a[0]": "DELETE",
    }


def test_indexes_are_left_out_but_quoted_keys_are_kept() -> None:
    assert without_indexes('rules[0].ports[12]["a[3]"]') == 'rules.ports["a[3]"]'


VALUES = st.recursive(
    st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_there_is_a_change_exactly_when_the_values_differ(old: Any, new: Any) -> None:
    def typed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: typed(item) for key, item in value.items()}
        return [typed(item) for item in value] if isinstance(value, list) else (type(value), value)

    assert bool(changes({"v": old}, {"v": new})) == (typed(old) != typed(new))


@given(st.lists(VALUES, max_size=4), st.randoms())
def test_a_shuffled_set_never_differs(items: list[Any], random: Any) -> None:
    shuffled = random.sample(items, len(items))
    assert changes({"v": items}, {"v": shuffled}, frozenset({"v"})) == {}


def test_a_place_holds_what_is_inside_it_and_not_its_namesakes() -> None:
    inside = ("tags", "tags.owner", "tags[0]")
    assert [path for path in (*inside, "tagsAll", "other.tags") if is_within(path, ["tags"])] == list(inside)

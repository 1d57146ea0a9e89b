"""The embedded random provider, called as the engine's server calls it."""

from __future__ import annotations

import base64
import re
import string
import uuid
from typing import Any

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.providers.provider import UNKNOWN, ProviderError, Resource
from rehearsal.random import RandomProvider
from rehearsal.random.values import SPECIAL_CHARACTERS, TYPES

PROVIDER = RandomProvider()
PASSWORD = "random:index/randomPassword:RandomPassword"
STRING = "random:index/randomString:RandomString"
ID = "random:index/randomId:RandomId"
PET = "random:index/randomPet:RandomPet"
INTEGER = "random:index/randomInteger:RandomInteger"
UUID = "random:index/randomUuid:RandomUuid"
SHUFFLE = "random:index/randomShuffle:RandomShuffle"
SMALLEST: dict[str, dict[str, Any]] = {
    PASSWORD: {"length": 12},
    STRING: {"length": 12},
    ID: {"byteLength": 4},
    PET: {},
    INTEGER: {"min": 1, "max": 9},
    UUID: {},
    SHUFFLE: {"inputs": ["a", "b"]},
}


def resource(token: str, identifier: str = "") -> Resource:
    return Resource(urn=f"urn:pulumi:dev::p::{token}::r", type=token, name="r", id=identifier)


def failures(token: str, inputs: dict[str, Any]) -> dict[str, str]:
    return {item.property: item.reason for item in PROVIDER.check(resource(token), None, inputs)[1]}


def create(token: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    assert failures(token, inputs) == {}
    return PROVIDER.create(resource(token), inputs, preview=False)


def changed(token: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    diff = PROVIDER.diff(resource(token), old, {}, new, [])
    assert diff.replaces == [change.path for change in diff.changes], "every change replaces"
    return diff.replaces


def test_the_types_are_tokens_of_the_installed_package() -> None:
    import pulumi_random

    for token in TYPES:
        source = getattr(pulumi_random, token.rpartition(":")[2])
        assert source.pulumi_type == token


def test_the_inputs_are_those_of_the_installed_package() -> None:
    import pulumi_random
    from pulumi._types import input_type_py_to_pulumi_names

    for token, kind in TYPES.items():
        arguments = getattr(pulumi_random, token.rpartition(":")[2] + "Args")
        assert {"keepers", *kind.inputs} == set(input_type_py_to_pulumi_names(arguments).values()), token


@pytest.mark.parametrize("token", SMALLEST)
def test_no_type_takes_an_unknown_property(token: str) -> None:
    assert "allowed are" in failures(token, {**SMALLEST[token], "lenght": 3})["lenght"]


@pytest.mark.parametrize("token", SMALLEST)
def test_a_preview_has_the_outputs_as_unknown(token: str) -> None:
    identifier, outputs = PROVIDER.create(resource(token), SMALLEST[token], preview=True)
    assert identifier == ""
    assert all(outputs[name] is UNKNOWN for name in TYPES[token].outputs)


@pytest.mark.parametrize("token", SMALLEST)
def test_other_keepers_replace_and_empty_ones_do_not(token: str) -> None:
    inputs = SMALLEST[token]
    kept = {**inputs, "keepers": {"version": "1"}}
    assert changed(token, kept, kept) == []
    assert changed(token, kept, {**inputs, "keepers": {"version": "2"}}) == ["keepers.version"]
    assert changed(token, inputs, {**inputs, "keepers": {}}) == []


@pytest.mark.parametrize(
    ("token", "inputs", "name"),
    [
        (PASSWORD, {}, "length"),
        (PASSWORD, {"length": 0}, "length"),
        (PASSWORD, {"length": "12"}, "length"),
        (PASSWORD, {"length": True}, "length"),
        (PASSWORD, {"length": 4.5}, "length"),
        (PASSWORD, {"length": 3, "minUpper": 2, "minLower": 2}, "length"),
        (STRING, {"length": 3, "minSpecial": -1}, "minSpecial"),
        (STRING, {"length": 3, "upper": False, "lower": False, "numeric": False, "special": False}, "lower"),
        (STRING, {"length": 3, "numeric": True, "number": False}, "number"),
        (ID, {"byteLength": 0}, "byteLength"),
        (PET, {"length": 0}, "length"),
        (PET, {"separator": 1}, "separator"),
        (INTEGER, {"min": 2, "max": 1}, "min"),
        (INTEGER, {"min": 2}, "max"),
        (SHUFFLE, {"inputs": "ab"}, "inputs"),
        (SHUFFLE, {"inputs": ["a"], "resultCount": -1}, "resultCount"),
        (UUID, {"keepers": "a"}, "keepers"),
    ],
)
def test_bad_input_is_refused_with_its_name(token: str, inputs: dict[str, Any], name: str) -> None:
    assert set(failures(token, inputs)) == {name}


def test_inputs_that_are_not_known_yet_are_accepted() -> None:
    assert failures(STRING, {"length": UNKNOWN, "minUpper": 3, "numeric": UNKNOWN}) == {}
    assert failures(INTEGER, {"min": UNKNOWN, "max": 3}) == {}


@given(st.data())
def test_text_has_its_length_and_at_least_the_wanted_characters(data: st.DataObject) -> None:
    wanted = {
        name: data.draw(st.integers(0, 4)) for name in ("minUpper", "minLower", "minNumeric", "minSpecial")
    }
    length = data.draw(st.integers(max(1, sum(wanted.values())), 30))
    identifier, outputs = create(STRING, {"length": length, **wanted})
    text = outputs["result"]
    assert identifier == text and len(text) == length
    assert sum(character.isupper() for character in text) >= wanted["minUpper"]
    assert sum(character.islower() for character in text) >= wanted["minLower"]
    assert sum(character in string.digits for character in text) >= wanted["minNumeric"]
    assert sum(character in SPECIAL_CHARACTERS for character in text) >= wanted["minSpecial"]


def test_classes_that_are_switched_off_do_not_appear() -> None:
    inputs = {"length": 200, "lower": False, "number": False, "overrideSpecial": "_"}
    assert set(create(STRING, inputs)[1]["result"]) <= set(string.ascii_uppercase + "_")


def test_outputs_carry_the_documented_defaults() -> None:
    outputs = create(STRING, {"length": 3})[1]
    assert (outputs["lower"], outputs["numeric"], outputs["number"], outputs["minUpper"]) == (
        True,
        True,
        True,
        0,
    )


def test_writing_a_default_out_changes_nothing() -> None:
    assert changed(PASSWORD, {"length": 12}, {"length": 12, "special": True, "number": True}) == []
    assert changed(PASSWORD, {"length": 12}, {"length": 12, "special": False}) == ["special"]
    assert changed(PET, {}, {"length": 3}) == ["length"]


def test_the_id_of_a_password_does_not_tell_it() -> None:
    identifier, outputs = create(PASSWORD, {"length": 20})
    assert identifier == "none" and len(outputs["result"]) == 20


def test_a_password_has_a_bcrypt_hash_of_itself() -> None:
    outputs = create(PASSWORD, {"length": 100})[1]
    assert bcrypt.checkpw(outputs["result"].encode()[:72], outputs["bcryptHash"].encode())


def test_an_id_is_one_number_in_four_writings() -> None:
    identifier, outputs = create(ID, {"byteLength": 8, "prefix": "p-"})
    content = base64.urlsafe_b64decode(identifier + "=")
    assert outputs["hex"] == "p-" + content.hex()
    assert outputs["dec"] == f"p-{int.from_bytes(content, 'big')}"
    assert outputs["b64Url"] == "p-" + identifier
    assert outputs["b64Std"] == "p-" + base64.b64encode(content).decode()


@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_pet_has_as_many_words_as_wanted(length: int) -> None:
    identifier, _ = create(PET, {"length": length, "separator": "_", "prefix": "my"})
    assert re.fullmatch(f"my(_[a-z]+){{{length}}}", identifier)


def test_a_number_is_inside_its_range_bounds_included() -> None:
    assert {create(INTEGER, {"min": 1, "max": 2})[1]["result"] for _ in range(60)} == {1, 2}


def test_the_same_seed_gives_the_same_value() -> None:
    inputs = {"min": 1, "max": 10**9, "seed": "s"}
    assert create(INTEGER, inputs)[1] == create(INTEGER, inputs)[1]


def test_a_uuid_is_a_random_one() -> None:
    identifier, outputs = create(UUID, {})
    assert uuid.UUID(identifier).version == 4 and outputs["result"] == identifier


def test_a_shuffle_repeats_no_item_before_all_were_used() -> None:
    results = create(SHUFFLE, {"inputs": ["a", "b", "c"], "resultCount": 7})[1]["results"]
    assert [sorted(results[0:3]), sorted(results[3:6])] == [["a", "b", "c"], ["a", "b", "c"]]
    assert len(results) == 7
    assert create(SHUFFLE, {"inputs": ["a", "b", "c"], "resultCount": 1})[1]["results"][0] in "abc"
    assert create(SHUFFLE, {"inputs": [], "resultCount": 1})[1]["results"] == []


@pytest.mark.parametrize(
    ("token", "identifier", "inputs", "result"),
    [
        (STRING, "abc", {"length": 3}, "abc"),
        (PASSWORD, "abc", {"length": 3}, "abc"),
        (INTEGER, "5,1,9", {"min": 1, "max": 9}, 5),
        (INTEGER, "5,1,9,s", {"min": 1, "max": 9, "seed": "s"}, 5),
        (UUID, "6f1c1b1e-9f0a-4c4f-8a56-0d4b8a1e2f33", {}, "6f1c1b1e-9f0a-4c4f-8a56-0d4b8a1e2f33"),
    ],
)
def test_a_value_is_imported_from_its_id(
    token: str, identifier: str, inputs: dict[str, Any], result: Any
) -> None:
    found = PROVIDER.read(resource(token, identifier), None, None)
    assert found is not None
    assert (found.inputs, found.outputs["result"]) == (inputs, result)
    assert changed(token, found.inputs, inputs) == []


def test_an_id_is_imported_with_its_prefix() -> None:
    identifier, outputs = create(ID, {"byteLength": 5, "prefix": "p-"})
    found = PROVIDER.read(resource(ID, f"p-,{identifier}"), None, None)
    assert found is not None
    assert (found.id, found.inputs) == (identifier, {"byteLength": 5, "prefix": "p-"})
    assert found.outputs["hex"] == outputs["hex"]


@pytest.mark.parametrize(
    ("token", "identifier"), [(PET, "x"), (SHUFFLE, "-"), (UUID, "x"), (INTEGER, "1"), (ID, "a")]
)
def test_what_is_no_id_is_refused(token: str, identifier: str) -> None:
    with pytest.raises(ProviderError, match=re.escape(token)):
        PROVIDER.read(resource(token, identifier), None, None)


def test_a_refresh_leaves_the_value_alone() -> None:
    identifier, outputs = create(STRING, {"length": 9})
    found = PROVIDER.read(resource(STRING, identifier), {"length": 9}, outputs)
    assert found is not None
    assert (found.id, found.inputs, found.outputs) == (identifier, {"length": 9}, outputs)


def test_a_type_that_is_missing_is_named() -> None:
    with pytest.raises(ProviderError, match=r"RandomBytes.*RandomPassword"):
        PROVIDER.check(resource("random:index/randomBytes:RandomBytes"), None, {})

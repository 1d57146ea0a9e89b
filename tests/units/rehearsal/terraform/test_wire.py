"""Values go over the wire as MessagePack has them, with Terraform's extension for what is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.providers.provider import UNKNOWN
from rehearsal.terraform.wire import decode, encode


# From the specification: fixint, negative fixint, fixstr, fixarray, fixmap, nil, bool, float 64.
@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\x07", 7),
        (b"\xff", -1),
        (b"\xa3two", "two"),
        (b"\x92\x01\xc0", [1, None]),
        (b"\x81\xa1a\xc3", {"a": True}),
        (b"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00", 1.5),
        (b"\xd9\x03two", "two"),
        (b"\xcd\x01\x00", 256),
        (b"\xd1\xff\x00", -256),
        (b"\xdc\x00\x01\x01", [1]),
        (b"\xde\x00\x01\xa1a\x02", {"a": 2}),
    ],
)
def test_what_a_provider_sends_is_read_as_the_specification_says(content: bytes, value: Any) -> None:
    assert decode(content) == value


def test_unknown_is_an_extension_whatever_is_known_about_it() -> None:
    assert encode(UNKNOWN) == b"\xd4\x00\x00"
    assert decode(b"\xd4\x00\x00") is UNKNOWN
    refined_not_to_be_null = b"\xc7\x03\x0c\x81\x01\xc2"
    assert decode(b"\x92" + refined_not_to_be_null + b"\x01") == [UNKNOWN, 1]


@pytest.mark.parametrize(
    "value",
    [
        "x" * 31,
        "x" * 32,
        "é" * 200,
        "x" * 70_000,
        list(range(200)),
        ["x"] * 70_000,
        {f"key-{number}": [number, -number, number / 3, None, False] for number in range(20)},
        1 << 40,
        -(1 << 40),
    ],
)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert decode(encode(value)) == value


def test_a_whole_number_stays_one() -> None:
    assert encode(2.0) == encode(2)
    assert encode(True) != encode(1)


def test_no_bytes_are_no_value() -> None:
    assert decode(b"") is None

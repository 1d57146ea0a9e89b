"""A configuration file means one thing, and whatever else it holds is answered in a line and at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.configuration import load_configuration, strict_yaml
from infra.configuration.strict_yaml import described, parse, written
from infra.configuration.validation import ConfigurationError
from rehearsal.workspace.stack_file import StackFile, StackFileError
from tests.support.recorder import ROOT, TODAY


def _said(text: str) -> str:
    with pytest.raises(yaml.YAMLError) as refused:
        parse(text)
    return ": ".join(described(refused.value))


@pytest.mark.parametrize(
    "value", ["yes", "Off", "0123", "012345678901", "1e3", "1_000", "12:30", "0o17", "0b1", "1.5e3"]
)
def test_what_the_engine_would_read_differently_is_refused(value: str) -> None:
    # Tried with `pulumi config`: 012345678901 is the number 12345678901 there, 1e3 is 1000, yes is a text.
    assert f"line 1, column 4: {value} without quotes, which this program and the engine" in _said(
        f"a: {value}"
    )
    assert f"{value} without quotes" in _said(f"{value}: a key")
    assert parse(f'a: "{value}"') == {"a": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("0.5", 0.5),
        ("true", True),
        ("null", None),
        ("", None),
        ("v1.2", "v1.2"),
    ],
)
def test_what_everybody_reads_as_the_same_is_read(text: str, value: object) -> None:
    assert parse(f"a: {text}") == {"a": value}


_GROWING = "\n".join(
    ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_GROWING, "more than a file can hold, once its aliases are written out"),
        ("a: &a [*a]", "an alias inside of what it stands for"),
        ("a: &a {<<: *a}", "an alias inside of what it stands for"),
        ("[" + "a," * 90_000 + "]", "more than a file can hold"),
        ("#" * 300_000, "300000 characters"),
        ("a: !!timestamp x", "the tag tag:yaml.org,2002:timestamp"),
        ("a: !!binary é", "the tag tag:yaml.org,2002:binary"),
        ("a: !!python/object:os.system x", "the tag tag:yaml.org,2002:python"),
        (f"a: 0x{'f' * 500}", "a number that is too large"),
        (f"a: {'9' * 5000}", "9999999999"),
        ("a: \0", "character 4: a character that YAML does not know (U+0000)"),
        ('a: "\\ud800"', "half of a character"),
        ("a: 2027-02-30", "2027-02-30 (day "),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> main\n", "line 2, column 1: a conflict that git"),
    ],
)
def test_what_nobody_writes_by_hand_is_refused_in_a_line_and_at_once(text: str, expected: str) -> None:
    begun = time.process_time()
    said = _said(text)
    assert expected in said
    assert "\n" not in said
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: @b", "text that begins with such a character in quotes"),
        ("a: `b`", "text that begins with such a character in quotes"),
        ("a:\n\tb: 1", "indented with spaces, never with tabs"),
        ("a: {schedule: * 3 * * *}", "text that begins with * or & in quotes"),
        ("a: *b", "text that begins with * or & in quotes"),
        ('a: 1\nb: "c\nd: 1\n', "in what begins in line 2, column 4: text with a quote at its end"),
        ("a: 1\nb\nc: 1", "in what begins in line 2, column 1: a colon and a space behind each key"),
        ("a: [1,\n  2\nb: 3", "in what begins in line 1, column 4: commas between entries"),
        ("a: {b: c: d}", "text with : in quotes"),
        ("a: b: c", "text with : in quotes"),
        ("a:\n  b: 1\n c: 2", "keys of one mapping one below the other, indented alike"),
    ],
)
def test_a_slip_says_what_is_probably_meant_and_where_it_began(text: str, expected: str) -> None:
    assert expected in _said(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_text_that_is_written_is_read_as_the_same_text(text: str) -> None:
    content = {"config": {"groundwork:account": text, "list": [text, 1, True, None]}}
    assert yaml.safe_load(written(content)) == content
    # In quotes, so that no version of YAML takes it for anything else.
    assert written({"account": "012345678901"}) == '"account": "012345678901"\n'


_WORDS = st.sampled_from(
    (
        *(
            "groundwork:",
            "config:",
            "&a ",
            "*a",
            "<<: ",
            "- ",
            "? ",
            "!!timestamp ",
            "!!str ",
            "{",
            "}",
            "[",
            "]",
        ),
        *(
            ": ",
            "'",
            '"',
            "|",
            ">",
            "#",
            "---",
            "...",
            "%YAML 1.2",
            "\t",
            "0x1f",
            "² * * * *",
            "1:30",
            ".nan",
        ),
    )
)
_PIECES = st.lists(st.one_of(_WORDS, st.text(max_size=3), st.just("\n"), st.just("  ")), max_size=12)


def _mistake(folder: Path) -> str | None:
    """What people are told; None when the files are fine. Any other exception goes through."""
    try:
        _load(folder)
    except (StackFileError, ConfigurationError) as error:
        return str(error)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return ": ".join(described(error))
    return None


def _load(folder: Path) -> None:
    """As a session does: the stack file from its folder, then both files together."""
    stack = StackFile.read(folder, "prod")
    system: Any = parse((folder / "system.yaml").read_text(encoding="utf-8"))
    load_configuration("prod", stack.config, system, today=TODAY)


@pytest.mark.parametrize("broken", ["Pulumi.prod.yaml", "system.yaml"])
def test_no_file_makes_reading_crash_or_hang(broken: str, tmp_path: Path) -> None:
    """Pieces of both files are cut, doubled, exchanged with YAML's own signs and with bytes of nobody."""
    whole = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("Pulumi.prod.yaml", "system.yaml")}
    for name, text in whole.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    _load(tmp_path)  # untouched they are fine
    lines = whole[broken].splitlines(keepends=True)

    @settings(max_examples=60)
    @given(
        start=st.integers(0, len(lines)),
        length=st.integers(0, 4),
        column=st.integers(0, 60),
        pieces=_PIECES,
        raw=st.sampled_from([b"", b"", b"", b"\xff\xfe", b"\0", b"\xef\xbb\xbf"]),
    )
    def tried(start: int, length: int, column: int, pieces: list[str], raw: bytes) -> None:
        cut = lines[start][:column] if start < len(lines) else ""
        text = "".join([*lines[:start], cut, *pieces, *lines[start + length :]])
        (tmp_path / broken).write_bytes(text.encode(errors="replace") + raw)
        begun = time.process_time()
        assert _mistake(tmp_path) != ""
        assert time.process_time() - begun < 2

    tried()


_SIGNS = st.sampled_from(
    [*":-[]{}#&*!|>'\"%@`,?\t\n \\abc012.~=<\u00e9\u2028\x07\r\ufeff", "- ", ": ", "--- ", "|+2\n", "*a"]
)


@settings(max_examples=200)
@given(begin=st.integers(0), edits=st.lists(st.tuples(st.integers(0), st.integers(0, 4), _SIGNS), max_size=3))
def test_the_quick_parser_reads_what_the_other_one_does(
    begin: int, edits: list[tuple[int, int, str]]
) -> None:
    whole = (ROOT / "system.yaml").read_text(encoding="utf-8")
    text = whole[begin % len(whole) :][:600].partition("\n")[2]
    for place, removed, sign in edits:
        at = place % (len(text) + 1)
        text = f"{text[:at]}{sign}{text[at + removed :]}"
    assert _outcome(parse, text) == _outcome(_parse_with_the_other_one, text)


@pytest.mark.parametrize(
    "text", ["a: \tb", "[a? b]", "{a: b? c}", "a: b\n\ufeff\nc: d", "a: &b c\n d: *b", "a: '\ud800'"]
)
def test_what_is_known_to_tell_them_apart_is_read_alike(text: str) -> None:
    assert _outcome(parse, text) == _outcome(_parse_with_the_other_one, text)


def _parse_with_the_other_one(text: str) -> Any:
    return yaml.load(text, strict_yaml._Loader)  # noqa: S506  # a safe loader, made stricter


def _outcome(read: Callable[[str], Any], text: str) -> str:
    try:
        return repr(read(text))
    except yaml.YAMLError as error:
        return ": ".join(described(error))


def test_what_somebody_does_to_a_content_is_not_seen_by_the_next_one() -> None:
    parse("a: [1]")["a"].append(2)
    assert parse("a: [1]") == {"a": [1]}

"""docs/configuration.md has every key that the two files may have, and every default of a threshold."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra.configuration import load_configuration
from infra.configuration.validation import MISSING, Reader
from tests.support.recorder import ROOT, TODAY, stack_file, system_file

PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
FILES = (
    "system.yaml",
    *(f"examples/systems/{name}.yaml" for name in ("node", "fixzit", "paintbox", "escrow")),
)

# Names that a person chooses, and how the page calls them.
NAMED = (
    (r"^services\.[^.]+\.(variables|secrets)\..+", r"\1.<VARIABLE>"),
    (r"^services\.[^.]+\.", ""),
    (r"^(secrets|schedules|expiries|flags)\.[^.]+", r"\1.<name>"),
    (r"^images\.(dev|staging|prod)\b.*", "images.<environment>"),
    (r"^images\..+", "images.<service>"),
    (r"^thresholds\.", ""),
)


@pytest.fixture(scope="module")
def asked() -> dict[str, object]:
    """Every key that a value is asked for, with its default, as the page calls it."""
    keys: dict[str, object] = {}
    read, look = Reader._value, Reader.value

    def note(reader: Reader, name: str, default: object) -> None:
        key = reader.key(name)
        for pattern, replacement in NAMED:
            key = re.sub(pattern, replacement, key)
        keys[key] = default

    def noted_read(reader: Reader, name: str, default: object, *rest: Any) -> object:
        note(reader, name, default)
        return read(reader, name, default, *rest)

    def noted_look(reader: Reader, name: str) -> object:
        note(reader, name, MISSING)
        return look(reader, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "_value", noted_read)
        patch.setattr(Reader, "value", noted_look)
        for file in FILES:
            load_configuration("prod", stack_file("prod"), system_file(file), file, today=TODAY)
    return keys


def test_every_key_is_explained(asked: dict[str, object]) -> None:
    explained = set(re.findall(r"`([\w.<>]+)`", PAGE))
    # A mapping is explained by what is in it.
    groups = {key.rsplit(".", 1)[0] for key in explained} | {key.split(".")[0] for key in explained}
    assert sorted(asked.keys() - explained - groups - {"thresholds", "services", "secrets", "health"}) == []


def test_every_threshold_has_its_default(asked: dict[str, object]) -> None:
    section = PAGE.split("### Thresholds\n")[1].split("\n#")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    written = {
        name: default
        for names, _, defaults in rows
        for name, default in zip(re.findall(r"\w+", names), defaults.split(", "), strict=True)
    }
    assert written.pop("poolWarning") == "nine tenths of `pool.maximum`"
    assert len(written) > 15
    assert written == {name: str(asked[name]) for name in written}

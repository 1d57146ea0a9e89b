"""A base is deployed once for all its previews, and never taken for another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from rehearsal.review import kept_base
from rehearsal.review.kept_base import session_on_base
from rehearsal.session import Session
from tests.support.small_program import REGION, SmallProgram, resources

pytestmark = pytest.mark.engine

TODAY = date(2026, 11, 21)
VPC = 'aws.ec2.Vpc("main", cidr_block="{cidr}", opts=options())\nrandom.RandomId("id", byte_length=8)\n'


class Base:
    """The small program as a base; `deployed` counts how often it was made."""

    def __init__(self, program: SmallProgram, engine: Path, folder: Path) -> None:
        self.program, self.engine, self.folder = program, engine, folder
        self.deployed = 0

    def write(self, cidr: str) -> None:
        self.program.write(VPC.replace("{cidr}", cidr))

    @contextmanager
    def session(self, today: date = TODAY) -> Iterator[Session]:
        with session_on_base(self.program.root, "dev", self.engine, today, self._deploy) as session:
            session.use_program(self.program.root)
            yield session

    def _deploy(self, session: Session) -> None:
        self.deployed += 1
        session.up()

    def kept(self) -> list[Path]:
        return list(self.folder.iterdir())


@pytest.fixture
def base(program: SmallProgram, engine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Base:
    folder = tmp_path / "kept"
    monkeypatch.setattr(kept_base, "folder_of_bases", lambda: folder)
    found = Base(program, engine, folder)
    found.write("10.0.0.0/16")
    return found


def _cidrs(session: Session) -> set[str]:
    found = session.cloud.call("ec2", REGION, "describe_vpcs")["Vpcs"]
    return {each["CidrBlock"] for each in found if not each["IsDefault"]}


def test_the_second_preview_takes_the_deployment_of_the_first(base: Base) -> None:
    with base.session() as session:
        made = resources(session, "random:index/randomId:RandomId")["id"]["id"]
        assert session.preview().changes == {}
    with base.session() as session:
        assert session.preview().changes == {}
        assert resources(session, "random:index/randomId:RandomId")["id"]["id"] == made
        assert _cidrs(session) == {"10.0.0.0/16"}  # the embedded AWS of the deployment too
        base.write("10.1.0.0/16")
        assert session.preview().changes == {"replace": 1}
        session.up()
        assert _cidrs(session) == {"10.1.0.0/16"}
    assert base.deployed == 1
    # What was tried on the copy has changed nothing that is kept.
    base.write("10.0.0.0/16")
    with base.session() as session:
        assert session.preview().changes == {}
        assert _cidrs(session) == {"10.0.0.0/16"}
    assert base.deployed == 1
    # Another program, or another day, is another base.
    base.write("10.2.0.0/16")
    with base.session() as session:
        assert _cidrs(session) == {"10.2.0.0/16"}
    with base.session(today=date(2026, 11, 22)):
        pass
    assert (base.deployed, len(base.kept())) == (3, 3)


@pytest.mark.parametrize("part", ["journal.jsonl", "backend/.pulumi/stacks/groundwork/dev.json", "seal"])
def test_what_has_suffered_is_made_again(base: Base, part: str) -> None:
    with base.session():
        pass
    (kept,) = base.kept()
    content = (kept / part).read_bytes()
    (kept / part).write_bytes(content[: len(content) // 2])
    with base.session() as session:
        assert session.preview().changes == {}
        assert _cidrs(session) == {"10.0.0.0/16"}
    assert base.deployed == 2
    assert (base.kept()[0] / part).read_bytes() != content[: len(content) // 2]


def test_a_base_that_cannot_be_kept_is_previewed_on_all_the_same(base: Base) -> None:
    base.folder.write_text("no folder", encoding="utf-8")
    for _ in range(2):
        with base.session() as session:
            assert session.preview().changes == {}
    assert base.deployed == 2


def test_the_bases_used_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_base, "_KEPT", 2)
    for age, name in enumerate(("new", "older", "oldest")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1_000 - age, 1_000 - age))
    (tmp_path / ".half").mkdir()
    kept_base._remove_oldest(tmp_path)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == [".half", "new", "older"]

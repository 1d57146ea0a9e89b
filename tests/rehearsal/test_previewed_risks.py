"""The corpus of changes is played without the engine: some of them go through it, and come out the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from preview.change import change_of
from preview.risks import risks_of
from rehearsal.session import Session
from rehearsal.throwaway import throwaway_session
from tests.preview.case import Case, edited_stack, edited_system, line_of, played
from tests.preview.changes_of_files import CASES as OF_FILES
from tests.preview.changes_of_sizes import CASES as OF_SIZES
from tests.support.checkout import ROOT, copy_program

pytestmark = pytest.mark.engine

# Of what is made, replaced, updated and removed, with policies of what is not there yet.
TOGETHER = (
    "a larger budget",
    "a new worker",
    "another office reaches the cluster",
    "another role may deploy",
    "Redis's cache becomes smaller",
    "a later limit for errors",
    "a secret is not rotated any more",
    "someone else is written to",
)


@pytest.fixture(scope="module")
def deployed(engine: Path) -> Iterator[Session]:
    with throwaway_session(ROOT, "dev", engine) as session:
        session.up()
        yield session


def in_dev(names: tuple[str, ...]) -> list[Case]:
    """Cases of the corpus, in the environment that is deployed here: smaller, and otherwise the same."""
    found = [replace(case, environment="dev") for case in (*OF_FILES, *OF_SIZES) if case.name in names]
    assert len(found) == len(names)
    return found


def test_changes_of_the_corpus_come_out_of_the_engine_as_they_are_played_without_it(
    deployed: Session, tmp_path: Path
) -> None:
    cases = in_dev(TOGETHER)
    (tmp_path / "tree").mkdir()
    (tmp_path / "played").mkdir()
    tree = copy_program(tmp_path / "tree")
    edited_system(cases, tree / "system.yaml")
    file = tree / "Pulumi.dev.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["config"] |= {f"groundwork:{key}": value for key, value in edited_stack(cases).items()}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    deployed.use_program(tree, None)
    log = deployed.preview().log
    engine = {line_of(risk) for risk in risks_of(change_of("dev", log.planned))}
    cheap = {line_of(risk) for risk in risks_of(played(cases, tmp_path / "played"))}
    assert engine == cheap
    assert len(engine) > len(TOGETHER)
    # A preview asks providers side by side what differs, `up` one after another: they must find the same.
    assert deployed.side_by_side
    deployed.side_by_side = False
    one_by_one = deployed.preview().log
    assert sorted(map(str, one_by_one.planned)) == sorted(map(str, log.planned))

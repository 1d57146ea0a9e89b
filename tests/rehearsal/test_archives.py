"""Code in archives: the engine hashes it, and only another content changes a function."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.outcome import EngineError
from tests.support.small_program import REGION, SmallProgram, resources, session_of

pytestmark = pytest.mark.engine

FUNCTION = "aws:lambda/function:Function"
PROGRAM = """
role = aws.iam.Role("role", name="role", opts=options(), assume_role_policy='''{{"Version": "2012-10-17",
    "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {{"Service": "lambda.amazonaws.com"}}}}]}}''')
aws.lambda_.Function("rotate", name="rotate", role=role.arn, runtime="python3.13", handler="handler.handle",
    code=pulumi.AssetArchive({{"handler.py": pulumi.FileAsset({file!r})}}), opts=options())
"""


def _file(folder: Path, content: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "handler.py").write_text(content)
    return str(folder / "handler.py")


def test_a_function_changes_in_place_with_its_content_and_not_with_its_folder(
    program: SmallProgram, engine: Path, tmp_path: Path
) -> None:
    program.write(PROGRAM.format(file=_file(tmp_path / "here", "def handle(*_): ...")))
    with session_of(program, engine) as session:
        session.up()
        first = resources(session, FUNCTION)["rotate"]
        program.write(PROGRAM.format(file=_file(tmp_path / "there", "def handle(*_): ...")))
        assert session.preview().changes == {}
        program.write(PROGRAM.format(file=_file(tmp_path / "there", "def handle(*_): return 1")))
        assert session.preview().changes == {"update": 1}
        session.up()
        second = resources(session, FUNCTION)["rotate"]
        found = session.cloud.call("lambda", REGION, "get_function", FunctionName="rotate")
        assert session.preview().changes == {}
    assert first["outputs"]["arn"] == second["outputs"]["arn"]
    assert first["outputs"]["sourceCodeHash"] != second["outputs"]["sourceCodeHash"]
    assert found["Configuration"]["CodeSha256"] == second["outputs"]["sourceCodeHash"]


def test_code_that_is_not_there_fails_the_preview(
    program: SmallProgram, engine: Path, tmp_path: Path
) -> None:
    program.write(PROGRAM.format(file=str(tmp_path / "nowhere.py")))
    with session_of(program, engine) as session, pytest.raises(EngineError, match=r"nowhere\.py"):
        session.preview()

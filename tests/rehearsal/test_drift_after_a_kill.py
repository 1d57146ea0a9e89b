"""What clients of `make serve` have changed is drift after a kill too, and is never taken silently."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rehearsal.aws.requests import Request
from rehearsal.drift import drift
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace
from tests.support.small_program import REGION, SmallProgram, session_of

pytestmark = pytest.mark.engine

PROGRAM = """
    group = aws.cloudwatch.LogGroup("log", name="log", retention_in_days={days}, opts=options())
    aws.sns.Topic("told", name="told", opts=options())
    aws.cloudfront.Function(
        "recorded", name="recorded", runtime="cloudfront-js-2.0", code="…", opts=options()
    )
"""
MORE = '    aws.sns.Topic("more", name="more", opts=options(depends_on=[group]))\n'


def client_deletes_the_topic(session: Session) -> None:
    """What a client of `make serve` sends, without the port."""
    topic = f"arn:aws:sns:{REGION}:{session.cloud.account}:told"
    body = f"Action=DeleteTopic&Version=2010-03-31&TopicArn={topic}".encode()
    answer = session.cloud.answer(
        Request(
            {
                "REQUEST_METHOD": "POST",
                "PATH_INFO": "/",
                "HTTP_HOST": f"sns.{REGION}.amazonaws.com",
                "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8",
                "HTTP_AUTHORIZATION": (
                    f"AWS4-HMAC-SHA256 Credential=embedded/20260101/{REGION}/sns/aws4_request, "
                    "SignedHeaders=host, Signature=0"
                ),
            },
            body,
        )
    )
    assert answer.succeeded, answer


@pytest.fixture
def killed(program: SmallProgram, engine: Path, tmp_path: Path) -> Callable[[Session], Workspace]:
    """A workspace as `kill -9` leaves it at this moment: what is on the disk is all that it has."""

    def as_it_is(session: Session) -> Workspace:
        copy = tmp_path / "killed" / "dev"
        shutil.copytree(session.workspace.directory, copy)
        return Workspace(copy, "dev")

    return as_it_is


def test_a_client_s_change_is_found_after_a_kill(
    program: SmallProgram, engine: Path, killed: Callable[[Session], Workspace]
) -> None:
    program.write(PROGRAM.format(days=1))
    with session_of(program, engine, checkpoints=False) as session:
        session.up()
        client_deletes_the_topic(session)
        left = killed(session)
    found = []
    for _ in range(2):  # looking takes nothing into the state
        with Session(program.root, "dev", engine, left, checkpoints=False) as again:
            found.append(drift(again))
    assert [[(each.verb, each.name) for each in one.changed] for one in found] == [[("deleted", "told")]] * 2
    assert [one.recorded for one in found] == [1, 1]


def test_what_a_deployment_that_was_cut_off_takes_along_is_told(
    program: SmallProgram,
    engine: Path,
    killed: Callable[[Session], Workspace],
    capsys: pytest.CaptureFixture[str],
) -> None:
    left: list[Workspace] = []
    program.write(PROGRAM.format(days=1))

    def cut_off(_service: str, operation: str) -> None:
        if operation == "create_topic":
            left.append(killed(session))

    with session_of(program, engine, checkpoints=False) as session:
        session.up()
        client_deletes_the_topic(session)
        program.write(PROGRAM.format(days=3) + MORE)
        session.cloud.before_call = cut_off
        session.up()
    with Session(program.root, "dev", engine, left[0], checkpoints=False) as again:
        assert drift(again).changed == ()
    told = capsys.readouterr().err
    assert "aws:sns/topic:Topic told" in told
    assert "aws:cloudwatch/logGroup:LogGroup log" in told

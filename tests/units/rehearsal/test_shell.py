"""`pulumi` in a rehearsal's shell: what it refuses, and files as the caller means them."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.errors import CommandError
from rehearsal.shell import check_command, engine_arguments, exports

HERE = Path("/home/somebody")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("login s3://bucket", "a backend of its own"),
        ("stack rm --force", "make reset"),
        ("stack --show-urns select prod", "make shell ENV="),
        ("config set --secret groundwork:paging.pagerduty x", "the checkout's stack file"),
        ("-s dev config set a b", "the checkout's stack file"),
        ("config --stack dev rm a", "the checkout's stack file"),
        ("--color never config --stack=dev set a b", "the checkout's stack file"),
        ("stack select prod", "make shell ENV="),
        ("stack unselect", "make shell ENV="),
        ("stack change-secrets-provider passphrase", "could not open its state"),
        ("logs --follow", "ask AWS itself"),
        ("watch", "pulumi up"),
        ("install", "has done it"),
    ],
)
def test_what_would_leave_the_rehearsal_or_be_lost_is_refused_with_what_to_do(
    command: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        check_command(command.split(), "dev")


@pytest.mark.parametrize(
    "command",
    [
        "stack output --json",
        "config",
        "config get x",
        "preview",
        "",
        "state ls",
        "stack select dev",
        "up --target set",
    ],
)
def test_what_looks_or_deploys_is_the_engines(command: str) -> None:
    check_command(command.split(), "dev")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("stack export --file state.json", "stack export --file /home/somebody/state.json"),
        ("import --file=all.json", "import --file=/home/somebody/all.json"),
        ("import -f /tmp/all.json", "import -f /tmp/all.json"),
        ("up --target urn:x --yes", "up --target urn:x --yes"),
        ("stack graph all.dot", "stack graph /home/somebody/all.dot"),
        (
            "stack graph -s dev all.dot --short-node-name",
            "stack graph -s dev /home/somebody/all.dot --short-node-name",
        ),
    ],
)
def test_a_file_is_the_callers_though_the_engine_works_in_another_folder(command: str, expected: str) -> None:
    assert engine_arguments(command.split(), HERE) == expected.split()


def test_what_a_shell_evaluates_is_quoted() -> None:
    assert exports({"PATH": "/a b:/c'd"}) == "export PATH='/a b:/c'\"'\"'d'\n"

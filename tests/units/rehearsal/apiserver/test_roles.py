"""The API server's answers about rights, which come to know of new Roles a moment after it has taken them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from rehearsal.apiserver import roles
from rehearsal.apiserver.client import Client
from rights.cluster_roles import Question, Subject

READ, WRITE = Question("get", "configmaps", "", "shop"), Question("create", "configmaps", "", "shop")


class _Late:
    """A server that allows to read from the third time on that it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def review(self, _: dict[str, Any], attributes: dict[str, str]) -> bool:
        self.asked.append(attributes["verb"])
        return attributes["verb"] == "get" and self.asked.count("get") > 2


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.apiserver.roles.time.sleep", lambda _: None)


def _answers(expected: dict[Question, bool]) -> tuple[dict[Question, bool], list[str]]:
    server = _Late()
    found = roles._answers(cast(Client, server), Subject(groups=("on-call",)), expected)
    return found, server.asked


def test_what_differs_is_asked_again_and_nothing_else() -> None:
    assert _answers({READ: True, WRITE: False}) == (
        {READ: True, WRITE: False},
        ["get", "create", "get", "get"],
    )


def test_what_goes_on_to_differ_is_told() -> None:
    found, asked = _answers({WRITE: True})
    assert found == {WRITE: False}
    assert len(asked) == 1 + len(roles._ASKED_AGAIN_AFTER_SECONDS)

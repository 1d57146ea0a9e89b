"""Composite alarms: a rule over the states of other alarms, and a suppressor of what it would tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.cloudwatch.evaluation import State

_TOKEN = re.compile(
    r'\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")]+?)"?\s*\)|(AND|OR|NOT|TRUE|FALSE)|([()]))'
)


@dataclass(frozen=True)
class CompositeAlarm:
    """An `aws:cloudwatch/compositeAlarm:CompositeAlarm`, by its inputs."""

    inputs: Mapping[str, Any]

    @property
    def children(self) -> frozenset[str]:
        """The names of the alarms that its rule looks at."""
        return frozenset(match[2] for match in _TOKEN.finditer(self.inputs["alarmRule"]) if match[2])

    def state(self, states: Mapping[str, State]) -> State:
        """Its state while other alarms are in these; one that is not named is OK."""
        return State.ALARM if _Rule(self.inputs["alarmRule"], states).holds() else State.OK

    def destinations(self, states: Mapping[str, State]) -> list[str]:
        """ARNs of who is told that it is in ALARM: nobody while its suppressor is in ALARM too."""
        suppressor = (self.inputs.get("actionsSuppressor") or {}).get("alarm")
        suppressed = suppressor is not None and states.get(suppressor) is State.ALARM
        if suppressed or not self.inputs.get("actionsEnabled", True):
            return []
        return list(self.inputs.get("alarmActions") or ()) if self.state(states) is State.ALARM else []


class _Rule:
    """OR binds weaker than AND, AND weaker than NOT (CloudWatch user guide, "Create a composite alarm")."""

    def __init__(self, rule: str, states: Mapping[str, State]) -> None:
        self._states = states
        self._tokens = list(_TOKEN.finditer(rule))
        if "".join(match[0] for match in self._tokens).strip() != rule.strip():
            raise ValueError(f"not a rule: {rule}")

    def holds(self) -> bool:
        result = self._either()
        if self._tokens:
            raise ValueError(f"not understood: {self._tokens[0][0]}")
        return result

    def _next(self, word: str) -> bool:
        if self._tokens and word in (self._tokens[0][3], self._tokens[0][4]):
            self._tokens.pop(0)
            return True
        return False

    def _either(self) -> bool:
        result = self._both()
        while self._next("OR"):
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._single()
        while self._next("AND"):
            result = self._single() and result
        return result

    def _single(self) -> bool:
        if self._next("NOT"):
            return not self._single()
        if self._next("("):
            result = self._either()
            if not self._next(")"):
                raise ValueError("a parenthesis is not closed")
            return result
        token = self._tokens.pop(0)
        if token[3] in ("TRUE", "FALSE"):
            return token[3] == "TRUE"
        return self._states.get(token[2], State.OK).value == token[1]

"""What stands for a client of AWS in a test, and notes what is asked for as boto3's own does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name

from tests.support.recorded_calls import note


@dataclass(frozen=True)
class NotedClient:
    """A client.

    Args:
        service: as boto3 calls it.
        answers: has a method for each operation that is asked for, as boto3 names it.
    """

    service: str
    answers: Any

    def __getattr__(self, name: str) -> Any:
        answer = getattr(self.answers, name)
        operation = _operations(self.service).get(name)
        if operation is None:
            return answer

        def call(**parameters: Any) -> Any:
            note(self.service, operation, parameters)
            return answer(**parameters)

        return call

    def get_paginator(self, name: str) -> Any:
        """Its first page is asked for as soon as there is one."""
        note(self.service, _operations(self.service)[name], {})
        return self.answers.get_paginator(name)


@cache
def _operations(service: str) -> Mapping[str, str]:
    """AWS's name of each operation, by that of its method."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(each): each for each in model.operation_names}

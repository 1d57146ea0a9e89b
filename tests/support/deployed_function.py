"""A function as the embedded AWS has it: its archive and variables, run as Lambda would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rehearsal.aws.cloud import Cloud
from rehearsal.serve.lambda_runtime import Function, run

_TIMEOUT_SECONDS = 120  # of a busy machine


@dataclass(frozen=True)
class DeployedFunction:
    """One function of a deployed environment, and where its embedded AWS is."""

    function: Function
    endpoint_url: str

    @property
    def variables(self) -> dict[str, str]:
        return dict(self.function.variables)

    @staticmethod
    def of(cloud: Cloud, region: str, name: str, endpoint_url: str) -> DeployedFunction:
        """The function `name` as it was deployed."""
        from moto.awslambda.utils import get_backend

        found = cloud.call("lambda", region, "get_function", FunctionName=name)["Configuration"]
        code = get_backend(cloud.account, region).get_function(name).code_bytes
        variables = found.get("Environment", {}).get("Variables", {})
        return DeployedFunction(
            Function(code, found["Handler"], variables, region, _TIMEOUT_SECONDS), endpoint_url
        )

    def call(self, event: dict[str, Any]) -> Any:
        """What the function answers."""
        address = urlsplit(self.endpoint_url)
        place = (str(address.hostname), int(address.port or 80))
        outcome = run(self.function, event, place, offline=False)
        assert outcome.payload is not None, outcome.log
        return json.loads(outcome.payload)

"""Evaluates the program without an engine: `python -m rehearsal.evaluate ROOT ENVIRONMENT < config.yaml`.

For the benchmark only: every registration is answered at once with the resource's own inputs, so
what is left is the cost of the configuration, the SDK and the program itself.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import mocks

from rehearsal.language import program_at


class _Nod(mocks.Mocks):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", {**args.inputs, "arn": f"arn:aws:made:up:{args.name}"}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return dict(args.args), None


def main(root: str, environment: str) -> None:
    """Runs the program once; the configuration comes on standard input."""
    config = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in yaml.safe_load(sys.stdin).items()
    }
    os.environ["PULUMI_CONFIG"] = json.dumps(config)
    mocks.set_mocks(_Nod(), project="groundwork", stack=environment, preview=False)
    pulumi.runtime.test(program_at(Path(root)))()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main(*sys.argv[1:])

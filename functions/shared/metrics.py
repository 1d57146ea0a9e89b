"""Metrics that the functions write, and the alarms read: each is declared beside the code that writes it.

A metric is a line of the log in CloudWatch's embedded metric format: no call to AWS, so nothing that can
fail, and no permission.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

NAMESPACE = "Groundwork/Operations"


@dataclass(frozen=True)
class Metric:
    """What is measured; it is declared beside the code that writes it.

    An environment has an account of its own: no metric names it.

    Args:
        name: in the namespace above.
        functions: who writes it: a function's folder, or the folders of several as a pattern (`rotate_*`). An
            alarm on it is declared where one of them is, so that none waits for what nobody writes.
        dimensions: if it has any; each is a property of what is written.
    """

    name: str
    functions: str
    dimensions: tuple[str, ...] = ()

    def is_written_by(self, folders: Iterable[str]) -> bool:
        """Whether one of these functions writes it."""
        return any(fnmatchcase(folder, self.functions) for folder in folders)


def write(metric: Metric, value: float = 1, **properties: str) -> None:
    """Writes one data point; the properties (which secret, which step) are in the log beside it.

    Raises:
        KeyError: a dimension of the metric is not among the properties.
    """
    for dimension in metric.dimensions:
        properties[dimension]
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [list(metric.dimensions)],
                    "Metrics": [{"Name": metric.name, "Unit": "Count"}],
                }
            ],
        },
        metric.name: value,
        **properties,
    }
    sys.stdout.write(json.dumps(line) + "\n")

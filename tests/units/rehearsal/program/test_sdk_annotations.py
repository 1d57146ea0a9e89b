"""What annotations mean is the same, whether a text was evaluated before or not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]

# Each in another process: what has been loaded in this one was loaded as published, perhaps.
HINTS = """
import importlib, json, sys
from pulumi import _types
from rehearsal.program.sdk_annotations import _meanings, annotations_as_texts, return_hints

with annotations_as_texts():
    # Two services have the same names, each for classes of its own.
    for name in ("lb.listener", "alb.listener"):
        importlib.import_module(f"pulumi_aws.{name}")
    for name in ("s3.bucket", "s3._inputs", "s3.outputs", "rds.instance", "rds.outputs", "ec2.outputs"):
        importlib.import_module(f"pulumi_aws.{name}")
    importlib.import_module("pulumi_kubernetes.core.v1")
    classes = [
        value
        for name, module in list(sys.modules.items())
        if name.startswith(("pulumi_aws.", "pulumi_kubernetes."))
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == name
    ]
    found = [return_hints(each) for each in classes]
    published = [_types._raw_return_hints(each) for each in classes]
print(json.dumps([len(classes), sum(map(len, found)), len(_meanings), found == published]))
"""


def test_texts_that_are_known_mean_what_the_sdk_finds_them_to_mean() -> None:
    done = subprocess.run([sys.executable, "-c", HINTS], cwd=ROOT, check=True, capture_output=True, text=True)
    classes, properties, texts, same = json.loads(done.stdout)
    assert same
    assert classes > 500
    assert properties > 2 * texts  # otherwise nothing would be saved

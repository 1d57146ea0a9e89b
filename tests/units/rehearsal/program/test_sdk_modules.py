"""Of a service of pulumi-aws no module is loaded that a program does not use; nothing else is different."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal.program.sdk_modules import asked_for, when_asked

ROOT = Path(__file__).resolve().parents[4]

NAMES = """
import json, sys

def names(stars):
    return sorted(n for n, value in stars.items() if n[0].isalpha() and not isinstance(value, type(sys)))
"""

SERVICE = """
import importlib
from rehearsal.program.sdk_annotations import annotations_as_texts

def loaded():
    return sorted(name.split(".")[2] for name in sys.modules if name.startswith("pulumi_aws.ecr."))

with annotations_as_texts():
    import pulumi_aws as aws
    found = {"of a service": [hasattr(aws.ecr, "Repository"), loaded()]}
    found["once more"] = aws.ecr.Repository is aws.ecr.Repository
    found["a function"] = callable(aws.ecr.get_image_output)
    found["one named as its module"] = callable(aws.ecr.get_image)
    found["outputs"] = aws.ecr.outputs.__name__
    try:
        aws.ecr.Repozitory
    except AttributeError as error:
        found["unknown"] = str(error)
    stars = {}
    exec("from pulumi_aws.ecr import *", stars)
    found["names"] = names(stars)
print(json.dumps(found))
"""

PUBLISHED = """
stars = {}
exec("from pulumi_aws.ecr import *", stars)
print(json.dumps(names(stars)))
"""

PROGRAM = """
import importlib, json, sys
from rehearsal.program import language
from rehearsal.program.sdk_speed import quick_sdk

def loaded():
    return {name for name in sys.modules if name.startswith("pulumi_aws.") and name.count(".") > 1}

with quick_sdk():
    importlib.import_module("infra.platform")
    language._load_services()
    before = loaded()
    from tests.support.recorder import record
    record("prod")
print(json.dumps({"before": len(before), "later": sorted(loaded() - before)}))
"""


def answer(program: str) -> Any:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_a_service_has_its_names_and_loads_what_is_asked_for() -> None:
    found = answer(NAMES + SERVICE)
    assert found.pop("names") == answer(NAMES + PUBLISHED)
    assert found == {
        "of a service": [True, ["_enums", "_inputs", "outputs", "repository"]],
        "once more": True,
        "a function": True,
        "one named as its module": True,
        "outputs": "pulumi_aws.ecr.outputs",
        "unknown": "module 'pulumi_aws.ecr' has no attribute 'Repozitory'",
    }


def test_what_the_program_uses_is_loaded_before_the_engine_asks_for_it() -> None:
    found = answer(PROGRAM)
    assert found["later"] == []
    assert 100 < found["before"] < 300  # of some 700 that its services have


@pytest.mark.parametrize(
    "path", ["pulumi_aws/__init__.py", "pulumi_aws/ecr/repository.py", "else/ecr/__init__.py"]
)
def test_other_modules_are_compiled_as_they_are(path: str) -> None:
    source = b"from .repository import *\n"
    assert when_asked(source, f"/packages/{path}") is source


def test_a_service_whose_module_does_not_list_its_names_is_left_as_it_is(tmp_path: Path) -> None:
    package = tmp_path / "pulumi_aws" / "ecr"
    package.mkdir(parents=True)
    (package / "repository.py").write_text("class Repository: ...\n", encoding="utf-8")
    source = b"from .repository import *\n"
    assert when_asked(source, str(package / "__init__.py")) is source


def test_what_a_service_does_not_have_is_said_as_python_says_it() -> None:
    with pytest.raises(AttributeError, match=r"module 'pulumi_aws\.ecr' has no attribute 'Repozitory'"):
        asked_for({"__name__": "pulumi_aws.ecr"}, {"Repository": "repository"}, "Repozitory")

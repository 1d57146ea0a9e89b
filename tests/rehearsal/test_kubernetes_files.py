"""Files of Kubernetes objects are taken; what other programs render says what to do instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.session import Session
from tests.support.small_program import SmallProgram, refusal, resources, session_of

pytestmark = pytest.mark.engine

FILE = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings, namespace: shop}
    data: {colour: green}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Iterator[tuple[SmallProgram, Session]]:
    program = SmallProgram(tmp_path_factory.mktemp("files"))
    (program.root / "objects.yaml").write_text(FILE, encoding="utf-8")
    with session_of(program, engine, checkpoints=False) as session:
        yield program, session


def test_the_objects_of_a_yaml_file_are_made_once(running: tuple[SmallProgram, Session]) -> None:
    program, session = running
    program.write(f'kubernetes.yaml.ConfigFile("all", file="{program.root / "objects.yaml"}")\n')
    session.up()
    (settings,) = resources(session, "kubernetes:core/v1:ConfigMap").values()
    assert settings["id"] == "shop/settings"
    assert session.preview().changes == {}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('kubernetes.helm.v3.Release("web", chart="nginx")', "helm template NAME CHART"),
        (
            'kubernetes.helm.v3.Chart("web", kubernetes.helm.v3.ChartOpts(chart="nginx"))',
            "helm template NAME CHART",
        ),
        ('kubernetes.helm.v4.Chart("web", chart="nginx")', "helm template NAME CHART"),
        ('kubernetes.kustomize.Directory("all", directory="here")', "kubectl kustomize DIR"),
        ('kubernetes.yaml.v2.ConfigFile("all", file="all.yaml")', "kubernetes.yaml.ConfigFile"),
        ('kubernetes.yaml.ConfigGroup("all", yaml=["a: b"])', "without `apiVersion` and `kind`"),
    ],
)
def test_what_others_render_is_refused_with_what_to_do(
    running: tuple[SmallProgram, Session], body: str, said: str
) -> None:
    program, session = running
    assert said in refusal(program, f"{body}\n", session)

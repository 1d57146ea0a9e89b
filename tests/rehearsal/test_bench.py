"""What `make bench` measures is a program that the engine accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.bench.programs import scaled_checkout
from rehearsal.program.programs import sdk_as_published
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace
from tests.support.checkout import ROOT
from tests.support.small_program import SmallProgram, session_of

pytestmark = pytest.mark.engine


def test_the_scaled_program_is_accepted_and_has_more_services_and_buckets(engine: Path) -> None:
    with (
        Workspace.temporary("dev") as workspace,
        scaled_checkout(ROOT, "dev", 2) as scaled,
        Session(scaled, "dev", engine, workspace) as session,
    ):
        planned = session.preview(options=["--json"]).output
    for name in ("api", "api-1", "worker-1", "documents", "documents-1"):
        assert f'::{name}"' in planned


def test_the_published_floor_runs_pulumis_own_sdk(program: SmallProgram, engine: Path) -> None:
    program.write("""
        from pulumi.runtime import rpc
        pulumi.export("module", rpc.transfer_properties.__module__)
    """)
    with sdk_as_published(), session_of(program, engine) as session:
        session.up()
        assert session.outputs() == {"module": "pulumi.runtime.rpc"}
    with session_of(program, engine) as session:
        session.up()
        assert session.outputs() == {"module": "rehearsal.program.sdk_speed"}

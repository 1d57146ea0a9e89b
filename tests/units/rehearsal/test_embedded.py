"""What a session embeds of an environment."""

from __future__ import annotations

from pathlib import Path

from rehearsal.embedded import Embedded
from rehearsal.workspace.stack_file import StackFile
from rehearsal.workspace.workspace import Workspace
from tests.support.checkout import ROOT


def test_objects_pass_when_nothing_about_them_has_changed(tmp_path: Path) -> None:
    embedded = Embedded(Workspace(tmp_path, "dev"), StackFile.read(ROOT, "dev"))
    found = [embedded.objects_are_accepted]
    embedded.accepted = True
    found.append(embedded.objects_are_accepted)
    embedded.kubernetes_version = "1.99"  # which may serve less
    found.append(embedded.objects_are_accepted)
    assert found == [False, True, False]

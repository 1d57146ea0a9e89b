"""DR-5: the timeline of a recovery, as a picture and in a terminal."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from operations.recovery import timeline
from operations.recovery.steps import Recovery, Step
from timing.data.recovery import WAITS, Wait

pytestmark = pytest.mark.contract("DR-5")


def _step(name: str, wait: Wait) -> Step:
    return Step(name, f"{name} <it> & more", wait, lambda: True, lambda _: "")


RECOVERY = Recovery(
    "database",
    "prod",
    (),
    "",
    (_step("stop", Wait.STOP_SERVICES), _step("restore", Wait.RESTORE), _step("write", Wait.QUICK)),
    "restore",
    (),
)


def test_the_picture_has_each_step_where_it_begins_and_says_when_people_are_back() -> None:
    picture = timeline.picture(RECOVERY)
    ElementTree.fromstring(picture)  # noqa: S314  # our own
    assert "people can work again after 10:30, at most 21:00" in picture
    bars = re.findall(r'<rect class="c" x="([\d.]+)" y="(\d+)" width="([\d.]+)"', picture)[1:]
    assert len(bars) == 3
    begins, widths = ([float(bar[place]) for bar in bars] for place in (0, 2))
    assert begins[1] == pytest.approx(begins[0] + widths[0], abs=0.2)
    restore, stop = (WAITS[wait].times.typical for wait in (Wait.RESTORE, Wait.STOP_SERVICES))
    assert widths[1] / widths[0] == pytest.approx(restore / stop, rel=0.01)
    assert picture.count("people are back") == 2


def test_a_terminal_has_a_bar_for_each_step_one_after_the_other() -> None:
    stop, restore, write, scale = timeline.lines(RECOVERY)
    assert stop.index("█") < restore.index("█") < write.index("█")
    assert restore.count("█") > 20 * stop.count("█") - 1
    assert "<- users are back" in restore
    assert "░" in write
    assert scale.split()[0] == "0"
    assert max(map(len, (stop, write))) < 80

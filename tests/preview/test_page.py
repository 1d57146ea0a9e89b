"""What a reviewer sees: a page that fits a terminal, a comment, and JSON that fits its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from preview.approvals import rows_of
from preview.change import Change, Step, change_of
from preview.markdown import comment
from preview.page import LINES, page
from preview.places import DifferingPlace, differing_places
from preview.report import Report
from preview.risk import Kind
from preview.risks import ranked
from rehearsal.review.review import Reviewed
from tests.support.json_output import check_output
from timing.engine_step import EngineStep

LOG = "aws:cloudwatch/logGroup:LogGroup"
DATABASE = "aws:rds/instance:Instance"


def urn(resource_type: str, name: str, area: str = "Logs") -> str:
    return f"urn:pulumi:prod::groundwork::groundwork:x:{area}${resource_type}::{name}"


def step(
    operation: str, resource_type: str, name: str, before: Mapping[str, Any], **after: object
) -> EngineStep:
    changed = dict.fromkeys(after, "update-replace" if operation == "replace" else "update")
    new = {} if operation == "delete" else {"inputs": {**before, **after}}
    return EngineStep(operation, urn(resource_type, name), resource_type, changed, {"inputs": before}, new)


def report(
    *steps: EngineStep, places: tuple[DifferingPlace, ...] = (), refused: tuple[str, ...] = ()
) -> Report:
    return Report(change_of("prod", steps, refused), "main", places)


def shortened(count: int) -> list[EngineStep]:
    """Log groups whose retention becomes shorter, each in its own way."""
    return [
        step("update", LOG, f"log-{number}", {"retentionInDays": 365 + number}, retentionInDays=30)
        for number in range(count)
    ]


def test_nothing_to_say_is_one_line() -> None:
    assert page(report()) == ["prod against main: nothing changes."]
    harmless = step("update", "aws:sqs/queue:Queue", "jobs", {"delaySeconds": 1}, delaySeconds=2)
    assert page(report(harmless)) == ["prod against main: no risk; 1 updated (Logs: 1 updated)"]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("count", [1, 7, 23, 300])
def test_the_page_fits_a_terminal_whatever_the_change(count: int, width: int) -> None:
    lines = page(report(*shortened(count)), width=width, hint="DIFF=1 shows the engine's diff")
    assert len(lines) < LINES
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("prod against main: ")
    assert lines[-1] == "DIFF=1 shows the engine's diff"


def test_what_does_not_fit_is_counted_and_the_worst_stays() -> None:
    replaced = step("replace", DATABASE, "database", {"identifier": "one"}, identifier="two")
    lines = page(report(*shortened(40), replaced), width=80)
    assert lines[1].startswith("DATA        RDS instance database is replaced: the new one is empty")
    (left,) = [line for line in lines if line.startswith("… ")]
    assert sum(line.startswith("WEAKER") for line in lines) + int(left.split()[2]) == 40
    assert left.endswith(" WEAKER; JSON=1 has all of them")


def test_where_a_line_has_no_room_for_names_it_has_how_many() -> None:
    alike = [
        step("update", LOG, f"a-long-name-{n}", {"retentionInDays": 365}, retentionInDays=7) for n in range(9)
    ]
    lines = page(report(*shortened(40), *alike), width=80)
    assert "WEAKER      9 log groups: each keeps 7 days, instead of 365: the older is delet…" in lines


def test_of_several_kinds_each_is_told_by_its_own() -> None:
    sizes = {"maxAllocatedStorage": 500}
    found = report(
        step("update", DATABASE, "database", sizes, maxAllocatedStorage=200),
        step(
            "update",
            DATABASE,
            "copy",
            {**sizes, "replicateSourceDb": "x"},
            maxAllocatedStorage=200,
            replicateSourceDb="x",
        ),
    )
    (group,) = found.groups
    assert group.who == "2 resources (cross-region replica copy, RDS instance database)"


def test_whose_refusal_it_is_stands_before_its_reason() -> None:
    change = Change("prod", (), ("The backup account (backup_account/):\nvault backup is protected\nmore",))
    assert Report(change, "main").refusals == [
        "The backup account (backup_account/): vault backup is protected"
    ]


def test_a_pipe_gets_everything_and_nothing_is_cut() -> None:
    lines = page(report(*shortened(40)), width=None)
    assert sum(line.startswith("WEAKER") for line in lines) == 40
    assert lines[-1] == "APPROVE     40 of these need a line in approvals.yaml that holds"
    assert lines[1] == (
        "WEAKER      log group log-0 keeps 30 days, instead of 365: the older is deleted"
        "  [retentionInDays: 365 => 30]"
    )


def test_the_same_of_several_resources_is_one_line() -> None:
    # In whatever order the engine comes to them.
    alike = [step("update", LOG, name, {"retentionInDays": 365}, retentionInDays=30) for name in "cabed"]
    (only,) = report(*alike).groups
    assert str(only) == ("5 log groups (a, b, c…): each keeps 30 days, instead of 365: the older is deleted")


def test_two_places_are_told_apart_and_several_have_a_plural() -> None:
    repository = "aws:ecr/repository:Repository"
    here = step("delete", repository, "backend", {})
    there = replace(here, urn=here.urn.replace("groundwork:x", "groundwork:place:Recovery$groundwork:x"))
    (only,) = report(there, here).groups
    assert only.who == "2 repositories (backend in the recovery region, backend)"
    cluster = "aws:eks/cluster:Cluster"
    steps = [step("delete", cluster, "cluster", {}), step("delete", cluster, "other", {})]
    assert report(*steps).groups[0].who == "2 EKS clusters (cluster, other)"


def test_the_same_right_of_several_roles_is_one_line() -> None:
    role, policy = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    steps = []
    for name in ("api", "worker"):
        steps.append(EngineStep("same", urn(role, name), role, {}, *[{"inputs": {"name": name}}] * 2))
        none, some = ({"role": name, "policy": json.dumps({"Statement": each})} for each in ([], [statement]))
        steps.append(step("update", policy, name, none, policy=some["policy"]))
    (only,) = report(*steps).groups
    assert str(only) == "2 roles (api, worker): each may s3:GetObject on everything"


def test_the_worst_kind_comes_first() -> None:
    found = report(
        *shortened(1),
        step("replace", DATABASE, "database", {"identifier": "one"}, identifier="two"),
        step("update", DATABASE, "other", {"engineVersion": "17", "engine": "postgres"}, engineVersion="18"),
    )
    kinds = [group.kind for group in found.groups]
    assert kinds == [Kind.DATA, Kind.PROTECTION, Kind.INTERRUPTION, Kind.FINAL]


def test_safe_changes_are_counts_by_part() -> None:
    made = EngineStep(
        "create", urn("aws:sqs/queue:Queue", "jobs", "Jobs"), "aws:sqs/queue:Queue", new={"inputs": {}}
    )
    component = EngineStep(
        "create", urn("groundwork:x:Jobs", "jobs"), "groundwork:x:Jobs", new={"inputs": {}}
    )
    found = report(*shortened(1), made, component)
    assert list(found.safe_lines()) == ["Jobs: 1 created"]
    assert found.headline == "prod against main: 1 risk; 1 updated, 1 created"


def test_a_refused_change_says_so_and_goes_as_far_as_it_does() -> None:
    refused = ("Bucket photos: it is protected\nand more", "preview failed")
    lines = page(report(*shortened(1), refused=refused), width=100)
    assert lines[0].startswith("prod against main: REFUSED")
    assert "refused     Bucket photos: it is protected" in lines
    assert not any("preview failed" in line for line in lines)


def test_a_base_is_called_as_people_call_it() -> None:
    change = change_of("prod", shortened(1))
    assert Report(change, "HEAD").headline.startswith("prod against the last commit: ")
    assert Report(change, "3f9ac21b" + "0" * 32).headline.startswith("prod against 3f9ac21b: ")


def test_the_comment_has_at_most_60_lines_and_folds_what_is_long() -> None:
    diff = "\n".join(f"~ line {number} ```" for number in range(1000))
    text = comment(report(*shortened(300)), diff)
    lines = text.splitlines()
    assert len(lines) <= 60
    assert text.count("<details>") == text.count("</details>") == 3
    assert text.count("```") == 4
    assert "and 280 more, with `JSON=1`" in text
    assert "# and 298 more: make preview" in text
    assert lines[2] == "| risk | what | cause |"


def test_a_comment_takes_no_markup_from_names() -> None:
    name = "<img src=x> @everybody | cell"
    # In a block of code nothing is markup, and no name ends the block.
    text = comment(report(step("delete", LOG, f"{name} ```", {})))
    assert text.count("```") == 2
    text = "".join(text.split("```")[::2])
    assert "<img" not in text
    assert "@everybody" not in text
    row = next(line for line in text.splitlines() if "img" in line)
    assert row.replace("\\|", "").count("|") == 4


def test_json_has_all_of_it_as_the_schema_says() -> None:
    found = report(*shortened(2), places=(DifferingPlace("system.yaml", "thresholds", 3),))
    told = json.loads(json.dumps({**found.as_json(), "diff": None}))
    check_output("preview", told)
    assert told["changes"] == {"updated": 2}
    first = told["risks"][0]
    assert first["kind"] == "protection"
    assert first["places"] == ["system.yaml:3 thresholds"]
    assert first["resources"][0]["properties"] == [
        {"path": "retentionInDays", "before": "365", "after": "30"}
    ]


def test_a_fingerprint_is_that_of_exactly_this_change() -> None:
    def prints(environment: str, *steps: EngineStep) -> str:
        (group,) = ranked(change_of(environment, steps))
        return group.fingerprint(environment)

    one = step("update", LOG, "a", {"retentionInDays": 365}, retentionInDays=30)
    assert prints("prod", one) == prints("prod", one)
    others = (
        prints("staging", one),
        prints("prod", step("update", LOG, "b", {"retentionInDays": 365}, retentionInDays=30)),
        prints("prod", step("update", LOG, "a", {"retentionInDays": 365}, retentionInDays=31)),
        prints("prod", step("update", LOG, "a", {"retentionInDays": 366}, retentionInDays=30)),
    )
    assert len({prints("prod", one), *others}) == 5


class TestPlaces:
    def files(self, folder: Path, stack: str, system: str = "", module: str = "") -> Path:
        (folder / "infra" / "data").mkdir(parents=True)
        (folder / "Pulumi.prod.yaml").write_text(stack, encoding="utf-8")
        (folder / "system.yaml").write_text(system, encoding="utf-8")
        (folder / "infra" / "data" / "database.py").write_text(module, encoding="utf-8")
        return folder

    def differing(self, tmp_path: Path, old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
        one, two = self.files(tmp_path / "old", *old), self.files(tmp_path / "new", *new)
        return [str(place) for place in differing_places(one, two, ["Pulumi.prod.yaml", "system.yaml"])]

    STACK = "config:\n  groundwork:database:\n    tier: standard\n  groundwork:replicas: {minimum: 3}\n"

    def test_a_key_is_named_with_its_line(self, tmp_path: Path) -> None:
        other = self.STACK.replace("standard", "high").replace("minimum: 3", "minimum: 4")
        assert self.differing(tmp_path, (self.STACK,), (other,)) == [
            "Pulumi.prod.yaml:3 database.tier",
            "Pulumi.prod.yaml:4 replicas.minimum",
        ]

    def test_a_key_that_is_gone_has_no_line(self, tmp_path: Path) -> None:
        found = self.differing(tmp_path, (self.STACK, "queues: [a]\nname: x\n"), (self.STACK, "name: x\n"))
        assert found == ["system.yaml queues"]

    def test_a_module_of_the_program_is_named(self, tmp_path: Path) -> None:
        found = self.differing(tmp_path, (self.STACK, "", "a"), (self.STACK, "", "b"))
        assert found == ["infra/data/database.py:1"]

    def test_the_lines_of_a_module_say_what_they_are_about(self) -> None:
        code = DifferingPlace(
            "infra/configuration/environments.py", "", 210, "log_retention=180, log_retention=365"
        )
        key = DifferingPlace("Pulumi.prod.yaml", "redis.cache", 19)
        steps = [
            step("update", LOG, name, {"retentionInDays": 365}, retentionInDays=180)
            for name in ("rotate-redis", "cache", "api")
        ]
        (only,) = report(*steps, places=(code, key)).groups
        assert only.places == ("infra/configuration/environments.py:210",)

    def test_what_the_resource_is_called_decides_between_several(self) -> None:
        places = (
            DifferingPlace("Pulumi.prod.yaml", "database.tier", 3),
            DifferingPlace("system.yaml", "services.api.port", 9),
        )
        found = report(
            step("replace", DATABASE, "database", {"identifier": "one"}, identifier="two"), places=places
        )
        assert found.groups[0].places == ("Pulumi.prod.yaml:3 database.tier",)

    def test_no_module_is_named_where_much_of_the_program_differs(self) -> None:
        places = tuple(
            DifferingPlace(f"infra/data/logs{number}.py", "", 1, "retention") for number in range(6)
        )
        assert report(*shortened(1), places=places).groups[0].places == ()

    def test_nothing_is_named_where_it_cannot_be_told(self) -> None:
        places = tuple(DifferingPlace("system.yaml", f"flags.f{number}", number) for number in range(5))
        assert report(*shortened(1), places=places).groups[0].places == ()


def test_a_replacement_is_told_once_whatever_steps_the_engine_needs() -> None:
    steps = [
        step(operation, DATABASE, "database", {"identifier": "one"}, identifier="two")
        for operation in ("create-replacement", "replace", "delete-replaced")
    ]
    change: Change = change_of("prod", steps)
    found: tuple[Step, ...] = change.changed
    assert [each.verb for each in found] == ["replaced"]


def test_what_is_refused_says_which_mistakes_and_not_only_that_there_are_some() -> None:
    mistakes = [f"Pulumi.prod.yaml: key-{number}: found nothing." for number in range(5)]
    text = "\n".join(["5 mistakes in the configuration; nothing was changed.", *mistakes])
    told = report(refused=(text,))
    said = f"5 mistakes in the configuration; nothing was changed. {' '.join(mistakes[:3])} (and 2 more)"
    assert f"refused     {said}" in page(told, width=None)
    assert f"- refused: {said}" in comment(told)


def reviewed(*steps: EngineStep, **more: Any) -> Reviewed:
    """What `make preview` has found."""
    return Reviewed(report(*steps, **more), "the engine's diff\n")


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_the_page_fits_a_terminal_with_the_lines_to_write_below_it(count: int, width: int) -> None:
    found = reviewed(*shortened(count))
    shown = f"{found.page(width=width, diff=False)}\n{found.asked(width=width, diff=False)}"
    assert rows_of(shown, width) < LINES
    assert "  until: " in shown  # one of them whole, to be copied


def test_lines_that_do_not_fit_are_counted_and_where_they_are_is_said() -> None:
    found = reviewed(*shortened(40))
    asked = found.asked(width=80, diff=False)
    assert asked.startswith("prod: 40 changes need a line in approvals.yaml")
    assert asked.count("\n- environment: prod") == 1
    assert asked.endswith("\n# 39 more: DIFF=1 has all of them, behind the diff")


def test_a_pipe_and_the_diff_have_every_line_to_write() -> None:
    found = reviewed(*shortened(40))
    for everything in (found.asked(width=None, diff=True), found.asked(width=80, diff=True)):
        assert everything.count("\n- environment: prod") == 40
        assert "more: DIFF=1" not in everything


def test_where_nothing_needs_a_line_the_page_has_the_whole_terminal() -> None:
    dev = Reviewed(Report(change_of("dev", shortened(40)), "main"), "")
    assert dev.asked(width=80, diff=False) == ""
    assert len(dev.page(width=80, diff=False).splitlines()) == LINES - 1

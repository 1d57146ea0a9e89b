"""A mistake in a stack file is told with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.workspace.stack_file import StackFile, StackFileError


def refusal(root: Path, environment: str = "dev") -> str:
    with pytest.raises(StackFileError) as error:
        StackFile.read(root, environment)
    return str(error.value)


def test_the_configuration_is_read_without_its_namespace(tmp_path: Path) -> None:
    text = (
        'config:\n  groundwork:account: "111111111111"\n'
        '  groundwork:cluster: {version: "1.34"}\n  aws:region: x\n'
    )
    (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    stack = StackFile.read(tmp_path, "dev")
    assert (stack.account, stack.kubernetes_version) == ("111111111111", "1.34")
    assert set(stack.config) == {"account", "cluster"}


@pytest.mark.parametrize(("name", "meant"), [("production", "prod"), ("stagin", "staging")])
def test_a_wrong_environment_names_the_right_ones(tmp_path: Path, name: str, meant: str) -> None:
    said = refusal(tmp_path, name)
    assert "there are: dev, staging, prod" in said
    assert f"Did you mean {meant}?" in said


def test_a_missing_file_says_how_to_get_it_back(tmp_path: Path) -> None:
    assert "git checkout -- Pulumi.dev.yaml" in refusal(tmp_path)


def test_a_tab_is_found_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n\tgroundwork:account: 1\n", encoding="utf-8")
    said = refusal(tmp_path)
    assert said.startswith("Pulumi.dev.yaml: line 2")
    assert "tab" in said


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"config:\n  a: \xff\n", "Pulumi.dev.yaml: line 2: found bytes that are not UTF-8"),
        (
            b"config:\n  a: 1\n  a: 2\n",
            "Pulumi.dev.yaml: line 3, column 3: found the key a a second time; allowed: each key",
        ),
        (b"config:\n  a: 2027-02-30\n", "line 2, column 6: found 2027-02-30 (day "),
        (b"config: " + b"[" * 3000, "found lists or mappings too deep"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_bytes(content)
    assert expected in refusal(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").mkdir()
    assert "found a folder; allowed: a file of YAML" in refusal(tmp_path)


@pytest.mark.parametrize("region", ["", "[a]", "mars", "7"])
def test_there_is_a_region_for_clients_even_when_the_file_names_none(tmp_path: Path, region: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(f"config:\n  groundwork:region: {region}\n", encoding="utf-8")
    assert StackFile.read(tmp_path, "dev").region == "us-east-1"


@pytest.mark.parametrize("text", ["", "- a\n", "config: 3\n", "runtime: python\n"])
def test_a_file_without_configuration_is_no_stack_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    assert "`config:` section" in refusal(tmp_path)


def test_broken_yaml_is_told_with_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  a: [1, 2\n", encoding="utf-8")
    assert refusal(tmp_path).startswith("Pulumi.dev.yaml: line 3, column 1: found broken YAML")


def test_a_key_without_a_namespace_is_refused(tmp_path: Path) -> None:
    # The engine takes it for the project's own; everybody else who reads the file would pass over it.
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  region: us-west-2\n", encoding="utf-8")
    assert "region: found a key without a namespace; allowed: `groundwork:region`" in refusal(tmp_path)

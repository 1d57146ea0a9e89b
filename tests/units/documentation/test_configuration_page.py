"""docs/configuration.md says what the reader does: each key, default and range; its examples load."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from documentation.configuration_page import EXAMPLES_OF, configuration_page, escaped
from infra.configuration import load_configuration
from infra.configuration.environments import Environment
from infra.configuration.file_names import NAMESPACE
from infra.configuration.files import stack_values
from infra.configuration.keys import Key, Names, Section
from infra.configuration.kinds import Mapped, Number, Numbers, Switch, Text, Texts
from infra.configuration.parent_zone import PARENT_ZONE
from infra.configuration.settings import STACK
from infra.configuration.strict_yaml import flow, parse
from infra.configuration.system_keys import SYSTEM
from infra.configuration.validation import (
    LIST_MAXIMUM,
    MISSING,
    ConfigurationError,
    Problem,
    Problems,
    Reader,
)
from tests.support.checkout import ROOT
from tests.support.recorder import TODAY, stack_file, system_file

PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
ROWS = [
    re.split(r"(?<!\\) \| ", line.strip("| "))
    for line in PAGE.split("### Buckets")[0].splitlines()
    if line.startswith("| `")
]
# A path may stand in both files (`images`), so every test says which one it means.
KEYS = [(root, path, key) for root in (STACK, SYSTEM) for path, key in root.declared()]
IDS = [f"{'stack' if root is STACK else 'system'}:{path}" for root, path, _ in KEYS]
EXAMPLES = dict(
    re.findall(r"^### ([^\n]+)\n(?:(?!^### ).)*?^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
)
DIGEST = f"sha256:{'0' * 64}"


def test_the_page_is_what_the_declarations_say_today() -> None:
    assert configuration_page() == PAGE, "write the page anew: make docs"


def test_every_declared_key_is_on_the_page_once_and_nothing_else() -> None:
    assert [row[0].strip("`") for row in ROWS] == [path for _, path, _ in KEYS]


def _sections(root: Section) -> Iterator[Section]:
    for part in root.parts:
        if isinstance(part, Section):
            yield part
            yield from _sections(part)


@pytest.mark.parametrize("root", [STACK, SYSTEM], ids=["stack", "system"])
def test_the_shortest_example_of_each_mapping_is_yaml_with_its_required_keys(root: Section) -> None:
    for section in _sections(root):
        problems = Problems()
        read = section.read(Reader(problems, "a file", {}))
        assert not read.has("anything")
        said = [problem.advice for problem in problems.found]
        assert len(said) == (0 if section.optional else 1), section.name
        for advice in said:
            example = parse(advice.removeprefix("Add it, for example `").removesuffix("`."))
            content = example[section.name]
            content = content[section.example_name] if section.names else content
            missing = {
                part.name for part in section.parts if isinstance(part, Key) and part.default is MISSING
            }
            assert missing <= content.keys()


def with_example(root: Section, content: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Both files of the checkout, one with an example in it: stack file, system file and its name."""
    stack, system, file = stack_file(EXAMPLES_OF), system_file(), "system.yaml"
    # Room for the connections of one more service; what a stack file's example may switch on.
    stack["replicas"] = {"minimum": 3, "maximum": 5}
    system["debug"] = ["DEBUG_MODE"]
    if PARENT_ZONE.name in content:  # the environment's domain is below it
        system["domain"] = f"portal.{content[PARENT_ZONE.name]['name']}"
    target = stack if root is STACK else system
    named = {part.name for part in root.parts if names_of(part)}
    for key, value in copy.deepcopy(dict(content)).items():
        target[key] = {**target.get(key, {}), **value} if key in named else value
    # Every service has an image.
    services = system.get("services")
    if isinstance(services, dict):
        for images in system["images"].values() if "images" in system else [stack["images"]]:
            if isinstance(images, dict):
                images.update({name: images.get(name, DIGEST) for name in services})
    if "images" in system:
        file = "tried.yaml"
    return stack, system, file


def problems_of(root: Section, content: Mapping[str, Any]) -> list[Problem]:
    stack, system, file = with_example(root, content)
    try:
        load_configuration(EXAMPLES_OF, stack, system, file, today=TODAY)
    except ConfigurationError as error:
        return list(error.problems)
    return []


def content_of(title: str) -> tuple[Section, dict[str, Any]]:
    """An example of the page, as whoever reads the file has it."""
    content = parse(EXAMPLES[title])
    if all(key.startswith(NAMESPACE) for key in content):
        return STACK, stack_values(content)
    return SYSTEM, content


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_loads(title: str) -> None:
    assert problems_of(*content_of(title)) == []


def test_every_section_has_an_example_with_every_key() -> None:
    titles = [section.title for root in (STACK, SYSTEM) for section in (root, *sections(root))]
    assert list(EXAMPLES) == titles
    assert len(titles) > 25
    for title in titles:
        root, _ = content_of(title)
        for key, value in parse(EXAMPLES[title]).items():
            part = next(each for each in root.parts if each.name == key.removeprefix(NAMESPACE))
            if isinstance(part, Section):
                assert names_in(part.example(EXAMPLES_OF)) == names_in(value)


def names_of(part: Key[Any] | Section) -> Names | None:
    """What the names may be that a person chooses in it."""
    return part.names if isinstance(part, Mapped | Section) else None


def sections(root: Section) -> Iterator[Section]:
    yield from (part for part in root.parts if isinstance(part, Section))


def names_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: names_in(item) for key, item in value.items()}
    return [names_in(item) for item in value] if isinstance(value, list) else None


def everything(*, required_alone: bool = False) -> Iterator[tuple[Section, dict[str, Any]]]:
    """The examples, or what of them has no default."""
    for title in EXAMPLES:
        root, content = content_of(title)
        if required_alone:
            parts = {part.name: part for part in root.parts}
            content = {key: without_defaults(parts[key], value) for key, value in content.items()}
            content = {key: value for key, value in content.items() if value is not MISSING}
        yield root, content


# Rules of keys with a default that a file has to have for another reason.
NEEDED_ALL_THE_SAME = {"an image for each service", "a command, or `readiness: true`, or both"}


def without_defaults(part: Key[Any] | Section, value: Any) -> Any:
    if not isinstance(part, Section):
        needed = part.of(EXAMPLES_OF).default is MISSING or bool(set(part.rules) & NEEDED_ALL_THE_SAME)
        return value if needed else MISSING
    if isinstance(value, list):
        return [without_defaults(replace(part, listed=False), item) for item in value]
    if part.names:
        return {name: without_defaults(replace(part, names=None), item) for name, item in value.items()}
    left = {each.name: without_defaults(each, value[each.name]) for each in part.parts}
    return {name: item for name, item in left.items() if item is not MISSING}


def form_of(path: str) -> re.Pattern[str]:
    """What a documented path matches in a file: `services.<name>.port`, `dns.records[].name`."""
    escaped_path = re.escape(path).replace(re.escape("[]"), r"\[\d+\]")
    return re.compile(re.sub(r"<\w+>", "[^.]+", escaped_path))


def test_the_reader_accepts_the_documented_keys_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted: set[tuple[bool, str]] = set()
    finish = Reader.finish

    def noted(reader: Reader) -> None:
        in_stack = reader._file.startswith("Pulumi.")
        accepted.update((in_stack, reader.key(name)) for name in reader._known - {"*"})
        finish(reader)

    monkeypatch.setattr(Reader, "finish", noted)
    for root, content in everything():
        problems_of(root, content)
    for in_stack, root in ((True, STACK), (False, SYSTEM)):
        # A mapping of names stands in its file without them.
        paths = {re.sub(r"\.<\w+>$", "", path) for path, _ in root.declared()}
        forms = [form_of(path) for path in paths]
        around = {path.rsplit(".", number)[0] for path in paths for number in (1, 2, 3)}
        forms += [form_of(path.removesuffix(".<name>").removesuffix("[]")) for path in around]
        found = {path for side, path in accepted if side is in_stack}
        assert [path for path in found if not any(form.fullmatch(path) for form in forms)] == []
        assert [path for path in paths if not any(form_of(path).fullmatch(each) for each in found)] == []


def test_every_documented_default_is_the_one_that_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    used: dict[str, Any] = {}
    read = Key.read

    def noted(key: Key[Any], reader: Reader) -> Any:
        value = read(key, reader)
        if not reader.has(key.name):
            used.setdefault(reader.key(key.name), value)
        return value

    monkeypatch.setattr(Key, "read", noted)
    for root, content in everything(required_alone=True):
        assert problems_of(root, content) == []
    compared = []
    for path in (path for _, path, key in KEYS if key.default is not MISSING and not key.default_words):
        values = {flow(value) for place, value in used.items() if form_of(path).fullmatch(place)}
        if values:
            compared.append(path)
            default = row_of(path)[2]
            assert values == {re.sub(r".*prod: ", "", default).strip("`")}, path
    assert len(compared) > 40


@pytest.mark.parametrize(("root", "path", "key"), KEYS, ids=IDS)
def test_a_default_that_follows_from_something_else_is_said_in_words(
    root: Section, path: str, key: Key[Any]
) -> None:
    if key.default is None or key.default == "":
        assert key.default_words or path.endswith((".name", ".host")), path


def refused(key: Key[Any], value: object) -> list[Problem]:
    problems = Problems()
    key.read(Reader(problems, "a file", {key.name: value}))
    return problems.found


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize(("root", "path", "key"), KEYS, ids=IDS)
def test_a_refusal_quotes_the_page(root: Section, path: str, key: Key[Any], environment: Environment) -> None:
    here = key.of(environment)
    value: Any = {"x": ["\0"]}
    if isinstance(key, Mapped):
        value = dict.fromkeys(here.example, 1.5)
    (problem,) = refused(here, value)
    # A switch that can only be one of both says so when it is the other one.
    if problem.allowed != "true or false":
        assert problem.allowed in here.documented
        assert escaped(problem.allowed) in row_of(path)[1]


def row_of(path: str) -> list[str]:
    (row,) = [row for row in ROWS if row[0] == f"`{path}`"]
    return row


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize(
    ("path", "key"), [(path, key) for _, path, key in KEYS if isinstance(key, Switch) and key.only]
)
def test_a_switch_that_can_only_be_one_quotes_the_page(
    path: str, key: Switch, environment: Environment
) -> None:
    here = key.of(environment)
    found = [problem for value in (True, False) for problem in refused(here, value)]
    assert [problem.allowed for problem in found] == ([here.allowed] if here.only else [])
    assert escaped(here.allowed) in row_of(path)[1]


def numbers() -> Iterator[Any]:
    for (root, path, key), name in zip(KEYS, IDS, strict=True):
        if isinstance(key, Number | Numbers):
            for environment in Environment:
                yield pytest.param(root, path, key.of(environment), id=f"{name}-{environment}")


@pytest.mark.parametrize(("root", "path", "key"), list(numbers()))
def test_a_number_just_outside_its_documented_range_is_refused(
    root: Section, path: str, key: Number | Numbers
) -> None:
    assert isinstance(key.minimum, int)
    assert escaped(key.allowed) in row_of(path)[1]
    for value, right in (
        (key.minimum - 1, False),
        (key.minimum, True),
        (key.maximum, True),
        (key.maximum + 1, False),
    ):
        found = refused(key, [value] if isinstance(key, Numbers) else value)
        assert [problem.allowed for problem in found] == ([] if right else [key.allowed])


@pytest.mark.parametrize(("path", "key"), [(path, key) for _, path, key in KEYS if isinstance(key, Number)])
def test_the_reader_itself_refuses_what_is_outside(path: str, key: Number) -> None:
    here = key.of(EXAMPLES_OF)
    assert isinstance(here.minimum, int)
    for outside in (here.minimum - 1, here.maximum + 1):
        found = []
        for root, content in everything():
            changed = put(content, path, outside)
            if changed is not None:
                found += problems_of(root, changed)
        assert [
            problem
            for problem in found
            if form_of(path).fullmatch(problem.key) and (here.within or here.allowed) in problem.allowed
        ], (outside, found)


def put(content: dict[str, Any], path: str, value: Any) -> dict[str, Any] | None:
    """An example with another value at a documented path; None when it has no such key."""
    content = copy.deepcopy(content)
    *parents, last = path.replace("[]", ".0").split(".")
    here: Any = content
    for parent in parents:
        if isinstance(here, list):
            here = here[0]
        else:
            here = next(iter(here.values())) if parent.startswith("<") else here.get(parent)
        if here is None:
            return None
    if not isinstance(here, dict) or last not in here:
        return None
    here[last] = value
    return content


TEXTS = [(path, key.item if isinstance(key, Mapped) else key) for _, path, key in KEYS]


@pytest.mark.parametrize(
    ("path", "key"), [(path, key.of(EXAMPLES_OF)) for path, key in TEXTS if isinstance(key, Text)]
)
def test_a_text_is_refused_that_is_longer_than_documented_or_has_an_end_of_line(path: str, key: Text) -> None:
    assert refused(key, key.example) == []
    wrong = [f"{key.example}\n"]
    if longest := re.search(r"at most (\d+)\s+characters", key.allowed):
        wrong.append(f"{key.example}{'a' * (int(longest[1]) + 1 - len(key.example))}")
    for value in wrong:
        assert [problem.allowed for problem in refused(key, value)] == [key.allowed]


@pytest.mark.parametrize(
    ("path", "key"), [(path, key.of(EXAMPLES_OF)) for path, key in TEXTS if isinstance(key, Texts)]
)
def test_a_list_is_refused_that_is_longer_than_documented(path: str, key: Texts) -> None:
    assert refused(key, key.example) == []
    found = refused(key, [f"{key.example[0]}{number}" for number in range(key.most + 1)])
    said = f"at most {key.most}" if key.most == LIST_MAXIMUM else key.limits[0]
    assert said in [problem.allowed for problem in found]


NAMED = [(root, part) for root in (STACK, SYSTEM) for part in root.parts if names_of(part)]


@pytest.mark.parametrize(("root", "part"), NAMED, ids=[part.name for _, part in NAMED])
def test_more_entries_than_documented_are_refused(root: Section, part: Mapped[Any] | Section) -> None:
    names = names_of(part)
    assert names is not None
    most = names.most
    entries: dict[str, Any] = {f"entry-{number}": {} for number in range(most + 1)}
    found = [problem for problem in problems_of(root, {part.name: entries}) if problem.key == part.name]
    assert f"at most {most}" in [problem.allowed for problem in found]
    assert most == LIST_MAXIMUM or f"at most {most}" in PAGE

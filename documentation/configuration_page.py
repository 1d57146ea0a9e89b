"""`docs/configuration.md`: every key of the two files, from the declarations that their reader reads through.

What a person needs beside the keys is in `configuration_template.md`, and in the sections' own declarations.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from commands.markdown import table
from costs.waits import catalogue_table
from documentation.buckets_table import buckets_table
from documentation.graph import GENERATED
from infra.configuration.environments import Environment
from infra.configuration.file_names import NAMESPACE
from infra.configuration.files import read_environment
from infra.configuration.keys import Fixed, Key, Section
from infra.configuration.kinds import Encrypted, Mapped, Text
from infra.configuration.settings import STACK
from infra.configuration.strict_yaml import flow
from infra.configuration.system_keys import SYSTEM
from infra.configuration.validation import LIST_MAXIMUM, MISSING

TEMPLATE = Path(__file__).with_name("configuration_template.md")
_ROOT = Path(__file__).resolve().parents[1]
HEADINGS = ("key", "type and range", "default", "meaning")

# Whose examples the page has: the environment with most of everything.
EXAMPLES_OF = max(Environment, key=lambda each: (each.standard.live, each.standard.recovery_copies))

_WIDTH = 120
_KINDS: tuple[tuple[type[Key[Any]], str], ...] = ((Text, "text"), (Encrypted, "secret"))


def configuration_page() -> str:
    """The whole page."""
    files = {"stack": (STACK, NAMESPACE), "system": (SYSTEM, "")}
    parts = {name: "\n\n".join(_file(section, prefix)) for name, (section, prefix) in files.items()}
    example = read_environment(_ROOT, EXAMPLES_OF.value, today=date.min)
    parts |= {"buckets": "\n".join(buckets_table()), "waits": "\n".join(catalogue_table(example.settings))}
    parts |= {"list_maximum": str(LIST_MAXIMUM)}
    template = TEMPLATE.read_text(encoding="utf-8")
    page = re.sub(r"\{(stack|system|waits|buckets|list_maximum)\}", lambda found: parts[found[1]], template)
    return GENERATED + page.replace("{contents}", "\n".join(_contents(page)))


def _contents(page: str) -> Iterator[str]:
    """The headings of the page as links, a line for each file."""
    for file in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title = file.partition("\n")[0]
        sections = re.findall(r"^### (.+)$", file, flags=re.MULTILINE)
        yield f"- {_link(title)}: {', '.join(map(_link, sections))}"


def _link(title: str) -> str:
    return f"[{title}](#{title.lower().replace(' ', '-')})"


def _file(root: Section, prefix: str) -> Iterator[str]:
    """The sections of a file: first what stands in it alone, then each mapping."""
    own = [part for part in root.parts if not isinstance(part, Section)]
    content = {part.name: part.of(EXAMPLES_OF).in_file for part in own}
    keys = [pair for pair in root.declared() if pair[1] in own]
    yield from _section(root.title, "", keys, content, prefix)
    for part in root.parts:
        if isinstance(part, Section):
            content = {part.name: part.example(EXAMPLES_OF)}
            yield from _section(part.title, _about(part), list(part.declared(part.path)), content, prefix)


def _section(
    title: str, about: str, keys: Sequence[tuple[str, Key[Any]]], content: Mapping[str, Any], prefix: str
) -> Iterator[str]:
    yield f"### {title}"
    if about:
        yield about
    rows = [(f"`{path}`", _allowed(key), _default(key), _meaning(key)) for path, key in keys]
    yield "\n".join(table(HEADINGS, rows))
    yield "\n".join(["```yaml", *chain(*(block({f"{prefix}{key}": content[key]}) for key in content)), "```"])


def _about(section: Section) -> str:
    """What holds for a section as a whole."""
    sentences = []
    for part in (section, *(part for part in section.parts if isinstance(part, Section))):
        if part.optional:
            subject = "It" if part is section else f"`{part.name}`"
            sentences.append(f"{subject} may be left out{f': {part.absent}' if part.absent else ''}.")
    if section.names:
        names = section.names
        many = "" if names.most == LIST_MAXIMUM else f"; at most {names.most} of them"
        sentences.append(f"Each has a name: {names.words}{many}.")
    paragraphs = [*section.intro.split("\n\n"), " ".join(sentences)]
    return "\n\n".join(map(_wrapped, filter(None, paragraphs)))


def _wrapped(paragraph: str) -> str:
    if paragraph.startswith("    "):
        return paragraph
    return textwrap.fill(
        " ".join(paragraph.split()), width=_WIDTH, break_long_words=False, break_on_hyphens=False
    )


def _allowed(key: Key[Any]) -> str:
    """What is the same in every environment, and then a line for each that has something of its own."""
    item = key.item if isinstance(key, Mapped) else key
    kind = next((words for kind, words in _KINDS if isinstance(item, kind)), "")
    documented = {environment: key.of(environment).documented for environment in Environment}
    common = [
        words for words in documented[EXAMPLES_OF] if all(words in each for each in documented.values())
    ]
    own = {
        environment: "; ".join(words for words in each if words not in common)
        for environment, each in documented.items()
    }
    everywhere = ": ".join(filter(None, [kind, escaped("; ".join(common))]))
    return "<br>".join(filter(None, [everywhere, _by_environment(own)]))


def _default(key: Key[Any]) -> str:
    if key.default_words:
        return escaped(key.default_words)
    return _by_environment({environment: _default_of(key.of(environment)) for environment in Environment})


def _default_of(key: Key[Any]) -> str:
    return "required" if key.default is MISSING else f"`{flow(key.default)}`"


def _meaning(key: Key[Any]) -> str:
    later = f"**Later**: {key.changing}" if key.changing else _fixed(key.fixed) if key.fixed else ""
    return escaped(". ".join(filter(None, [key.meaning, later])))


def _fixed(fixed: Fixed) -> str:
    copies = [each.value for each in Environment if each.standard.recovery_copies]
    where = f" in {' and '.join(copies)}" if fixed.with_copies else ""
    return f"**Fixed{where}**: {fixed.reason}"


def _by_environment(words: Mapping[Environment, str]) -> str:
    """What differs between environments, a line for each different one; the same everywhere without names."""
    groups: dict[str, list[str]] = {}
    for environment, text in words.items():
        groups.setdefault(text, []).append(environment.value)
    if len(groups) == 1:
        return next(iter(groups))
    return "<br>".join(f"{' and '.join(names)}: {escaped(text)}" for text, names in groups.items() if text)


def escaped(text: str) -> str:
    """A text for a cell of a table: what Markdown would take for something else is written as it is."""
    pieces = re.split(r"(`[^`]*`|\*\*[\w ]+\*\*)", text)
    return "".join(
        piece.replace("|", "\\|")
        if number % 2
        else piece.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
        for number, piece in enumerate(pieces)
    )


def block(content: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """YAML as a person writes it: mappings a line for each key, lists in one line."""
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{key}:"
            yield from block(value, f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{indent}{key}:"
            yield from (f"{indent}  - {flow(item)}" for item in value)
        else:
            yield f"{indent}{key}: {flow(value)}"

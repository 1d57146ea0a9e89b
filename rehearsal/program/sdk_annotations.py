"""Loads the providers' SDKs with annotations that are texts until somebody asks what they mean.

Half of what loading pulumi-aws and pulumi-kubernetes costs is `typing`: some 80,000 unions and optionals,
made for the annotations of every method and for typed dictionaries that only a type checker reads. Compiled
as with `from __future__ import annotations` (PEP 563) they are not made. Pulumi asks with
`typing.get_type_hints`, which evaluates texts, for the properties of those classes that a program uses.

What is compiled is kept beside Python's own compiled modules, under a name of its own.
"""

from __future__ import annotations
import __future__

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any, get_type_hints

from rehearsal.program.sdk_modules import when_asked

SDKS = ("pulumi_aws", "pulumi_kubernetes", "pulumi_random")

# As Python names what is compiled otherwise than usual. Another number when that changes: compiled modules
# are kept for as long as their source is the same.
_SUFFIX = ".opt-annotations2.pyc"

_IMPORTED = b"import NotRequired, TypedDict, TypeAlias\n"
# A typed dictionary is a dictionary once the program runs, and its class is used for nothing but annotations.
_WITHOUT_TYPED_DICTIONARIES = b"import NotRequired, TypeAlias; TypedDict = dict\n"


class _Loader(SourceFileLoader):
    """Python's own loader, but for how modules are compiled and what the compiled ones are called."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        source = when_asked(bytes(data).replace(_IMPORTED, _WITHOUT_TYPED_DICTIONARIES), path)
        flags = __future__.annotations.compiler_flag
        code: CodeType = compile(source, path, "exec", flags, dont_inherit=True, optimize=_optimize)
        return code

    def get_data(self, path: str) -> bytes:
        return super().get_data(_kept(path))

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        super().set_data(_kept(path), data, _mode=_mode)


def _kept(path: str) -> str:
    return path.removesuffix(".pyc") + _SUFFIX if path.endswith(".pyc") else path


class _Finder(MetaPathFinder):
    """Finds the SDKs' modules where Python does, and has them loaded by `_Loader`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in SDKS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


@contextmanager
def annotations_as_texts() -> Iterator[None]:
    """Loads what is imported of the SDKs inside in this way."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


# What most annotations consist of; it means the same in every module of the SDKs.
_EVERYWHERE = re.compile(
    r"(?:pulumi\.(?:Output|Input)|Optional|Sequence|Mapping|Any|str"
    r"|_builtins\.(?:str|int|float|bool)|[\[\], ])+"
)

# What annotations mean: by the text alone, or in the modules of a class and its bases.
_meanings: dict[tuple[Any, ...], Any] = {}


@cache
def return_hints(cls: type) -> dict[str, Any]:
    """As `_raw_return_hints` of `pulumi._types`, but that a text is evaluated once.

    Of the 24,000 properties of the classes that prod loads, three in four have a text that another has, too.
    """
    from pulumi import Output, _types

    modules = tuple(base.__module__ for base in cls.__mro__)
    local = {"Output": Output, "T": type(None)}
    namespace: dict[str, Any] | None = None
    hints: dict[str, Any] = {}
    for _, name, member in _types._py_properties(cls):
        text = member.fget.__annotations__.get("return")
        if text is None:
            continue
        everywhere = isinstance(text, str) and _EVERYWHERE.fullmatch(text)
        key = (text,) if everywhere else (text, *modules)
        if key not in _meanings:
            namespace = namespace or _types._globals_for_cls(cls)
            _meanings[key] = get_type_hints(member.fget, namespace, local)["return"]
        hints[name] = _meanings[key]
    return hints

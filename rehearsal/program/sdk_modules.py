"""Services of pulumi-aws whose modules are loaded when one of their names is first asked for.

A service is a package that imports all of its modules: those of a program's services are some 700, of which
it uses one in five. Compiled as below, the package knows which module has which name, and loads no other.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_PACKAGE = re.compile(r"pulumi_aws/\w+/__init__\.py$")
_STAR = re.compile(r"^from \.(\w+) import \*\n?", re.M)
_OUTPUTS = re.compile(r"^from \. import outputs\n?", re.M)
# The one module that is a name of its package itself.
_ITSELF = "outputs"
_NAMES = re.compile(r"^__all__ = (\[.*?\])$", re.M | re.S)

# The name under which such a package has its names, each with its module.
_MEMBERS = "_members"

_WHEN_ASKED = """
from rehearsal.program.sdk_modules import asked_for as _asked_for

_members = {members!r}
__all__ = [*_members]


def __getattr__(name):
    return _asked_for(globals(), _members, name)
"""


def when_asked(source: bytes, path: str) -> bytes:
    """The source of a service's package with its modules left for later; any other source as it is."""
    if not _PACKAGE.search(Path(path).as_posix()):
        return source
    text = source.decode()
    members: dict[str, str] = {}
    for module in _STAR.findall(text):
        names = _NAMES.search((Path(path).parent / f"{module}.py").read_text(encoding="utf-8"))
        if names is None:
            return source
        members |= dict.fromkeys(ast.literal_eval(names[1]), module)
    if _OUTPUTS.search(text):
        members[_ITSELF] = _ITSELF
    return (_OUTPUTS.sub("", _STAR.sub("", text)) + _WHEN_ASKED.format(members=members)).encode()


def asked_for(package: dict[str, Any], members: Mapping[str, str], name: str) -> Any:
    """What `from .module import *` would have put into the package under this name.

    Raises:
        AttributeError: it has no such name.
    """
    if name not in members:
        raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
    own = members[name]
    module = importlib.import_module(f"{package['__name__']}.{own}")
    if members.get(own) == own:
        # The import system has just put the module there, and its function has the same name.
        package[own] = module if own == _ITSELF else getattr(module, own)
    package[name] = package[own] if name == own else getattr(module, name)
    return package[name]


def load_used(modules: list[ModuleType]) -> None:
    """Loads what the code of modules names of the services that they import."""
    used = {name for module in modules for code in _codes(module) for name in code.co_names}
    services = {id(value): value for module in modules for value in vars(module).values()}
    for service in services.values():
        if isinstance(service, ModuleType):
            # The SDK loads a service's package when it is asked for anything.
            for name in used & getattr(service, _MEMBERS, {}).keys():
                getattr(service, name)


def _codes(module: ModuleType) -> Iterator[CodeType]:
    """The code of all functions of a module, methods among them."""
    loader = module.__loader__
    todo = [loader.get_code(module.__name__)] if isinstance(loader, SourceFileLoader) else []
    while todo:
        code = todo.pop()
        if code is None:
            continue
        yield code
        todo += [each for each in code.co_consts if isinstance(each, CodeType)]

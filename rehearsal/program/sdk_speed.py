"""Replacements that make Pulumi's and AWS's Python SDKs quick enough for rehearsals.

Nothing of it is there in a plain `pulumi up`. Ten places of Pulumi's SDK cost more than the
deployment itself once there are some hundred resources:

* waiting for outputs arms all of them again each time one is done, which is quadratic;
* every line of debug logging is a blocking call to the engine, which throws it away;
* every resource sends the whole Python stack of its creation, which nobody reads in a rehearsal;
* every property of every resource is a task that waits for four futures, where one would do, and is waited
  for though its resource is;
* every value is searched for unknowns, word by word, though a text or number has nothing inside;
* every alias that a resource's class has is made a URN, for engines that cannot do that themselves;
* every resource's URN is made up, in case that there is no engine;
* every resource's class is searched for the types and names of its properties, and every property's type is
  taken apart;
* every annotation of every class is evaluated when its module is loaded
  (`rehearsal.program.sdk_annotations`);
* every module of a service is loaded when one is used (`rehearsal.program.sdk_modules`).

They are replaced while a session runs, only in SDK versions in which this was tried, and put back
afterwards. docs/pulumi-sdk.md has what each saves; that nothing differs without them is a test. The garbage
collector is relaxed for the rest of the process: a session makes many objects and drops few, and tightening
it again would go through all of them once more.

botocore looks for its models of AWS's services on disk and reads them, some megabytes of JSON each, once
for every session, and moto opens many: what has been found and read is kept for all of them.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from rehearsal.garbage import keep_what_is_loaded
from rehearsal.program.sdk_annotations import annotations_as_texts, return_hints

TRIED_WITH = ("3.272.",)

# The part that is no attribute of a module.
ANNOTATIONS = "annotations"


class _AllAtOnce:
    """`asyncio`, but that waiting for the first of many tasks waits for all of them (or an error)."""

    FIRST_COMPLETED = asyncio.FIRST_EXCEPTION

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


@dataclass(frozen=True)
class Replacement:
    """An attribute of one of the SDK's modules that is another one in a rehearsal.

    `part` names what it makes quicker; some parts need two attributes.
    """

    part: str
    module: Any
    attribute: str
    value: Any

    @property
    def name(self) -> str:
        return f"{self.module.__name__}.{self.attribute}"


@contextmanager
def quick_sdk(without: Collection[str] = ()) -> Iterator[None]:
    """Applies the replacements inside the block, but those of the parts named."""
    keep_what_is_loaded()
    tried = importlib.metadata.version("pulumi").startswith(TRIED_WITH)
    chosen = [each for each in replacements() if tried and each.part not in without]
    undo = [(each, getattr(each.module, each.attribute)) for each in chosen]
    for each in chosen:
        setattr(each.module, each.attribute, each.value)
    try:
        with annotations_as_texts() if tried and ANNOTATIONS not in without else nullcontext():
            yield
    finally:
        for each, original in undo:
            setattr(each.module, each.attribute, original)


def share_service_models() -> None:
    """From here on botocore lists its models and reads each file once in this process."""
    from botocore.loaders import JSONFileLoader, Loader

    if hasattr(JSONFileLoader.load_file, "cache_info"):
        return
    original_load, original_list = JSONFileLoader.load_file, Loader.list_available_services
    kept = lru_cache(maxsize=None)(lambda path: original_load(JSONFileLoader(), path))
    JSONFileLoader.load_file = lambda _, file_path: kept(file_path)
    JSONFileLoader.load_file.cache_info = kept.cache_info
    listed: dict[tuple[str, ...], list[str]] = {}

    def list_available_services(loader: Any, type_name: str) -> list[str]:
        key = (type_name, *loader.search_paths)
        if key not in listed:
            listed[key] = original_list(loader, type_name)
        return listed[key]

    Loader.list_available_services = list_available_services


def _transfer_properties(res: Any, props: Any, custom: bool) -> dict[str, Any]:
    """As in `pulumi.runtime.rpc`, but that each property is one future, set when it is resolved.

    Nobody waits for it by itself: it is resolved, or fails, with the registration, which is waited for.
    """
    from pulumi.output import Output, _OutputData

    resolvers: dict[str, Any] = {}
    loop = asyncio.get_running_loop()
    for name in props:
        if name == "urn" or (name == "id" and custom):
            continue
        data: asyncio.Future[Any] = loop.create_future()
        resolvers[name] = partial(_resolve, _OutputData, res, data)
        res.__dict__[name] = output = object.__new__(Output)
        output._data = data
    return resolvers


def _resolve(
    data_type: Any,
    resource: Any,
    data: asyncio.Future[Any],
    value: Any,
    is_known: bool,
    is_secret: bool,
    dependencies: Any,
    failed: Exception | None,
) -> None:
    if failed is not None:
        data.set_exception(failed)
        data.exception()  # nobody has to look at it: the registration tells of its failure
    else:
        resources = {*(dependencies or ()), resource}
        data.set_result(data_type(resources, value, is_known, is_secret))


def _contains_unknowns(value: Any) -> bool:
    """As in `pulumi.runtime.rpc`, but that it looks into collections alone."""
    from pulumi.runtime.known_types import is_unknown

    todo, seen = [value], set()
    while todo:
        item = todo.pop()
        if type(item) in _PLAIN:
            continue
        if isinstance(item, (dict, list)):
            if id(item) not in seen:
                seen.add(id(item))
                # A block may have a property of that name (a rule of a load balancer has).
                todo.extend(dict.values(item) if isinstance(item, dict) else item)
        elif is_unknown(item):
            return True
    return False


# Have nothing inside; they are most of what is looked at.
_PLAIN = frozenset({str, int, float, bool, type(None)})


class _NoUrn:
    """What the engine is going to answer."""

    async def future(self) -> None:
        return None


def parts() -> list[str]:
    """All that can be left out, by name."""
    return [*dict.fromkeys(each.part for each in replacements()), ANNOTATIONS]


def replacements() -> list[Replacement]:
    """All of them, by the parts of the SDK that they make quicker."""
    import pulumi.log
    import pulumi.output
    import pulumi.resource
    import pulumi.runtime.resource
    import pulumi.runtime.rpc
    import pulumi.runtime.stack
    from pulumi import _types
    from pulumi.runtime.proto import source_pb2

    return [
        Replacement("waiting", pulumi.runtime.stack, "asyncio", _AllAtOnce()),
        Replacement("debug log", pulumi.log, "debug", lambda *_, **__: None),
        Replacement("stack traces", pulumi.runtime.resource, "_get_stack_trace", source_pb2.StackTrace),
        Replacement("properties", pulumi.runtime.rpc, "transfer_properties", _transfer_properties),
        Replacement("unknowns", pulumi.runtime.rpc, "contains_unknowns", _contains_unknowns),
        Replacement("unknowns", pulumi.output, "contains_unknowns", _contains_unknowns),
        Replacement("aliases", pulumi.resource, "collapse_alias_to_urn", lambda alias, *_: alias),
        Replacement("URNs", pulumi.runtime.resource, "create_urn", lambda *_: _NoUrn()),
        Replacement("types", _types, "unwrap_type", cache(_types.unwrap_type)),
        Replacement("types", _types, "_raw_return_hints", return_hints),
        Replacement("types", _types, "resource_types", cache(_types.resource_types)),
        Replacement(
            "types", _types, "resource_pulumi_to_py_names", cache(_types.resource_pulumi_to_py_names)
        ),
    ]

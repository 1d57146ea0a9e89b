"""Runs the whole program without an engine and writes down every resource that it declares.

Everything is handed back as plain values, so that a test asserts outside of `apply`; an assert inside
one could fail unseen.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import copy_context
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.mocks import MockEngine, MockMonitor, MockResourceArgs, Mocks, MockSettings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import configure
from pulumi.runtime.stack import run_in_stack

from infra.configuration.files import stack_config, stack_values
from infra.configuration.validation import EncryptedText
from rehearsal.program.sdk_speed import quick_sdk
from tests.support.computed_outputs import computed_outputs
from tests.support.engine_values import plain_struct, plain_value, uncovered

Sdk = Callable[[], AbstractContextManager[None]]

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "groundwork"


@dataclass(frozen=True)
class Program:
    """A program of the checkout: its project's name, and the file that the engine would run."""

    project: str
    file: Path


MAIN = Program(PROJECT, ROOT / "__main__.py")
BACKUP_ACCOUNT = Program("groundwork-backup-account", ROOT / "backup_account" / "__main__.py")

# For what ends on a day, where a test does not run the program itself.
TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Resource:
    """One declared resource, as the engine is told of it.

    `inputs` has Secret in place of secret values; `provider` is the name of an explicit provider, or empty;
    `id` and `outputs` are what the recorder answered.
    `references` are the URNs that an input comes from, by input.
    """

    type: str
    name: str
    urn: str
    parent: str
    custom: bool
    inputs: Mapping[str, Any]
    protect: bool
    retain_on_delete: bool
    delete_before_replace: bool
    provider: str
    provider_urn: str
    depends_on: frozenset[str]
    custom_timeouts: Mapping[str, str]
    error_hooks: tuple[str, ...]
    hooks_when_made: tuple[str, ...]
    references: Mapping[str, frozenset[str]]
    aliases: tuple[str, ...]
    ignore_changes: tuple[str, ...]
    replacement_trigger: Any
    import_id: str
    id: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_recovery(self) -> bool:
        """Whether it stands in the recovery region's place."""
        return _in_recovery(self.parent)

    def plain(self, name: str) -> Any:
        """An input with its secrets uncovered; documents of JSON stay text."""
        return uncovered(self.inputs.get(name))


@dataclass
class Recording:
    """All resources of one environment, in the order of their registration, and the stack's outputs."""

    environment: str
    resources: list[Resource] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of(self, resource_type: str) -> dict[str, Resource]:
        """The resources of a type by name; a name may be used once in a component, so they are unique.

        What has the name of something at home, in the recovery region, has it after `recovery/`.

        There is at least one: what a test asserts of all of none would always hold.
        """
        found = self.perhaps(resource_type)
        assert found, f"{self.environment} has nothing of type {resource_type}"
        return found

    def perhaps(self, resource_type: str) -> dict[str, Resource]:
        """Like `of`, where the environment may have none."""
        found = [resource for resource in self.resources if resource.type == resource_type]
        named = {resource.name: resource for resource in found if not resource.in_recovery}
        there = [resource for resource in found if resource.in_recovery]
        prefixed = {f"recovery/{each.name}" if each.name in named else each.name: each for each in there}
        return {**named, **prefixed}

    def one(self, resource_type: str, name: str) -> Resource:
        """The resource of a type and name."""
        return self.of(resource_type)[name]

    def types(self) -> set[str]:
        """Which kinds of resources there are, without components."""
        return {resource.type for resource in self.resources if resource.custom}

    def by_urn(self, urn: str) -> Resource:
        """The resource of a URN."""
        return next(resource for resource in self.resources if resource.urn == urn)


def stack_file(environment: str) -> dict[str, Any]:
    """The configuration of the checkout's own stack file, without the project's prefix."""
    return deepcopy(_stack_file(environment))


@cache
def _stack_file(environment: str) -> dict[str, Any]:
    return stack_values(stack_config(ROOT, environment))


def system_file(name: str = "system.yaml") -> dict[str, Any]:
    """A system file of the checkout."""
    return deepcopy(_system_file(name))


@cache
def _system_file(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return content


def record(
    environment: str,
    changes: Mapping[str, Any] | None = None,
    *,
    encrypted: Sequence[str] = (),
    sdk: Sdk = quick_sdk,
) -> Recording:
    """Evaluates `__main__.py` for an environment.

    Args:
        environment: the stack's name.
        changes: values of the stack file to exchange or add; `...` removes the key, which may be of another
            namespace.
        encrypted: which keys of the stack file the engine had to decrypt.
        sdk: what is done to Pulumi's SDK meanwhile.
    """
    changed = {**stack_file(environment), **(changes or {})}
    values = {key: value for key, value in changed.items() if value is not ...}
    encrypted = [*encrypted, *(key for key, value in values.items() if _has_secrets(value))]
    config = {
        (key if ":" in key else f"{PROJECT}:{key}"): value if isinstance(value, str) else json.dumps(value)
        for key, value in values.items()
    }
    return _recorded(MAIN, environment, config, encrypted, sdk)


def record_backup_account(environment: str, file: str = "", program: Path | None = None) -> Recording:
    """Evaluates `backup_account/__main__.py`, which reads the environment's files itself.

    Args:
        environment: the stack's name.
        file: another system file than the stack file's.
        program: that of another checkout, whose files it reads.
    """
    of = BACKUP_ACCOUNT if program is None else Program(BACKUP_ACCOUNT.project, program)
    return _recorded(of, environment, {f"{PROJECT}:systemFile": file} if file else {}, ())


def _recorded(
    program: Program,
    environment: str,
    config: dict[str, str],
    encrypted: Sequence[str],
    sdk: Sdk = quick_sdk,
) -> Recording:
    monitor = _Monitor(program, environment)
    # Pulumi keeps its settings in context variables: a copy leaves those of the test alone.
    with sdk():
        copy_context().run(_evaluate, config, encrypted, monitor)
    return monitor.recording


def _has_secrets(value: Any) -> bool:
    """Whether something of a stack file's value is encrypted."""
    if isinstance(value, Mapping):
        return any(map(_has_secrets, value.values()))
    return any(map(_has_secrets, value)) if isinstance(value, list) else isinstance(value, EncryptedText)


def _evaluate(config: dict[str, str], encrypted: Sequence[str], monitor: _Monitor) -> None:
    from pulumi.runtime import config as pulumi_config
    from pulumi.runtime.settings import set_root_resource

    features = set(monitor.GetDeploymentInfo(None).supportedFeatures)  # type: ignore[no-untyped-call]
    configure(
        MockSettings(  # type: ignore[no-untyped-call]
            monitor=monitor,
            monitor_features=features,
            engine=MockEngine(None),
            project=monitor.program.project,
            stack=monitor.recording.environment,
            dry_run=False,
            organization=None,
            callbacks=_NoCallbacks(),
        )
    )
    set_root_resource(None)  # type: ignore[arg-type]  # of an evaluation before this one
    pulumi_config.set_all_config(config, [f"{PROJECT}:{key}" for key in encrypted])

    def program() -> None:
        before = list(sys.path)
        sys.path.insert(0, str(ROOT))
        try:
            runpy.run_path(str(monitor.program.file), run_name="__main__")
        finally:
            sys.path[:] = before  # a program may have added to it as well

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run_in_stack(program))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class _NoCallbacks:
    """Where the program registers hooks, which only a real engine calls."""

    def register_error_hook(self, hook: Any) -> None:
        """Takes it."""

    def register_resource_hook(self, hook: Any) -> None:
        """Takes it."""


class _NoMocks(Mocks):
    """The monitor answers itself; a call to AWS while the program runs would be a mistake in it."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise AssertionError("not used")

    def call(self, args: Any) -> Any:
        raise AssertionError(f"the program asked AWS for {args.token}: previews would need credentials")


class _Monitor(MockMonitor):
    """Takes the place of the engine: writes down, and answers with outputs of AWS's form."""

    def __init__(self, program: Program, environment: str) -> None:
        super().__init__(_NoMocks())
        self.program = program
        self.recording = Recording(environment)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # gRPC's name
        urn = _urn(self.program, self.recording.environment, request)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self.recording.resources.append(_resource(urn, request))
        answer = struct_pb2.Struct()
        answer.CopyFrom(request.object)
        for name, value in _outputs(request).items():
            answer[name] = value
        return resource_pb2.RegisterResourceResponse(urn=urn, id=_identifier(request), object=answer)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        if "pulumi:pulumi:Stack" in request.urn.split("::")[2].split("$")[-1]:
            self.recording.outputs = plain_struct(request.outputs)
        return empty_pb2.Empty()


def _in_recovery(parent: str) -> bool:
    return "groundwork:place:Recovery" in parent


def _urn(program: Program, environment: str, request: Any) -> str:
    chain = request.type
    if request.parent:
        parent_chain = request.parent.split("::")[2]
        if not parent_chain.endswith("pulumi:pulumi:Stack"):
            chain = f"{parent_chain}${chain}"
    return f"urn:pulumi:{environment}::{program.project}::{chain}::{request.name}"


def _resource(urn: str, request: Any) -> Resource:
    trigger = request.replacement_trigger
    return Resource(
        type=request.type,
        name=request.name,
        urn=urn,
        parent=request.parent,
        custom=request.custom,
        inputs=plain_struct(request.object),
        protect=request.protect,
        delete_before_replace=request.deleteBeforeReplace,
        retain_on_delete=request.retainOnDelete,
        provider=request.provider.split("::")[-2] if request.provider else "",
        provider_urn=request.provider.rpartition("::")[0],
        depends_on=frozenset(request.dependencies),
        custom_timeouts={
            name: time
            for name in ("create", "update", "delete")
            if (time := getattr(request.customTimeouts, name))
        },
        error_hooks=tuple(request.hooks.on_error),
        hooks_when_made=tuple(request.hooks.after_create),
        references={
            name: frozenset(dependencies.urns) for name, dependencies in request.propertyDependencies.items()
        },
        aliases=(*request.aliasURNs, *(str(alias) for alias in request.aliases)),
        ignore_changes=tuple(request.ignoreChanges),
        replacement_trigger=plain_value(trigger) if trigger.WhichOneof("kind") else None,
        import_id=request.importId,
        id=_identifier(request),
        outputs=_outputs(request),
    )


def _identifier(request: Any) -> str:
    if request.type == "aws:secretsmanager/secret:Secret":
        return str(_outputs(request)["arn"])
    place = "recovery-" if _in_recovery(request.parent) else ""
    return f"{place}{request.name}-id" if request.custom else ""


def _outputs(request: Any) -> dict[str, Any]:
    return computed_outputs(request, "us-east-2" if _in_recovery(request.parent) else "us-west-2")

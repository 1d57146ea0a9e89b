"""A provider as a process, and the calls that Terraform would make to it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from commands.errors import CommandError
from rehearsal.providers.provider import UNKNOWN
from rehearsal.terraform import messages, wire
from rehearsal.terraform.schema import Block, block_of, canonical, empty

# What tells a plugin that a program started it which speaks its protocol (Terraform's `plugin/serve.go`).
_COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
_VERSION = "5"
# An answer with the schemas of all services has 60 MB.
_LARGEST_ANSWER = 512 * 1024 * 1024
_ERROR = 1
# The version that a provider is told to work for; it goes into its user agent.
_TERRAFORM_VERSION = "1.14.0"


class PluginError(CommandError):
    """The provider does not start, or does not answer."""


class Refused(Exception):
    """The provider answered with errors."""


@dataclass(frozen=True)
class Plan:
    """What the provider would do: the state to come, and the paths for which it makes a new resource."""

    state: Mapping[str, Any] | None
    replaces: tuple[str, ...] = ()
    private: bytes = field(default=b"", repr=False)


class Plugin:
    """A provider that runs.

    Args:
        channel: to its process.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        answer = self._call("GetSchema", "Schemas", messages.message("Nothing")())
        self._provider = block_of(answer.provider.block)
        self._schemas = answer.resource_schemas
        self._blocks: dict[str, Block] = {}

    def knows(self, kind: str) -> bool:
        """Whether the provider has the resource type (`aws_s3_bucket`)."""
        return kind in self._schemas

    def schema(self, kind: str) -> Block:
        """The schema of a resource type."""
        if kind not in self._blocks:
            self._blocks[kind] = block_of(self._schemas[kind].block)
        return self._blocks[kind]

    def configure(self, settings: Mapping[str, Any], address: str = "") -> None:
        """Gives the provider its configuration.

        Args:
            settings: by the provider's names.
            address: of the AWS that it asks; without one it is to ask none.

        Raises:
            PluginError: it does not take it.
        """
        config = {**empty(self._provider), **settings}
        if address:
            # Of every service that it has: it must not ask the real AWS for anything.
            services = self._provider.blocks["endpoints"].block.attributes
            config["endpoints"] = [dict.fromkeys(services, address)]
            # S3 Control puts the account before the host, and nobody knows that name.
            config["http_proxy"] = address
        request = messages.message("ConfigureRequest")(
            terraform_version=_TERRAFORM_VERSION, config=_value(config), client_capabilities=_capabilities()
        )
        try:
            _raise_errors(self._call("Configure", "Diagnostics", request))
        except Refused as refused:
            raise PluginError(f"AWS's provider refused its configuration: {refused}") from None

    def validate(self, kind: str, config: Mapping[str, Any]) -> None:
        """Checks a configuration by itself.

        Raises:
            Refused: it is not valid.
        """
        request = messages.message("ValidateRequest")(
            type_name=kind, config=_value(config), client_capabilities=_capabilities()
        )
        _raise_errors(self._call("ValidateResourceTypeConfig", "Diagnostics", request))

    def plan(
        self,
        kind: str,
        prior: Mapping[str, Any] | None,
        proposed: Mapping[str, Any],
        config: Mapping[str, Any],
        private: bytes = b"",
    ) -> Plan:
        """The plan from a state (None: there is no resource yet) to a configuration.

        Raises:
            Refused: there is none.
        """
        request = messages.message("PlanRequest")(
            type_name=kind,
            prior_state=_value(prior),
            proposed_new_state=_value(proposed),
            config=_value(config),
            prior_private=private,
            client_capabilities=_capabilities(),
        )
        answer = self._call("PlanResourceChange", "PlanAnswer", request)
        _raise_errors(answer)
        planned = canonical(self.schema(kind), wire.decode(answer.planned_state.msgpack))
        prior = canonical(self.schema(kind), prior)
        # A path whose value stays is reported as well, and Terraform passes over it.
        paths = {
            _path(each)
            for each in answer.requires_replace
            if prior is not None and _value_at(prior, each) != _value_at(planned, each)
        }
        return Plan(planned, tuple(sorted(paths)), answer.planned_private)

    def read(self, kind: str, state: Mapping[str, Any], private: bytes = b"") -> Mapping[str, Any] | None:
        """What a refresh makes of a state: the resource as AWS has it; None when it is gone.

        Raises:
            Refused: AWS answered with an error, or with what the provider cannot read.
        """
        request = messages.message("ReadRequest")(
            type_name=kind, current_state=_value(state), private=private, client_capabilities=_capabilities()
        )
        answer = self._call("ReadResource", "ReadAnswer", request)
        _raise_errors(answer)
        found = wire.decode(answer.new_state.msgpack)
        return None if found is None else dict(canonical(self.schema(kind), found))

    def _call(self, method: str, answer: str, request: Any) -> Any:
        call = self._channel.unary_unary(
            f"/{messages.PACKAGE}.Provider/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=messages.message(answer).FromString,
        )
        try:
            return call(request, timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            raise PluginError(f"AWS's provider did not answer {method}: {error.details()}") from None


# A plan takes milliseconds; all schemas some seconds, on a machine that is busy more.
_TIMEOUT_SECONDS = 300


@contextmanager
def running(binary: Path, settings: Mapping[str, Any], address: str = "") -> Iterator[Plugin]:
    """The provider, started and configured (see `Plugin.configure`); it ends with the block.

    Raises:
        PluginError: it cannot be started, or does not take its configuration.
    """
    with tempfile.TemporaryDirectory(prefix="groundwork-provider-") as folder:
        # Nothing of the person who runs this: no profile, no credentials, no region.
        environment = {"PATH": os.defpath, "HOME": folder, "TMPDIR": folder}
        environment |= {_COOKIE[0]: _COOKIE[1], "PLUGIN_PROTOCOL_VERSIONS": _VERSION, "TF_LOG": "off"}
        environment |= {"AWS_EC2_METADATA_DISABLED": "true"}
        with subprocess.Popen(
            [str(binary)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                options = [("grpc.max_receive_message_length", _LARGEST_ANSWER)]
                with grpc.insecure_channel(_address(process, binary), options) as channel:
                    plugin = Plugin(channel)
                    plugin.configure(settings, address)
                    yield plugin
            finally:
                process.kill()


def _address(process: subprocess.Popen[str], binary: Path) -> str:
    """Where it listens: its first line is `1|5|unix|/tmp/plugin|grpc|` (go-plugin's documentation)."""
    assert process.stdout is not None
    parts = process.stdout.readline().strip().split("|")
    if len(parts) < 5 or parts[1] != _VERSION or parts[4] != "grpc":
        raise PluginError(f"{binary} does not start as a plugin of Terraform's protocol {_VERSION}.")
    network, address = parts[2], parts[3]
    return f"unix:{address}" if network == "unix" else address


def _value(value: Any) -> Any:
    return messages.message("Value")(msgpack=wire.encode(value))


def _capabilities() -> Any:
    return messages.message("Capabilities")(write_only_attributes_allowed=True)


def _path(path: Any) -> str:
    """`vpc_config[0].subnet_ids`, without indexes: `vpc_config.subnet_ids`."""
    return ".".join(step.attribute_name for step in path.steps if step.attribute_name)


def _value_at(value: Any, path: Any) -> Any:
    """The value there; None where there is none."""
    for step in path.steps:
        kind = step.WhichOneof("selector")
        if kind is None or value is None or value is UNKNOWN:
            return value
        key = getattr(step, kind)
        if isinstance(value, Mapping):
            value = value.get(key)
        else:
            value = value[key] if isinstance(key, int) and key < len(value) else None
    return value


def _raise_errors(answer: Any) -> None:
    errors = [each for each in answer.diagnostics if each.severity == _ERROR]
    if errors:
        raise Refused("; ".join(_told(each) for each in errors))


def _told(diagnostic: Any) -> str:
    where = _path(diagnostic.attribute)
    text = " ".join(f"{diagnostic.summary}: {diagnostic.detail}".rstrip(": ").split())
    return f"{where}: {text}" if where and where not in text else text

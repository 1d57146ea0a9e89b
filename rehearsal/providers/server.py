"""Pulumi's provider protocol (gRPC) in front of an embedded `Provider`.

The engine attaches to a running provider through PULUMI_DEBUG_PROVIDERS and opens one connection
for each `pulumi:providers:…` resource of the program; all of them arrive at the same port. The
connection a call comes from (gRPC's peer) therefore tells which configuration it belongs to: a
second region is a second connection.

Secrets: the server does not ask for them in wrapped form (`acceptSecrets` is false), so providers
work on plain values, and the engine marks every output as secret whose input was one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from google.rpc import status_pb2

from rehearsal.providers.provider import (
    UNKNOWN,
    ChangeKind,
    CheckFailure,
    DiffResult,
    Properties,
    Provider,
    ProviderConfig,
    ProviderError,
    ReadResult,
    Resource,
)

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
else:
    from rehearsal.providers.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc

# The engine runs many resource operations at once; one thread each keeps them independent.
WORKERS = 32

_UNKNOWN_ERROR = grpc.StatusCode.UNKNOWN.value[0]

# What stands for "not known yet" on the wire: plugin.UnknownStringValue of Pulumi's SDK.
UNKNOWN_ON_THE_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Plain Python values of a protobuf Struct, whole numbers as int."""
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_ON_THE_WIRE else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    if kind == "struct_value":
        return from_struct(value.struct_value)
    return None


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The protobuf Struct of plain Python values; None values are left out, as Pulumi does."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        if value is not None:
            _set_value(struct.fields[key], value)
    return struct


def _set_value(target: struct_pb2.Value, value: Any) -> None:
    if value is UNKNOWN:
        target.string_value = UNKNOWN_ON_THE_WIRE
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = float(value)
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        for key, item in value.items():
            if item is not None:
                _set_value(target.struct_value.fields[key], item)
    elif isinstance(value, (list, tuple)):
        target.list_value.SetInParent()
        for item in value:
            _set_value(target.list_value.values.add(), item)
    else:
        raise TypeError(f"{type(value).__name__} cannot be sent to the engine: {value!r}")


def _resource(request: Any) -> Resource:
    parts = request.urn.split("::")
    return Resource(
        urn=request.urn,
        type=parts[2].split("$")[-1],
        name=parts[-1],
        id=getattr(request, "id", ""),
    )


_KINDS = {
    (ChangeKind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (ChangeKind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (ChangeKind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (ChangeKind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (ChangeKind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (ChangeKind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def _diff_response(diff: DiffResult) -> provider_pb2.DiffResponse:
    response = provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if diff.changes else provider_pb2.DiffResponse.DIFF_NONE,
        hasDetailedDiff=True,
        deleteBeforeReplace=diff.delete_before_replace,
        replaces=diff.replaces,
        diffs=[change.path for change in diff.changes],
    )
    for change in diff.changes:
        response.detailedDiff[change.path].kind = _KINDS[change.kind, change.replaces]
        response.detailedDiff[change.path].inputDiff = True
    return response


def _failures(failures: list[CheckFailure]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in failures]


class _Servicer(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._configured: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def _of(self, context: grpc.ServicerContext) -> Provider:
        with self._lock:
            return self._configured.get(context.peer(), self._provider)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        # The engine takes this for an older provider and configures it as it always did.
        context.set_code(grpc.StatusCode.UNIMPLEMENTED)
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        failures = self._provider.check_config(from_struct(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(failures))

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        old = from_struct(request.old_inputs if request.HasField("old_inputs") else request.olds)
        return _diff_response(self._provider.diff_config(old, from_struct(request.news)))

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        config = ProviderConfig(properties=from_struct(request.args))
        configured = self._guard(context, lambda: self._provider.configure(config))
        with self._lock:
            self._configured[context.peer()] = configured
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False
        )

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        provider = self._of(context)
        result, failures = self._guard(
            context, lambda: provider.invoke(request.tok, from_struct(request.args))
        )
        response = provider_pb2.InvokeResponse(failures=_failures(failures))
        getattr(response, "return").CopyFrom(to_struct(result))
        return response

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        old = from_struct(request.olds) if request.HasField("olds") else None
        provider, resource, new = self._of(context), _resource(request), from_struct(request.news)
        inputs, failures = self._guard(context, lambda: provider.check(resource, old, new))
        return provider_pb2.CheckResponse(inputs=to_struct(inputs), failures=_failures(failures))

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        provider, resource = self._of(context), _resource(request)
        outputs = from_struct(request.olds)
        inputs = from_struct(request.old_inputs) if request.HasField("old_inputs") else outputs
        new = from_struct(request.news)
        ignored = list(request.ignoreChanges)
        return _diff_response(
            self._guard(context, lambda: provider.diff(resource, inputs, outputs, new, ignored))
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        provider, resource = self._of(context), _resource(request)
        inputs = from_struct(request.properties)
        identifier, outputs = self._guard(context, lambda: provider.create(resource, inputs, request.preview))
        return provider_pb2.CreateResponse(id=identifier, properties=to_struct(outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        provider, resource = self._of(context), _resource(request)
        inputs = from_struct(request.inputs) if request.HasField("inputs") else None
        outputs = from_struct(request.properties) if request.HasField("properties") else None
        found: ReadResult | None = self._guard(context, lambda: provider.read(resource, inputs, outputs))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id, properties=to_struct(found.outputs), inputs=to_struct(found.inputs)
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        provider, resource = self._of(context), _resource(request)
        outputs = from_struct(request.olds)
        inputs = from_struct(request.old_inputs) if request.HasField("old_inputs") else outputs
        new = from_struct(request.news)
        updated = self._guard(
            context, lambda: provider.update(resource, inputs, outputs, new, request.preview)
        )
        return provider_pb2.UpdateResponse(properties=to_struct(updated))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        provider, resource = self._of(context), _resource(request)
        outputs = from_struct(request.properties)
        inputs = from_struct(request.old_inputs) if request.HasField("old_inputs") else outputs
        self._guard(context, lambda: provider.delete(resource, inputs, outputs))
        return empty_pb2.Empty()

    def _guard(self, context: grpc.ServicerContext, work: Callable[[], Any]) -> Any:
        """Runs `work`; a refusal of the cloud becomes the engine's error, with what exists by now."""
        try:
            return work()
        except ProviderError as error:
            _abort(context, error)
        except OSError as error:
            _abort(context, ProviderError(_advice(error)))


def _advice(error: OSError) -> str:
    """The journal cannot be written: what happened, and that nothing has been lost."""
    return (
        f"{error.filename or 'the journal'}: {error.strerror}. Free some space and run the same command "
        "again; what was made before is kept"
    )


def _abort(context: grpc.ServicerContext, error: ProviderError) -> None:
    """Ends the call with the error; a half-made resource goes along, so that the engine keeps it."""
    if error.id:
        detail = any_pb2.Any()
        detail.Pack(
            provider_pb2.ErrorResourceInitFailed(
                id=error.id, properties=to_struct(error.outputs or {}), reasons=[str(error)]
            )
        )
        status = status_pb2.Status(code=_UNKNOWN_ERROR, message=str(error), details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))


def serve(provider: Provider) -> tuple[grpc.Server, int]:
    """A started gRPC server for `provider` on a free loopback port, and that port."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix=f"provider-{provider.package}"),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(_Servicer(provider), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port

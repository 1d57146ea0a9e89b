"""Those messages of Terraform's plugin protocol, version 5, that are sent and read here.

Source: `docs/plugin-protocol` in Terraform's repository, which is the protocol's definition. Fields that
nobody here looks at are left out: protobuf passes over what it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "tfplugin5"

_TYPES = {
    "text": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "number": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
    "flag": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
    # An enumeration's values are whole numbers on the wire.
    "choice": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
}
_MESSAGE = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
_OPTIONAL = descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL
_REPEATED = descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED

# Of these messages one field is set, and which one says something.
_ONE_OF = {"Step": "selector"}

# Message, field, number and type: `*` is repeated, `{}` a map by text, another word another message.
_FIELDS: Mapping[str, Mapping[str, tuple[int, str]]] = {
    "Value": {"msgpack": (1, "bytes")},
    "Step": {
        "attribute_name": (1, "text"),
        "element_key_string": (2, "text"),
        "element_key_int": (3, "number"),
    },
    "Path": {"steps": (1, "*Step")},
    "Diagnostic": {
        "severity": (1, "choice"),
        "summary": (2, "text"),
        "detail": (3, "text"),
        "attribute": (4, "Path"),
    },
    "Attribute": {
        "name": (1, "text"),
        "type": (2, "bytes"),
        "required": (4, "flag"),
        "optional": (5, "flag"),
        "computed": (6, "flag"),
        "write_only": (10, "flag"),
    },
    "Nested": {
        "type_name": (1, "text"),
        "block": (2, "Block"),
        "nesting": (3, "choice"),
        "min_items": (4, "number"),
        "max_items": (5, "number"),
    },
    "Block": {"attributes": (2, "*Attribute"), "block_types": (3, "*Nested")},
    "Schema": {"version": (1, "number"), "block": (2, "Block")},
    "Nothing": {},
    "Schemas": {"provider": (1, "Schema"), "resource_schemas": (2, "{}Schema")},
    "Capabilities": {"deferral_allowed": (1, "flag"), "write_only_attributes_allowed": (2, "flag")},
    "ConfigureRequest": {
        "terraform_version": (1, "text"),
        "config": (2, "Value"),
        "client_capabilities": (3, "Capabilities"),
    },
    "ValidateRequest": {
        "type_name": (1, "text"),
        "config": (2, "Value"),
        "client_capabilities": (3, "Capabilities"),
    },
    # The answer to both of the two above.
    "Diagnostics": {"diagnostics": (1, "*Diagnostic")},
    "PlanRequest": {
        "type_name": (1, "text"),
        "prior_state": (2, "Value"),
        "proposed_new_state": (3, "Value"),
        "config": (4, "Value"),
        "prior_private": (5, "bytes"),
        "client_capabilities": (7, "Capabilities"),
    },
    "PlanAnswer": {
        "planned_state": (1, "Value"),
        "requires_replace": (2, "*Path"),
        "planned_private": (3, "bytes"),
        "diagnostics": (4, "*Diagnostic"),
    },
    "ReadRequest": {
        "type_name": (1, "text"),
        "current_state": (2, "Value"),
        "private": (3, "bytes"),
        "client_capabilities": (5, "Capabilities"),
    },
    "ReadAnswer": {"new_state": (1, "Value"), "diagnostics": (2, "*Diagnostic")},
}


@cache
def message(name: str) -> Any:
    """The class of a message, by its name above."""
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="terraform.proto", package=PACKAGE, syntax="proto3")
    for name, fields in _FIELDS.items():
        described = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            _add_field(described, field, number, kind)
        if name in _ONE_OF:
            described.oneof_decl.add(name=_ONE_OF[name])
            for each in described.field:
                each.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _add_field(described: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str) -> None:
    field = described.field.add(name=name, number=number, label=_OPTIONAL)
    if kind.startswith(("*", "{}")):
        field.label = _REPEATED
    if kind in _TYPES:
        field.type = _TYPES[kind]
        return
    field.type = _MESSAGE
    if kind.startswith("{}"):
        entry = _add_entry(described, name, kind.removeprefix("{}"))
        field.type_name = f".{PACKAGE}.{described.name}.{entry}"
        return
    field.type_name = f".{PACKAGE}.{kind.removeprefix('*')}"


def _add_entry(described: descriptor_pb2.DescriptorProto, field: str, kind: str) -> str:
    """The message that protobuf has for an entry of a map."""
    name = "".join(word.capitalize() for word in field.split("_")) + "Entry"
    entry = described.nested_type.add(name=name)
    entry.options.map_entry = True
    _add_field(entry, "key", 1, "text")
    _add_field(entry, "value", 2, kind)
    return name

"""A provider of Terraform's protocol with one resource type, for tests of the client: run as a program.

A bucket may not be called "taken"; its region is not changed in place, and read off the configuration.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc

from rehearsal.providers.provider import UNKNOWN
from rehearsal.terraform import wire
from rehearsal.terraform.messages import PACKAGE, message

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"


def _attribute(name: str, **what: bool) -> Any:
    return message("Attribute")(name=name, type=json.dumps("string").encode(), **what)


def _schemas(_: Any) -> Any:
    attributes = [
        _attribute("id", computed=True),
        _attribute("name", required=True),
        _attribute("region", optional=True),
    ]
    bucket = message("Schema")(block=message("Block")(attributes=attributes))
    services = message("Block")(
        attributes=[_attribute("s3", optional=True), _attribute("sts", optional=True)]
    )
    endpoints = message("Nested")(type_name="endpoints", block=services, nesting=3)
    settings = [_attribute("region", optional=True), _attribute("http_proxy", optional=True)]
    provider = message("Schema")(block=message("Block")(attributes=settings, block_types=[endpoints]))
    return message("Schemas")(provider=provider, resource_schemas={"aws_bucket": bucket})


def _error(text: str, name: str) -> Any:
    path = message("Path")(steps=[message("Step")(attribute_name=name)])
    return message("Diagnostic")(severity=1, summary="Not valid", detail=text, attribute=path)


def _configure(request: Any) -> Any:
    config = wire.decode(request.config.msgpack)
    asked.update(config["endpoints"][0] if config["endpoints"] else {}, proxy=config["http_proxy"])
    region = config["region"]
    wrong = [] if region == "us-west-2" else [_error("no such region", "region")]
    return message("Diagnostics")(diagnostics=wrong)


def _validate(request: Any) -> Any:
    taken = wire.decode(request.config.msgpack)["name"] == "taken"
    warning = message("Diagnostic")(severity=2, summary="deprecated")
    return message("Diagnostics")(diagnostics=[warning, *([_error("it is taken", "name")] if taken else [])])


def _plan(request: Any) -> Any:
    planned = wire.decode(request.proposed_new_state.msgpack)
    if wire.decode(request.prior_state.msgpack) is None:
        planned["id"] = UNKNOWN
    # As the plugin framework does, whether it has changed or not.
    replaced = message("Path")(steps=[message("Step")(attribute_name="region")])
    return message("PlanAnswer")(
        planned_state=message("Value")(msgpack=wire.encode(planned)), requires_replace=[replaced]
    )


# Where the provider is to ask AWS.
asked: dict[str, str] = {}


def _read(request: Any) -> Any:
    """A bucket is in the region that has the address; one that is called "gone" is there no more."""
    state = wire.decode(request.current_state.msgpack)
    if state["name"] == "refused":
        return message("ReadAnswer")(diagnostics=[_error("no answer", "name")])
    found = None if state["name"] == "gone" else {**state, "region": f"{asked.get('s3')} {asked['proxy']}"}
    return message("ReadAnswer")(new_state=message("Value")(msgpack=wire.encode(found)))


_METHODS = {
    "GetSchema": ("Nothing", _schemas),
    "Configure": ("ConfigureRequest", _configure),
    "ValidateResourceTypeConfig": ("ValidateRequest", _validate),
    "PlanResourceChange": ("PlanRequest", _plan),
    "ReadResource": ("ReadRequest", _read),
}


def main() -> None:
    """Listens, says where, and answers until it is ended."""
    if os.environ.get("TF_PLUGIN_MAGIC_COOKIE") != COOKIE:
        sys.exit("This is a plugin.")
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            lambda request, _, answer=answer: answer(request),
            request_deserializer=message(asked).FromString,
            response_serializer=lambda reply: reply.SerializeToString(),
        )
        for name, (asked, answer) in _METHODS.items()
    }
    server = grpc.server(futures.ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(f"{PACKAGE}.Provider", handlers)])
    address = Path(tempfile.mkdtemp()) / "plugin"
    server.add_insecure_port(f"unix:{address}")
    server.start()
    sys.stdout.write(f"1|5|unix|{address}|grpc|\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()

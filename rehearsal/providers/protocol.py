"""Pulumi's provider protocol: the SDK's generated modules without the SDK.

`from rehearsal.providers.protocol import provider_pb2` is `from pulumi.runtime.proto import provider_pb2`,
but that the rest of Pulumi's SDK is not loaded with it: 0.1 s, in a process that a command waits for before
it starts the engine.
"""

from __future__ import annotations

from importlib.machinery import PathFinder
from pathlib import Path

_SDK = PathFinder.find_spec("pulumi")
assert _SDK is not None and _SDK.submodule_search_locations, "requirements.txt has it"

# A module with a path is a package: what is imported from here is found in that folder.
__path__ = [str(Path(_SDK.submodule_search_locations[0]) / "runtime" / "proto")]

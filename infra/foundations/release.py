"""One attempt to bring a version of the services out."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.foundations.outliving import unlike_any_before


@dataclass(frozen=True)
class ReleaseArgs:
    """What is brought out.

    Args:
        version: of the image whose service migrates the database, as part of a name.
    """

    version: str


class Release(pulumi.ComponentResource):
    """What the snapshot and the Jobs of a release are called after. Keeps K8S-5 and K8S-6.

    Going back to a version after a failed one is an attempt of its own: the engine removes the failed
    one's snapshot and Jobs last, and those that the version had before may still be there.
    """

    version: str
    attempt: pulumi.Output[str]

    def __init__(self, name: str, args: ReleaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:release:Release", name, None, opts)
        self.version = args.version
        self.attempt = unlike_any_before("release", self, {"version": args.version})
        self.register_outputs({})

"""The functions in Lambda: rotation, what runs by the clock, the weekly restore test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra import wiring
from infra.functions.function import Function
from infra.functions.restore_test.function import RESTORE_TEST
from infra.functions.restore_test.restored_place import RestoredPlace
from infra.functions.rotators.rotation import Rotation
from infra.stages.data import Data
from infra.stages.foundations import Foundations


@dataclass(frozen=True)
class Functions:
    """What runs in Lambda.

    Args:
        rotation: of passwords and keys; services wait for its first one.
        restore_test: None where there is none.
        every: each function.
    """

    rotation: Rotation
    restore_test: wiring.RestoreTest | None
    every: Sequence[Function]


def declare_functions(base: Foundations, data: Data) -> Functions:
    """Declares the functions, and what calls them."""
    configuration, common, home = base.configuration, base.common, base.home
    rotators = {
        rotator: Function(rotator.name, args, home)
        for rotator, args in wiring.rotators(
            configuration,
            common,
            base.network,
            data.database,
            data.redis,
            data.entries,
            base.copies.keys if base.copies else None,
        ).items()
    }
    rotated = wiring.rotation(configuration, rotators, base.network, data.database, data.entries)
    rotation = Rotation("rotation", rotated, home)
    scheduled = [
        Function(name, args, home)
        for name, args in wiring.scheduled(
            configuration, common, base.keys, data.storage, data.entries, data.database, base.notifications
        ).items()
    ]
    tests = _restore_test(base, data, rotation)
    scheduled += [tests.function] if tests else []
    return Functions(rotation, tests, [*rotators.values(), *scheduled])


def _restore_test(base: Foundations, data: Data, rotation: Rotation) -> wiring.RestoreTest | None:
    """The weekly restore test; None where there is none."""
    placed = wiring.restored_place(base.configuration, base.network)
    if placed is None:
        return None
    place = RestoredPlace("restored-place", placed, base.home)
    tested = wiring.restore_test(
        base.configuration,
        base.common,
        base.network,
        data.storage,
        data.database,
        place,
        base.cluster,
        rotation.prepared,
    )
    return wiring.RestoreTest(place, Function(RESTORE_TEST, tested, base.home))

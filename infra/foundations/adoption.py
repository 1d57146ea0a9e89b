"""Adoption of what an account has once: an error about a second one says how to use the first."""

from __future__ import annotations

import pulumi

from infra.configuration.file_names import stack_file_name
from infra.configuration.singletons import Singleton


def told_how_to_adopt(singleton: Singleton) -> pulumi.ResourceHookBinding:
    """A hook of the engine that adds to AWS's refusal what to write (Pulumi, "Error hooks").

    It repeats nothing: the refusal stands until the file says so.
    """

    async def tell(failure: pulumi.ErrorHookArgs) -> bool:
        if failure.failed_operation == "create" and singleton.refusal in failure.errors[0]:
            pulumi.log.error(
                f"The account has one already. {stack_file_name(pulumi.get_stack())}: "
                f"groundwork:existing: add {singleton}, then run the same command again "
                "(docs/configuration.md)."
            )
        return False

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"adopt-{singleton}", tell)])

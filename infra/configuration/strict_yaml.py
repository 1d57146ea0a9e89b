"""YAML in which a key stands once: a second one would silently take the first one's place."""

from __future__ import annotations

from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which alone does not mind a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value} a second time", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse(text: str) -> Any:
    """The content of a YAML document.

    Raises:
        yaml.YAMLError: it is not YAML, or has a key twice; with the place.
    """
    return yaml.load(text, _Loader)  # noqa: S506  # a safe loader, made stricter

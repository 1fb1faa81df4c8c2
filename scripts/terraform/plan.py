"""Reads the JSON of a plan: https://developer.hashicorp.com/terraform/internals/json-format"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Resource:
    """A managed resource or a data source in the state that the plan leads to.

    `values` holds the known values. Where AWS decides a value, `unknown` holds true in the same place, or is true.
    `expressions` holds the configuration's constants, or the names that it refers to.
    """

    address: str
    type: str
    values: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    expressions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plain_address(self) -> str:
        """The address of the block in the configuration: without the keys of `count` and `for_each`."""
        return _without_keys(self.address)

    @property
    def module(self) -> tuple[str, ...]:
        """The names of the modules around it, the outermost first."""
        return tuple(re.findall(r"(?:^|\.)module\.(\w+)", self.plain_address))


class Plan:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    @cached_property
    def resources(self) -> list[Resource]:
        """Every managed resource that exists after the apply, whether this plan changes it or not."""
        return list(self._changes("managed"))

    @cached_property
    def data(self) -> list[Resource]:
        """Every data source: those that the plan has read, and those that the apply will read."""
        values = self.document.get("prior_state", {}).get("values", {}).get("root_module", {})
        return [*self._read(values), *self._changes("data")]

    @property
    def variables(self) -> dict[str, Any]:
        """The values of the root's variables by name."""
        return {name: each.get("value") for name, each in self.document.get("variables", {}).items()}

    def of(self, type_: str) -> list[Resource]:
        return [each for each in self.resources if each.type == type_]

    def origins(self, resource: Resource, *path: str) -> set[str]:
        """The plain addresses of the resources and data sources from which the argument at `path` gets its value.

        The search follows the variables and outputs of modules. It ends at a local value, which a plan does not hold.
        """
        expression: Any = resource.expressions
        for key in path:
            while isinstance(expression, Sequence):
                expression = expression[0] if expression else {}
            expression = expression.get(key, {})
        return set(self._follow(resource.module, expression))

    def _follow(self, module: tuple[str, ...], expression: Any) -> Iterator[str]:
        if not isinstance(expression, Mapping):
            return
        for reference in expression.get("references", []):
            parts = _without_keys(reference).split(".")
            if parts[0] == "var" and module:
                call = self._module(module[:-1])["module_calls"][module[-1]]
                yield from self._follow(module[:-1], call["expressions"].get(parts[1], {}))
            elif parts[0] == "module" and len(parts) > 2:
                inner = (*module, parts[1])
                output = self._module(inner).get("outputs", {}).get(parts[2], {})
                yield from self._follow(inner, output.get("expression", {}))
            elif parts[0] not in ("var", "module", "local", "each", "count", "path", "self", "terraform"):
                name = ".".join(parts[: 3 if parts[0] == "data" else 2])
                yield "".join(f"module.{each}." for each in module) + name

    def _module(self, path: tuple[str, ...]) -> Any:
        found = self.document["configuration"]["root_module"]
        for name in path:
            found = found["module_calls"][name]["module"]
        return found

    def _changes(self, mode: str) -> Iterator[Resource]:
        for each in self.document.get("resource_changes", []):
            after = each["change"].get("after")
            if each["mode"] == mode and after is not None:
                yield self._resource(each, after, each["change"].get("after_unknown") or {})

    def _read(self, module: Mapping[str, Any]) -> Iterator[Resource]:
        for each in module.get("resources", []):
            if each["mode"] == "data":
                yield self._resource(each, each["values"], {})
        for child in module.get("child_modules", []):
            yield from self._read(child)

    def _resource(self, found: Mapping[str, Any], values: Any, unknown: Any) -> Resource:
        bare = Resource(found["address"], found["type"], values, unknown)
        local = re.sub(r"^(module\.\w+\.)+", "", bare.plain_address)
        blocks = self._module(bare.module).get("resources", [])
        expressions: Mapping[str, Any] = next(
            (block.get("expressions", {}) for block in blocks if block["address"] == local), {}
        )
        return Resource(bare.address, bare.type, values, unknown, expressions)


def _without_keys(address: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", address)

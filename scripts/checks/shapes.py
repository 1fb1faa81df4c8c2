"""The shape of a text that an expression of Python makes, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_FEW = 4  # alternatives of a text that are written out
_DEEP = 6  # names that are followed


@dataclass
class Module:
    """A parsed file. `functions` maps a name to what it returns, `assigned` a name to the values that it gets."""

    path: Path
    tree: ast.Module
    functions: dict[str, list[ast.expr]] = field(default_factory=dict)
    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    scopes: list[tuple[int, int]] = field(default_factory=list)
    classes: dict[str, list[str]] = field(default_factory=dict)
    inits: dict[str, ast.arguments] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Module:
        module = cls(path, ast.parse(path.read_text(encoding="utf-8")))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef):
                returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
                module.functions.setdefault(node.name, []).extend(returned)
                module.scopes.append((node.lineno, node.end_lineno or node.lineno))
            elif isinstance(node, ast.ClassDef):
                module.classes[node.name] = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                        module.inits[node.name] = inner.args
            elif isinstance(node, ast.NamedExpr) and isinstance(node.target, ast.Name):
                module.assigned.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    _assign(module.assigned, target, node.value)
        return module

    def value(self, name: str, line: int) -> list[ast.expr]:
        """Returns what `name` has at `line`: the last value before it in the same function, or else the file's own."""
        scope = self._scope(line)
        found = self.assigned.get(name, [])
        near = [each for each in found if self._scope(each.lineno) == scope and each.lineno <= line]
        return [max(near, key=lambda each: each.lineno)] if near else [e for e in found if not self._scope(e.lineno)]

    def _scope(self, line: int) -> int:
        """Returns the first line of the innermost function around `line`, or 0."""
        return max((first for first, last in self.scopes if first <= line <= last), default=0)

    def calls(self) -> Iterator[tuple[ast.Call, str, str]]:
        """Yields each call with the names of the function and of the class that it stands in; empty at the top."""
        yield from _calls(self.tree, "", "")

    def constants(self) -> Iterator[tuple[str, ast.expr]]:
        """Yields the names to which the file itself, outside functions, assigns a text."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                yield node.targets[0].id, node.value


def _assign(values: dict[str, list[ast.expr]], target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        values.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for each, part in zip(target.elts, value.elts, strict=True):
            _assign(values, each, part)


def _calls(node: ast.AST, function: str, class_: str) -> Iterator[tuple[ast.Call, str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, function, class_
        within = child.name if isinstance(child, ast.FunctionDef) else function
        yield from _calls(child, within, child.name if isinstance(child, ast.ClassDef) else class_)


@dataclass
class Sources:
    """All files, in which a name that a file imports is looked up."""

    modules: Sequence[Module]

    @cached_property
    def _constants(self) -> dict[str, list[ast.expr]]:
        found: dict[str, list[ast.expr]] = {}
        for module in self.modules:
            for name, value in module.constants():
                found.setdefault(name, []).append(value)
        return found

    def called(self, call: ast.Call, module: Module | None = None) -> str:
        """Returns the last part of the name that is called, or that it stands for in `module`, where it is a choice."""
        name = ast.unparse(call.func).rpartition(".")[2]
        chosen = [call.func] if isinstance(call.func, ast.IfExp) else module.value(name, call.lineno) if module else []
        if len(chosen) == 1 and isinstance(chosen[0], ast.IfExp):
            return ast.unparse(chosen[0].orelse).rpartition(".")[2]
        return name

    def descends(self, module: Module, name: str, roots: set[str]) -> bool:
        """Returns whether class `name`, as `module` knows it, is one of `roots` or has one among its bases.

        Two packages may have classes of one name. Then the one in the same package counts.
        """
        if name in roots:
            return True
        return any(base != name and self.descends(module, base, roots) for base in self._bases(module, name))

    def _bases(self, module: Module, name: str) -> list[str]:
        return next((each.classes[name] for each in self._near(module, name)), [])

    def _near(self, module: Module, name: str) -> list[Module]:
        found = [each for each in self.modules if name in each.classes]
        return sorted(found, key=lambda each: -_common(each.path, module.path))

    def default(self, module: Module, kind: str, *names: str) -> ast.expr | None:
        """Returns the default of a parameter of the class or its bases, which has one of `names`."""
        for each in self._near(module, kind):
            if arguments := each.inits.get(kind):
                with_default = arguments.args[len(arguments.args) - len(arguments.defaults) :]
                for parameter, value in zip(with_default, arguments.defaults, strict=True):
                    if parameter.arg in names:
                        return value
        found = (self.default(module, base, *names) for base in self._bases(module, kind) if base != kind)
        return next((value for value in found if value), None)

    def makes_its_message(self, kind: str) -> bool:
        """Returns whether the class takes the values of its message, not the message."""
        found = [each.inits[kind] for each in self.modules if kind in each.inits]
        return bool(found) and [each.arg for each in found[0].args][1:2] in (["run_id"], [])

    def alternatives(self, module: Module, expression: ast.expr) -> list[ast.expr]:
        """Returns the expressions that a name, an attribute or a call stands for, as far as the source tells."""
        if isinstance(expression, ast.Call):
            name = self.called(expression)
            return module.functions.get(name, [])
        if isinstance(expression, ast.Name):
            return module.value(expression.id, expression.lineno) or self._only(expression.id)
        if isinstance(expression, ast.Attribute):
            if isinstance(expression.value, ast.Name) and expression.value.id == "self":
                return module.functions.get(expression.attr, [])
            owner = ast.unparse(expression.value)
            return [
                value
                for each in self.modules
                if each.path.stem == owner
                for name, value in each.constants()
                if name == expression.attr
            ][:1]
        return []

    def _only(self, name: str) -> list[ast.expr]:
        return self._constants.get(name, []) if name.strip("_").isupper() else []


def _common(one: Path, other: Path) -> int:
    return sum(a == b for a, b in zip(one.parts, other.parts, strict=False))


def shape(sources: Sources, module: Module, expression: ast.expr, depth: int = 0) -> str:
    """Returns the text that `expression` makes, with `{name}` for each value that only the running program knows."""
    if isinstance(expression, ast.Constant):
        return str(expression.value)
    if isinstance(expression, ast.JoinedStr):
        return "".join(_value(sources, module, part, depth) for part in expression.values)
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
        return shape(sources, module, expression.left, depth) + shape(sources, module, expression.right, depth)
    if isinstance(expression, ast.IfExp):
        return _one_of(sources, module, [expression.body, expression.orelse], depth)
    if isinstance(expression, ast.BoolOp):
        return _one_of(sources, module, expression.values, depth)
    if isinstance(expression, ast.Call) and ast.unparse(expression.func) in ("next", "remedy_for"):
        return shape(sources, module, expression.args[-1], depth)  # the text for all other cases
    if isinstance(expression, ast.Call) and expression.args and isinstance(expression.args[0], ast.List):
        return shape(sources, module, expression.args[0].elts[0], depth)  # the first of joined lines
    if depth < _DEEP and (found := sources.alternatives(module, expression)) and len(found) <= _FEW:
        return _one_of(sources, module, found, depth + 1)
    return "{" + _name(expression) + "}"


def _value(sources: Sources, module: Module, part: ast.expr, depth: int) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    if isinstance(inner, ast.IfExp) or (isinstance(inner, ast.Call) and "remedy" in ast.unparse(inner.func)):
        return shape(sources, module, inner, depth)
    if isinstance(inner, ast.Name) and len(found := sources.alternatives(module, inner)) == 1:
        text = inner.id.strip("_").isupper() and isinstance(found[0], ast.Constant)
        if text or isinstance(found[0], ast.JoinedStr):
            return shape(sources, module, found[0], depth)
    return "{" + _name(inner) + "}"


def _one_of(sources: Sources, module: Module, expressions: Sequence[ast.expr], depth: int) -> str:
    told = [shape(sources, module, each, depth) for each in expressions]
    return " / ".join(dict.fromkeys(each for each in told if each and each != "None"))


def _name(expression: ast.expr) -> str:
    """Returns a word for a value: the name of what it is computed from."""
    if isinstance(expression, ast.Name):
        return expression.id.strip("_")
    if isinstance(expression, ast.Attribute):
        return expression.attr.strip("_")
    if isinstance(expression, ast.Call):
        method = isinstance(expression.func, ast.Attribute) and not isinstance(expression.func.value, ast.Constant)
        if method and not expression.args and isinstance(expression.func, ast.Attribute):
            return _name(expression.func.value)
        return _name(expression.args[0] if expression.args and not method else expression.func)
    if isinstance(expression, ast.Subscript):
        key = expression.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return key.value
        return _name(expression.value)
    if isinstance(expression, ast.GeneratorExp | ast.ListComp):
        return _name(expression.generators[0].iter)
    if isinstance(expression, ast.BoolOp):
        return _name(expression.values[0])
    if isinstance(expression, ast.BinOp):
        return _name(expression.left)
    return "…"

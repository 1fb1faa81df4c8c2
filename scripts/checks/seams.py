"""Writes the tables of `docs/another_emulator.md`: which files of the plugin import LocalStack and moto."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.base.console import say
from scripts.base.paths import TOP, relative

PAGE = TOP / "docs" / "another_emulator.md"
PLUGIN = TOP / "emulator"
BEGIN = "<!-- imports: written by `make format` -->"
END = "<!-- end -->"

# What a file takes of each library, by the beginning of the module's name. The longest beginning counts.
SEAMS = {
    "localstack.aws.api": "the types of requests and errors, `RequestContext`",
    "localstack.aws.connect": "calls of other services in the same process",
    "localstack.aws": "the gateway: handlers, parsers, serializers, specifications",
    "localstack.http": "pages under `/_localstack/`",
    "localstack.services.edge": "pages under `/_localstack/`",
    "localstack.services": "LocalStack's own services and their stores",
    "localstack.services.plugins": "how a service is registered, started and stopped",
    "localstack.services.stores": "stores of an account and a region",
    "localstack.services.moto": "the way on to moto",
    "localstack.state": "saving and loading of the state",
    "localstack": "the runtime: hooks, settings, packages, helpers",
    "moto": "moto's backends",
    "rolo": "the HTTP server",
    "twisted": "the HTTP server",
}


def write() -> int:
    """Writes the page's tables. Returns 0."""
    text = PAGE.read_text(encoding="utf-8")
    if (wanted := with_tables(text)) != text:
        PAGE.write_text(wanted, encoding="utf-8")
        say(f"wrote the tables of {relative(PAGE)}")
    return 0


def check() -> int:
    """Prints a line if the page's tables differ from the imports. Returns 1 then, else 0."""
    text = PAGE.read_text(encoding="utf-8")
    if with_tables(text) == text:
        return 0
    say(f"{relative(PAGE)}: its tables differ from the plugin's imports: run `make format`")
    return 1


def with_tables(page: str, plugin: Path = PLUGIN) -> str:
    """Returns the text of the page with the tables of the files in `plugin` between its marks."""
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    imports = {path.relative_to(plugin): set(_imports(path)) for path in sorted(plugin.rglob("*.py"))}
    return "\n".join([f"{before}{BEGIN}", *_rooms(imports), "", *_seams(imports), f"{END}{after}"])


def _rooms(imports: dict[Path, set[str]]) -> Iterator[str]:
    yield "| Room | Files | Import LocalStack or its server | Import moto | Import neither |"
    yield "|---|---|---|---|---|"
    rooms: dict[str, list[set[str]]] = {}
    for path, modules in imports.items():
        rooms.setdefault(_room(path), []).append({module.partition(".")[0] for module in modules if _seam(module)})
    sums = [0, 0, 0, 0]
    for room, files in rooms.items():
        found = [len(files), *(sum(map(test, files)) for test in (_of_localstack, _of_moto, _of_neither))]
        sums = [sum(pair) for pair in zip(sums, found, strict=True)]
        yield f"| `{room}` | {' | '.join(map(str, found))} |"
    yield f"| all | {' | '.join(map(str, sums))} |"


def _seams(imports: dict[Path, set[str]]) -> Iterator[str]:
    yield "| What is imported | Files | Rooms |"
    yield "|---|---|---|"
    for what in dict.fromkeys(SEAMS.values()):
        files = [path for path, modules in imports.items() if any(_seam(module) == what for module in modules)]
        rooms = ", ".join(f"`{room}`" for room in dict.fromkeys(map(_room, files)))
        yield f"| {what} | {len(files)} | {rooms} |"


def _of_localstack(libraries: set[str]) -> bool:
    return bool(libraries - {"moto"})


def _of_moto(libraries: set[str]) -> bool:
    return "moto" in libraries


def _of_neither(libraries: set[str]) -> bool:
    return not libraries


def _seam(module: str) -> str:
    """Returns what a module is for, or an empty text for a module of another library."""
    names = module.split(".")
    return next((SEAMS[name] for end in range(len(names), 0, -1) if (name := ".".join(names[:end])) in SEAMS), "")


def _room(path: Path) -> str:
    """Returns the folder, such as `emulator/glue_aurora/rds/`. The files beside the plugin's rooms are a room too."""
    return "/".join(["emulator", *(path.parts[:2] if len(path.parts) > 2 else path.parts[:1])]) + "/"


def _imports(path: Path) -> Iterator[str]:
    """Yields the name of each module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from localstack.aws import handlers` names a module that `node.module` does not.
            yield from (f"{node.module}.{each.name}" for each in node.names)

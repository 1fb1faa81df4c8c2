"""`make verify-images`: checks the assumptions of `image_assumptions.py` about the three public images.

Each image runs in one container without a network, started as its service is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from scripts.base.console import out, say, step
from scripts.base.errors import CommandError, SetupError
from scripts.base.isolation import clean_environment
from scripts.base.paths import TOP
from scripts.checks.image_assumptions import GLUE, LOCALSTACK, PLUGIN, POSTGRES, Assumption
from scripts.doctor.docker import missing, query
from scripts.environment import docker

SECONDS = 300
BUILT = "letrus-data-case/verify-images"
_PREAMBLE = "python=$(command -v python3.11 || command -v python3)\n"
# Starts the agent as compose does. Prints its answer and its exit code, or its last lines when it does not start.
_AGENT = r"""
import json, os, subprocess, sys, urllib.request
with open("/tmp/worker_token", "w") as file:
    file.write("only in this container")
agent = subprocess.Popen(json.loads(os.environ["AGENT"]), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
lines = []
for line in agent.stdout:
    lines.append(line.strip())
    if line.startswith("glue_worker ready"):
        break
else:
    sys.exit(" | ".join(lines[-3:]))
health = json.load(urllib.request.urlopen("http://127.0.0.1:4570/health", timeout=10))
agent.terminate()
print(health["status"], "Spark", health["spark"], "Python", health["python"], "Java", health["java"],
      "ended with", agent.wait(60))
"""


@dataclass(frozen=True)
class Finding:
    assumption: Assumption
    found: str

    @property
    def verdict(self) -> str:
        """`ok`, `differs` when the project runs with the difference, or `WRONG` when it does not."""
        if re.search(self.assumption.pattern, self.found):
            return "ok"
        return "WRONG" if self.assumption.essential else "differs"


def verify() -> bool:
    """Prints what each image answered. Returns False when an essential assumption is wrong.

    Raises:
        CommandError: Docker does not answer, an image can't be pulled, or the plugin's image can't be built.
    """
    if lack := missing():
        raise CommandError(lack, "start Docker: only a container shows what is in an image")
    docker.Docker().setup()
    config = _compose_config()
    glue, localstack, postgres = _named("aws-glue-libs"), _named("localstack/localstack"), _named("postgres")
    sound = []
    with step(f"asking {glue}"):
        agent = _agent(glue, config["services"]["glue"])
        found = [_architecture(glue), *ask(glue, GLUE, login=True), agent]
    sound.append(_show(glue, found))
    with step(f"asking {localstack}"):
        found = [_architecture(localstack), *ask(localstack, LOCALSTACK), *_plugin()]
    sound.append(_show(localstack, found))
    with step(f"asking {postgres}"):
        found = [_architecture(postgres), *ask(postgres, POSTGRES)]
    sound.append(_show(postgres, found))
    return all(sound)


def _named(part: str) -> str:
    return next(image for image in docker.images() if part in image)


def _compose_config() -> dict:
    done = _docker(["compose", "--file", str(TOP / "docker-compose.yml"), "config", "--format", "json"])
    return dict(json.loads(done.stdout))


def ask(image: str, assumptions: Sequence[Assumption], *, login: bool = False) -> list[Finding]:
    """Runs all commands in one container, each in a shell of its own. Returns what each one found."""
    parts = [f"echo '@@{n}'; (\n{each.command}\n) </dev/null 2>&1" for n, each in enumerate(assumptions)]
    script = _PREAMBLE + "\n".join([*parts, "true"])
    done = _run(image, ["-lc" if login else "-c", script], ["--entrypoint", "bash"])
    answers = dict(re.findall(r"^@@(\d+)\n(.*?)(?=^@@\d+\n|\Z)", done.stdout, re.M | re.S))
    reason = done.stderr.strip()[-200:]
    return [Finding(each, answers.get(str(n), reason).strip()) for n, each in enumerate(assumptions)]


def _agent(image: str, service: dict) -> Finding:
    """Starts the agent by compose's own command line, with the same limits except that of memory."""
    what = Assumption("the worker agent starts", "answers /health, ends with 0", "", r"^ok Spark .* ended with 0$")
    settings = {name: str(value) for name, value in service["environment"].items()}
    settings |= {"GLUE_WORKER_TOKEN_FILE": "/tmp/worker_token", "AGENT": json.dumps(_unescaped(service["entrypoint"]))}  # noqa: S108
    options = ["--init", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"]
    options += ["--volume", f"{TOP / 'emulator' / 'glue_worker'}:/opt/emulator/glue_worker:ro"]
    options += ["--volume", f"{TOP / 'docker' / 'wheels'}:/opt/emulator/wheels:ro"]
    options += [part for name in settings for part in ("--env", name)]
    done = _run(image, ["-c", _AGENT], [*options, "--entrypoint", "/usr/bin/python3"], settings)
    return Finding(what, (done.stdout.strip() or done.stderr.strip())[-300:])


def _unescaped(command: list[str]) -> list[str]:
    """Returns the parts of `command` with single dollar signs, which compose writes twice."""
    return [part.replace("$$", "$") for part in command]


def _plugin() -> Iterable[Finding]:
    """Builds LocalStack's image with the plugin as compose does, and checks it."""
    dockerfile = TOP / "docker" / "localstack" / "Dockerfile"
    done = _docker(["build", "--quiet", "--tag", BUILT, "--file", str(dockerfile), str(TOP)])
    if done.returncode:
        what = Assumption("the plugin installs", "docker build ends with 0", "", "^$")
        return [Finding(what, done.stderr.strip()[-400:] or f"exit code {done.returncode}")]
    try:
        return ask(BUILT, PLUGIN)
    finally:
        _docker(["image", "rm", BUILT])


def _architecture(image: str) -> Finding:
    server = query("version", "--format", "{{.Server.Arch}}") or ""
    what = Assumption("architecture", server, "", f"^{re.escape(server)}$", essential=False)
    return Finding(what, query("image", "inspect", "--format", "{{.Architecture}}", image) or "")


def _show(image: str, findings: list[Finding]) -> bool:
    table = Table(box=box.SIMPLE, title=image, title_justify="left")
    for name in ("assumption", "expected", "found", "ok"):
        table.add_column(name, overflow="fold")
    colours = {"ok": "green", "differs": "yellow", "WRONG": "red"}
    for each in findings:
        colour = colours[each.verdict]
        found = each.found.replace("[", r"\[") or "nothing"
        table.add_row(each.assumption.what, each.assumption.expected, found, f"[{colour}]{each.verdict}[/{colour}]")
    Console(width=None if out.is_terminal else 150).print(table)
    digests = query("image", "inspect", "--format", '{{join .RepoDigests ", "}}', image)
    say(f"  digest         {digests or 'none: it was not pulled from a registry'}")
    say(f"  published for  {_published(image)}")
    return not any(each.verdict == "WRONG" for each in findings)


def _published(image: str) -> str:
    """Returns the architectures for which the registry has the tag."""
    shown = query("manifest", "inspect", image)
    if shown is None:
        return "unknown: the registry does not answer"
    platforms = [each.get("platform", {}).get("architecture") for each in json.loads(shown).get("manifests", [])]
    return ", ".join(sorted({name for name in platforms if name and name != "unknown"})) or "one architecture only"


def _run(
    image: str, command: list[str], options: list[str], extra: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    name = f"letrus-verify-images-{os.getpid()}"
    # Spark looks up its host's name, and without a network only this name has an address.
    container = ["--rm", "--name", name, "--network", "none", "--hostname", "localhost"]
    try:
        return _docker(["run", *container, *options, image, *command], extra)
    except subprocess.TimeoutExpired:
        _docker(["rm", "--force", name])
        raise SetupError(f"{image} did not answer within {SECONDS} s", "free memory, then run it again") from None


def _docker(arguments: list[str], extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    env = {**clean_environment(), **(extra or {})}
    return subprocess.run(["docker", *arguments], env=env, capture_output=True, text=True, timeout=SECONDS)

"""The names and tags of everything that claims make, and placeholders for what belongs to one account or run."""

from __future__ import annotations

import re

PREFIX = "letrus-aws-parity"
TAGS = {"Project": "letrus-data-case", "Purpose": "aws-parity"}
OWN = re.compile(rf"{PREFIX}-[0-9a-f]{{8}}")

# What would tell an account, a user or a run, whatever the stage knows of it. Claims use 00000000-… for a missing id.
_SECRETS = (
    (re.compile(r"Encoded authorization failure message: \S+"), "Encoded authorization failure message: {encoded}"),
    (re.compile(r"\b(?:A[KRS]IA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{12,124}\b"), "{id}"),
    (re.compile(r"\b(?!00000000-)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "{uuid}"),
    (re.compile(r"\b[0-9]{12}\b"), "{account}"),
    (OWN, "{prefix}"),
)


def tag_list(key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Returns the tags as most services take them."""
    return [{key: name, value: text} for name, text in TAGS.items()]


def of_ec2(kind: str, name: str) -> list[dict[str, object]]:
    """Returns the tags as EC2 takes them when a thing of this kind is made. A name of EC2 is a tag too."""
    return [{"ResourceType": kind, "Tags": [*tag_list(), {"Key": "Name", "Value": name}]}]


def redacted(text: str, known: dict[str, str]) -> str:
    """Returns a text with placeholders for the `known` values, and for what else tells an account or a run."""
    text = text.partition(" (emulator) ")[0].removesuffix(".")
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, known[value])
    for pattern, placeholder in _SECRETS:
        text = pattern.sub(placeholder, text)
    return text


def tells(text: str) -> list[str]:
    """Returns what of a text would tell an account, a user or a run."""
    return [found.group() for pattern, _ in _SECRETS for found in pattern.finditer(text) if "{encoded}" not in found[0]]

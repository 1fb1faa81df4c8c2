"""`make verify-images`: its verdicts on images that are as expected, and on one that is not."""

from __future__ import annotations

import pytest

from scripts.checks import images
from scripts.checks.image_assumptions import Assumption
from scripts.environment import docker

pytestmark = [pytest.mark.compose, pytest.mark.usefixtures("answering_docker")]


def test_images_are_what_the_project_takes_them_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert images.verify()
    shown = capsys.readouterr().out
    assert "ended with 0" in shown  # the agent's
    assert "glue:default" in shown  # the plugin's
    assert all(image in shown for image in docker.images())


def test_what_differs_is_told_from_what_is_wrong() -> None:
    findings = images.ask(
        next(image for image in docker.images() if image.startswith("postgres")),
        [
            Assumption("another version", "15", "postgres --version", r"\b15\."),
            Assumption("nobody needs it", "there", "command -v nowhere; exit 3", "nowhere", essential=False),
            Assumption("input is closed, errors are shown", "", "cat; ls /nowhere", "No such file"),
            Assumption("goes on after all that", "x", "echo x", "^x$"),
        ],
    )
    assert [each.verdict for each in findings] == ["WRONG", "differs", "ok", "ok"]
    assert "PostgreSQL" in findings[0].found

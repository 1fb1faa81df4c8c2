"""A Java without the archive of its own classes makes no class archive, and the agent says so with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.unit


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    monkeypatch.setenv("SPARK_HOME", str(tmp_path / "spark"))
    return tmp_path / "java"


def options(environ: dict[str, str]) -> list[str]:
    """Returns the options of a run, once the archive that the agent wants is there."""
    from glue_worker.class_archive import ClassArchive
    from glue_worker.config import Config
    from glue_worker.versions import Versions

    archive = ClassArchive(Config.from_environment(environ), Versions("3.5.6", "3.11.7", "17.0.9"))
    if archive._path:
        archive._path.parent.mkdir(parents=True, exist_ok=True)
        archive._path.touch()
    return archive.options()


def test_java_without_it_is_named_with_the_remedy(
    environ: dict[str, str], java: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert options(environ) == []
    assert f"Java has no {java}/lib/server/classes.jsa; `{java}/bin/java -Xshare:dump` makes it" in caplog.text


def test_another_one_makes_another_class_archive(environ: dict[str, str], java: Path) -> None:
    """The JVM refuses a class archive whose base was made anew."""
    base = java / "lib" / "server" / "classes.jsa"
    base.parent.mkdir(parents=True)
    base.write_bytes(b"one")
    first = options(environ)
    assert first == options(environ) != []
    base.write_bytes(b"other")
    assert options(environ) != first

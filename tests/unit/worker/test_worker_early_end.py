"""Which exits with code 0 come before a script's end."""

from __future__ import annotations

import runpy
import sys
import textwrap
from pathlib import Path

import pytest
from glue_worker import early_end
from glue_worker.script_end import early_exit

pytestmark = pytest.mark.unit

MAIN = "if __name__ == '__main__':\n    sys.exit(main())"


def place(folder: Path, script: str) -> str | None:
    path = folder / "job.py"
    path.write_text("import sys\n" + textwrap.dedent(script).strip())
    with pytest.raises(SystemExit) as raised:
        runpy.run_path(str(path), run_name="__main__")
    assert raised.value.code in (None, 0)
    return early_exit(raised.value.__traceback__, folder)


@pytest.mark.parametrize(
    "script",
    [
        "sys.exit(0)",
        "sys.exit()",
        f"def main():\n    return 0\n{MAIN}",
        "def main():\n    print()\n    sys.exit(0)\nmain()",
        "try:\n    print()\n    sys.exit(0)\nfinally:\n    print()",
        "if 1:\n    sys.exit(0)\nelse:\n    print()",
        "import argparse\nargparse.ArgumentParser().exit()",
    ],
)
def test_exit_in_the_last_statement_is_the_end(tmp_path: Path, script: str) -> None:
    assert place(tmp_path, script) is None


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("sys.exit(0)\nprint()", 2),
        ("if 1:\n    sys.exit(0)\nprint()", 3),
        ("if 1:\n    sys.exit(0)\n    print()", 3),
        ("for _ in range(2):\n    sys.exit(0)", 3),
        (f"def main():\n    if 1:\n        sys.exit(0)\n    return 0\n{MAIN}", 4),
        ("try:\n    sys.exit(0)\n    print()\nexcept ValueError:\n    pass", 3),
        ("@staticmethod\ndef main():\n    sys.exit()\n    print()\nmain()", 4),
    ],
)
def test_exit_before_other_statements_is_told_with_its_line(tmp_path: Path, script: str, line: int) -> None:
    assert place(tmp_path, script) == f"line {line} of job.py"


def test_exit_in_a_module_of_the_job_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "comum_da_escola.py").write_text("import sys\ndef parar():\n    sys.exit(0)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        assert place(tmp_path, "import comum_da_escola\ncomum_da_escola.parar()\nprint()") is not None
    finally:
        sys.modules.pop("comum_da_escola", None)


def test_a_process_that_ends_without_a_word_is_told(tmp_path: Path) -> None:
    assert "os._exit" in str(early_end.note(tmp_path / "exception.txt"))
    (tmp_path / "ended.txt").write_text("line 7 of job.py")
    assert "sys.exit(0) in line 7 of job.py" in str(early_end.note(tmp_path / "exception.txt"))
    (tmp_path / "ended.txt").write_text("")
    assert early_end.note(tmp_path / "exception.txt") is None

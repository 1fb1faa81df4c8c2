"""Words the note of a run whose script ended well, but not at its end."""

from __future__ import annotations

from pathlib import Path

from glue_worker.runscript import ENDED


def note(report: Path) -> str | None:
    """Returns the sentence for the run's StateDetail, or None when the script came to its end.

    `report` is the file beside which the script's runner notes the end.
    """
    try:
        place = report.with_name(ENDED).read_text(encoding="utf-8")
    except FileNotFoundError:
        return (
            "The script's process ended with exit code 0 before the script did (os._exit, or System.exit in Java). "
            "Nothing after that ran. Whether Glue shows such a run as SUCCEEDED is not known."
        )
    if not place:
        return None
    return (
        f"The script ended by sys.exit(0) in {place}, before its last statement. Nothing after that ran. "
        "Whether Glue shows such a run as SUCCEEDED is not known."
    )

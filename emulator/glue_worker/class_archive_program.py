"""Does what a small job does, so that its classes get into the archive."""

from __future__ import annotations

import small_job  # type: ignore[import-not-found]

if __name__ == "__main__":
    small_job.do("class archive")

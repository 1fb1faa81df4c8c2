"""The job's quality rules for the peers, as far as generated data breaks them: the same lines must be left out.

Each peer reads notas.csv as text, with a fourth column that only malformed lines fill.
"""

from __future__ import annotations

LONGEST_TEXT = 500
NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$"
CONTROL = r"[\x00-\x1F\x7F]"

"""The job's quality rules that generated data breaks, for the peers: they must leave out the same lines.

Each peer reads notas.csv as text, with a fourth column that only malformed lines fill.
"""

from __future__ import annotations

LONGEST_TEXT = 500
NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$"
CONTROL = r"[\x00-\x1F\x7F]"

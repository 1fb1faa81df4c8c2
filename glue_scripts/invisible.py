"""Characters that nobody sees: what the job makes of them, so that equal looking keys are equal.

* A character that shows nothing is removed: Unicode's Default_Ignorable_Code_Point, which holds the byte order mark,
  zero-width spaces, joiners, direction marks and the soft hyphen.
* A blank of another width, as the no-break space, becomes a plain space.
* A letter with its accent as a character of its own becomes the one letter that Unicode has for both (form NFC).

Python's and Java's patterns share the notation of the classes here.
"""

from __future__ import annotations

import re
import unicodedata

# Text as nearly all of it is: ASCII and Latin letters, without what the other classes here hold.
# Only this pattern is Java's alone.
PLAIN = r"\A[ -~\t\n\u00a1-\u00ac\u00ae-\u02ff]*\z"
CONTROL = r"[\x00-\x08\x0B-\x1F\x7F-\x9F\u2028\u2029]"  # all but the tab, and the line feed of a joined record
BLANK = r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
# DerivedCoreProperties.txt of Unicode 15: Default_Ignorable_Code_Point, without the signs of musical notation.
IGNORABLE = (
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    f"{chr(0xE0000)}-{chr(0xE0FFF)}]"
)
COMBINING = r"[\u0300-\u036f]"


def _compositions() -> tuple[tuple[str, str], ...]:
    """A letter and an accent -> the one letter for both, for the letters of Unicode's first four blocks."""
    pairs = {}
    for letter in map(chr, range(0xC0, 0x250)):
        parts = unicodedata.normalize("NFD", letter)
        if len(parts) > 1 and unicodedata.normalize("NFC", parts) == letter:
            pairs[unicodedata.normalize("NFC", parts[:-1]) + parts[-1]] = letter
    return tuple(pairs.items())


COMPOSITIONS = _compositions()


def cleaned(text: str) -> str:
    """`text` without characters that show nothing, with plain spaces for blanks of other widths."""
    return re.sub(BLANK, " ", re.sub(IGNORABLE, "", text))

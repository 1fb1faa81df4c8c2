"""The door: `python -I -S scripts/doctor [--json]`, and `--quick COMMAND …` as the first step of every other command.

Every Python 3 can read this file, so that an old one says what is missing instead of showing a syntax error.
"""

import os
import sys

OLDEST = (3, 8)  # that the other files of this folder are written for


def main() -> int:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    if sys.version_info < OLDEST:
        from scripts.doctor import wanted

        found = ".".join(str(part) for part in sys.version_info[:3])
        print("error: %s was not found, and Python %s is too old" % (wanted.NAME, found), file=sys.stderr)
        print("  -> %s" % wanted.REMEDY, file=sys.stderr)
        return 1
    from scripts.doctor import door

    return door.main(sys.argv[1:])


sys.exit(main())

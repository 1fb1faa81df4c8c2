"""One request at a time: all clusters share one PostgreSQL and one file of access rules."""

import threading

LOCK = threading.RLock()

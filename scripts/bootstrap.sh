#!/usr/bin/env bash
# Makes the venv of the environment's commands when it is missing or its requirements changed, then runs the command.
# It needs Python 3.11 only. Everything it makes lies under .local/. It may be interrupted, run again, or run twice at once.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
venvs=$top/.local/venv
requirements=$top/requirements

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  cat >&2 <<'MESSAGE'
error: Python 3.11 (with its venv module) was not found on PATH.
  -> install it (macOS: `brew install python@3.11`; Debian, Ubuntu: packages python3.11 and python3.11-venv),
     or name one: `make PYTHON=/path/to/python3.11 …`. It must be 3.11: that is what Glue 5.1 runs.
MESSAGE
  return 1
}

# A venv is whole when the copy of its requirements, written last, equals today's.
whole() { cmp -s "$requirements/$1.txt" "$venvs/$1/requirements.txt"; }

# Waits until no other command sets up the venvs. The lock belongs to file descriptor 9, not to Python, which ends at
# once: the system releases it when this shell and the commands that it started have ended, however they end.
lock() {
  exec 9>"$venvs/bootstrap.lock"
  "$1" -c '
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("another command sets up .local/venv: waiting until it has ended …", file=sys.stderr, flush=True)
    fcntl.flock(9, fcntl.LOCK_EX)'
}

if ! whole uv || ! whole tools; then
  if ! mkdir -p "$venvs" || ! [ -w "$venvs" ]; then
    echo "error: $venvs can't be written" >&2
    echo "  -> give yourself the right to write there (chown, chmod), or use a clone of your own" >&2
    exit 1
  fi
  python=$(find_python)
  lock "$python"
  if ! whole uv; then
    echo "setting up uv …"
    "$python" -m venv --clear "$venvs/uv"
    "$venvs/uv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
      -r "$requirements/uv.txt"
    cp "$requirements/uv.txt" "$venvs/uv/requirements.txt"
  fi
  if ! whole tools; then
    echo "setting up the venv of the commands …"
    "$venvs/uv/bin/uv" venv --quiet --allow-existing --python "$("$venvs/uv/bin/python" -c 'import sys; print(sys._base_executable)')" \
      "$venvs/tools"
    "$venvs/uv/bin/uv" pip sync --quiet --require-hashes --python "$venvs/tools/bin/python" "$requirements/tools.txt"
    cp "$requirements/tools.txt" "$venvs/tools/requirements.txt"
  fi
  exec 9>&- # the command itself needs no lock
fi >&2

cd "$top"
exec "$venvs/tools/bin/python" -m scripts "$@"

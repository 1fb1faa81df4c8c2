#!/usr/bin/env bash
# Makes the venv of the environment's commands when it is missing or its requirements changed, then runs the command.
# It needs Python 3.11 only. Everything it makes lies under .local/. It may be interrupted, run again, or run twice at once.
# It must also run in the bash 3.2 of macOS. What it checks of the machine is in scripts/doctor/.
set -euo pipefail
unset CDPATH # `cd` would look there, and print where it went
top=$(cd "$(dirname "$0")/.." && pwd)
venvs=$top/.local/venv
requirements=$top/requirements

fail() {
  printf 'error: %s\n  -> %s\n' "$1" "$2" >&2
  exit 1
}

# Any Python 3 can look at the machine, and tell that it is not the one that the commands need.
find_any_python() {
  local candidate
  if [ -x "$venvs/tools/bin/python" ]; then
    any_python=$venvs/tools/bin/python
    return
  fi
  for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python; do
    if "$candidate" -I -S -c 'import sys; sys.exit(sys.version_info[0] < 3)' 2>/dev/null; then
      any_python=$candidate
      return
    fi
  done
  fail "no Python 3 was found on PATH${PYTHON:+, and PYTHON=$PYTHON is none}" \
    "install Python 3.11 (macOS: \`brew install python@3.11\`; Debian, Ubuntu: packages python3.11 and python3.11-venv)"
}

doctor() { "$any_python" -I -S -X utf8 "$top/scripts/doctor" "$@"; }

# A venv is whole when its Python is there and the copy of its requirements, written last, equals today's.
whole() { [ -x "$venvs/$1/bin/python" ] && cmp -s "$requirements/$1.txt" "$venvs/$1/requirements.txt"; }

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

not_fetched() {
  fail "the packages of $1 could not be installed (see above)" \
    "check the network, the index (PIP_INDEX_URL, UV_DEFAULT_INDEX, SSL_CERT_FILE) and the space on the disk, then run it again"
}

any_python=
find_any_python
if [ "${1:-}" = doctor ]; then
  doctor "${@:2}"
  exit
fi

set_up=
if ! whole uv || ! whole tools; then
  set_up=--set-up
fi
python=
# What is wrong stops the command here. Else the code makes its environment, and names the Python of a set-up.
code=$(doctor --quick ${set_up:+"$set_up"} "$@") || exit $?
eval "$code"

if [ -n "$set_up" ]; then
  mkdir -p "$venvs"
  lock "$python"
  if ! whole uv; then
    echo "setting up uv …"
    { "$python" -m venv --clear "$venvs/uv" &&
      "$venvs/uv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
        -r "$requirements/uv.txt"; } || not_fetched .local/venv/uv
    cp "$requirements/uv.txt" "$venvs/uv/requirements.txt"
  fi
  if ! whole tools; then
    echo "setting up the venv of the commands …"
    # uv takes a package for whole that it copied in part, on a full disk or until it was killed. So only a venv that was
    # whole is brought up to date, and it does not count as whole meanwhile.
    existing=--clear
    if [ -e "$venvs/tools/requirements.txt" ] && [ -x "$venvs/tools/bin/python" ]; then
      existing=--allow-existing
    fi
    rm -f "$venvs/tools/requirements.txt"
    { "$venvs/uv/bin/uv" venv --quiet "$existing" \
      --python "$("$venvs/uv/bin/python" -c 'import sys; print(sys._base_executable)')" "$venvs/tools" &&
      "$venvs/uv/bin/uv" pip sync --quiet --require-hashes --python "$venvs/tools/bin/python" \
        "$requirements/tools.txt"; } || not_fetched .local/venv/tools
    cp "$requirements/tools.txt" "$venvs/tools/requirements.txt"
  fi
  exec 9>&- # the command itself needs no lock
fi >&2

cd "$top"
exec "$venvs/tools/bin/python" -m scripts "$@"

#!/usr/bin/env bash
# Makes the venv of the environment's commands when it is missing or its requirements changed, then runs the command.
# It needs Python 3.11 only. Everything it makes lies under .local/. It may be interrupted, run again, or run twice at once.
# It must also run in the bash 3.2 of macOS.
set -euo pipefail
unset CDPATH # `cd` would look there, and print where it went
top=$(cd "$(dirname "$0")/.." && pwd)
venvs=$top/.local/venv
requirements=$top/requirements

fail() {
  printf 'error: %s\n  -> %s\n' "$1" "$2" >&2
  exit 1
}

# Settings of the user's own Python, Spark and make would change what the commands, servers and tests load and do.
# PYTHON names the interpreter; the others that stay say only where output and bytecode go. PYTHONDONTWRITEBYTECODE does not
# stay: without bytecode LocalStack starts 3 s later, each time.
leave_own_tools() {
  local name
  for name in ${!PYTHON@} ${!SPARK_@} ${!PYSPARK_@} ${!HADOOP_@} ${!HIVE_@} ${!YARN_@}; do
    case $name in
      PYTHON | PYTHONUNBUFFERED | PYTHONPYCACHEPREFIX) ;;
      *) unset "$name" ;;
    esac
  done
  unset VIRTUAL_ENV CONDA_PREFIX PIP_TARGET PIP_PREFIX MAKEFLAGS MFLAGS MAKELEVEL BASH_ENV ENV
  export PIP_USER=0
}

# Java and Python's .pth files take paths in the locale's encoding. In LC_ALL=C, or where the locale is not installed, that
# is ASCII, and no path with an accent can be opened.
speak_utf8() {
  local locale=C.UTF-8
  [ "$(uname -s)" != Darwin ] || locale=en_US.UTF-8
  unset LANGUAGE
  export LC_ALL=$locale PYTHONUTF8=1
}

# Makes uv and pip trust the file that the user names, else the system's certificates. Both bring lists of their own,
# which lack a company's authority. A Linux without certificates keeps those lists.
trust_system() {
  local bundle
  if [ -n "${SSL_CERT_FILE:-}" ]; then
    export PIP_CERT="${PIP_CERT:-$SSL_CERT_FILE}"
  elif [ "$(uname -s)" = Darwin ]; then
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}" # pip asks the system by itself from version 24.2
  else
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
      [ -r "$bundle" ] || continue
      export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}" PIP_CERT="${PIP_CERT:-$bundle}"
      break
    done
  fi
}

# Gives the commands a home, caches and a temporary folder that work.
make_room() {
  local home=${HOME:-$(cd ~ 2>/dev/null && pwd || :)}
  if ! [ -d "$home" ]; then
    echo "note: there is no home folder ${home:+($home) }for caches: they go to .local/home" >&2
    home=$top/.local/home
    mkdir -p "$home" || cannot_write "$home"
  elif [ -z "${XDG_CACHE_HOME:-}" ] && ! { mkdir -p "$home/.cache" && [ -w "$home/.cache" ]; } 2>/dev/null; then
    echo "note: $home/.cache can't be written: caches go to .local/cache" >&2
    export XDG_CACHE_HOME="$top/.local/cache"
    mkdir -p "$XDG_CACHE_HOME" || cannot_write "$XDG_CACHE_HOME"
  fi
  export HOME="$home"
  # Terraform and its provider meet at a socket in TMPDIR. Its path may have about 100 bytes. Their own part takes 40.
  if [ -n "${TMPDIR:-}" ]; then
    if ! { [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ]; }; then
      echo "note: TMPDIR=$TMPDIR is no folder that you may write in: temporary files go to /tmp" >&2
      export TMPDIR=/tmp
    elif [ "$(printf %s "$TMPDIR" | wc -c)" -gt 60 ]; then
      echo "note: TMPDIR is too long for Terraform's sockets (more than 60 bytes): temporary files go to /tmp" >&2
      export TMPDIR=/tmp
    fi
  fi
}

cannot_write() {
  fail "$1 can't be written" "give yourself the right to write there (chown, chmod), or use a clone of your own"
}

is_python() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python; do
    if is_python "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11 (with its venv module) was not found on PATH" \
    "install it (macOS: \`brew install python@3.11\`; Debian, Ubuntu: packages python3.11 and python3.11-venv),
     or name one: \`make PYTHON=/path/to/python3.11 …\`. It must be 3.11: that is what Glue 5.1 runs."
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

not_fetched() {
  fail "the packages of $1 could not be installed (see above)" \
    "check the network, the index (PIP_INDEX_URL, UV_DEFAULT_INDEX, SSL_CERT_FILE) and the space on the disk, then run it again"
}

# Terraform is the user's own, so its absence is said before anything is fetched. The commands check its version.
case " $* " in
  ' up '* | ' aws '* | ' test '*' e2e '* | ' test '*' commands '* | ' test '*' terraform '*)
    if ! command -v terraform >/dev/null; then
      fail "terraform is not on PATH" "install Terraform 1.11 or later"
    fi
    ;;
esac
leave_own_tools
speak_utf8
case $top in
  *[:,\;%#\\]* | *$'\n'*) fail "the folder's path has a character that class paths or Spark's lists can't hold: $top" \
    "move the clone to a path without : , ; % # \\" ;;
esac
if [ -n "${PYTHON:-}" ] && ! is_python "$PYTHON"; then
  fail "PYTHON=$PYTHON is no Python 3.11 with its venv module" "name another, or unset PYTHON to use python3.11 of PATH"
fi
trust_system
make_room

if ! whole uv || ! whole tools; then
  { mkdir -p "$venvs" && [ -w "$venvs" ]; } 2>/dev/null || cannot_write "$venvs"
  [ -z "${SSL_CERT_FILE:-}" ] || [ -r "$SSL_CERT_FILE" ] ||
    fail "SSL_CERT_FILE=$SSL_CERT_FILE can't be read" "name a PEM file, or unset the variable"
  python=$(find_python)
  lock "$python"
  whole tools || "$python" -I -S "$top/scripts/supply/space.py" "$top"
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
    [ ! -e "$venvs/tools/requirements.txt" ] || existing=--allow-existing
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

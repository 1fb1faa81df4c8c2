#!/usr/bin/env bash
# First process of the postgres container, as root: makes the environment's secrets once, then becomes the image's own
# entry point. The mounted folder may be closed to the user postgres, so what that user reads is copied.
set -euo pipefail
umask 077

secrets=/run/emulator
make_secret() { # NAME MODE OWNER
  local file=$secrets/$1
  if [ ! -s "$file" ]; then
    head -c 32 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_' >"$file.new"
    chmod "$2" "$file.new"
    chown "$3" "$file.new"
    mv "$file.new" "$file" # whole or absent
  fi
}
chmod 755 "$secrets"
make_secret rdsadmin_password 600 postgres:postgres
# The user of the Glue image may have any uid.
make_secret worker_token 644 root:root

install -m 644 /opt/emulator/access-rules.sh /docker-entrypoint-initdb.d/access-rules.sh
umask 022
lines=$(sed -n 's/^[^#]/-c&/p' /opt/emulator/settings.conf)
mapfile -t settings <<<"$lines"
exec docker-entrypoint.sh "$@" "${settings[@]}"

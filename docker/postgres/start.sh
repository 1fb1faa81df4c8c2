#!/usr/bin/env bash
# First process of the postgres container, as root. It makes the environment's secrets and the server's certificate where
# they are missing, then becomes the image's own entry point. The user postgres may be unable to read the mounted folder,
# so the script copies what that user reads.
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

# Succeeds when clients that trust the authority accept the certificate under each name that they use, tomorrow too.
certificate_is_valid() { # FOLDER
  local check
  [ -s "$1/server.key" ] || return 1
  for check in '-verify_hostname aurora.private' '-verify_hostname localhost' '-verify_ip 127.0.0.1'; do
    # shellcheck disable=SC2086 # an option and its value
    openssl verify $check -CAfile "$1/authority.pem" "$1/server.crt" >/dev/null 2>&1 || return 1
  done
  openssl x509 -in "$1/server.crt" -noout -checkend 86400 >/dev/null
}

# Makes a certificate and the authority that signs it, then deletes the authority's key, so that it can sign nothing else.
make_certificate() { # FOLDER
  local making=$1.new authority_key
  rm -rf "$making"
  mkdir -m 755 "$making"
  authority_key=$(mktemp)
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj '/CN=letrus-data-case PostgreSQL authority' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout "$authority_key" -out "$making/authority.pem"
  openssl req -new -newkey rsa:2048 -nodes -sha256 -subj '/CN=letrus-data-case PostgreSQL' \
    -keyout "$making/server.key" -out "$making/request.pem"
  printf '%s\n' 'subjectAltName=DNS:aurora.private,DNS:localhost,IP:127.0.0.1' 'extendedKeyUsage=serverAuth' \
    >"$making/extensions"
  openssl x509 -req -sha256 -days 3650 -in "$making/request.pem" -extfile "$making/extensions" \
    -CA "$making/authority.pem" -CAkey "$authority_key" -CAcreateserial -CAserial "$authority_key.serial" \
    -out "$making/server.crt"
  rm -f "$authority_key" "$authority_key.serial" "$making/request.pem" "$making/extensions"
  chmod 644 "$making/authority.pem" "$making/server.crt"
  chown postgres:postgres "$making/server.key"
  rm -rf "$1"
  mv "$making" "$1" # whole or absent
}

chmod 755 "$secrets"
make_secret rdsadmin_password 600 postgres:postgres
# The user of the Glue image may have any uid.
make_secret worker_token 644 root:root
certificate_is_valid "$secrets/tls" || make_certificate "$secrets/tls"

install -m 644 /opt/emulator/access-rules.sh /docker-entrypoint-initdb.d/access-rules.sh
umask 022
lines=$(sed -n 's/^[^#]/-c&/p' /opt/emulator/settings.conf)
settings=()
while IFS= read -r setting; do settings+=("$setting"); done <<<"$lines" # a test runs this in the bash of macOS, too
exec docker-entrypoint.sh "$@" "${settings[@]}"

# shellcheck shell=bash
# Read by the image's entry point when it makes a database cluster. The image lets every role in; here the emulator's RDS
# keeps the rules, one a cluster, in the included file, and without one nobody but its own superuser gets in.
cat >"$PGDATA/pg_hba.conf" <<RULES
include_if_exists emulator_hba.conf
host all $POSTGRES_USER all scram-sha-256
RULES

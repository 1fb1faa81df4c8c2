# shellcheck shell=bash
# The image's entry point reads this file when it makes a database cluster. The image would let every role in. Here the
# emulator's RDS writes one rule for each cluster into the included file; without a rule only its superuser gets in.
cat >"$PGDATA/pg_hba.conf" <<RULES
include_if_exists emulator_hba.conf
host all $POSTGRES_USER all scram-sha-256
RULES

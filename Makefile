# Every target does its own set-up; `make` alone prints this help.
.DEFAULT_GOAL := help
SHELL := /bin/bash
RUN := @scripts/bootstrap.sh

.PHONY: help
help:  ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^## / {printf "\n%s\n", substr($$0, 4)} /^[a-z0-9-]+:.*## / {gsub(/\$$\$$/, "$$"); printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nVariables: LOCALSTACK_PORT=4566 POSTGRES_PORT=15432 WORKER_PORT=4570 PYTHON=python3.11\n'

## The environment
.PHONY: setup local-up run logs status env local-down reset
setup:  ## Fetch and build all that the environment needs (the other targets do it too)
	$(RUN) setup
local-up:  ## Start AWS's stand-ins, apply terraform/, create the tables; again: changes nothing
	$(RUN) up
run:  ## Run the Glue job and follow its log (needs local-up). DATA=folder uploads its CSVs first; ARGS="--key value"
	$(RUN) run
logs:  ## Show a run's logs (needs local-up). RUN_ID=jr_…, else the last run; GROUP=output|error
	$(RUN) logs
status:  ## Show what runs, where, and the last runs of the job
	$(RUN) status
env:  ## Print exports for terraform, aws, boto3, psql: eval "$$(make -s env)" (needs local-up)
	$(RUN) env
local-down:  ## Stop the environment; the database's data stays
	$(RUN) down
reset:  ## Stop the environment and remove its data (this clone's only)
	$(RUN) reset

## To AWS: ACCOUNT=123456789012 is the account you mean, ENVIRONMENT=dev|prod; YES=1 answers the question before a change
.PHONY: aws-bootstrap aws-plan aws-apply aws-create-tables aws-run aws-verify aws-query aws-destroy
aws-bootstrap:  ## Create the bucket of Terraform's state, once an account. STATE_BUCKET=name, here and in all that follow
	$(RUN) aws bootstrap
aws-plan:  ## Show what an apply would change, and save it
	$(RUN) aws plan
aws-apply:  ## Carry out the saved plan. PLAN_HASH=…, from aws-plan, refuses every other plan
	$(RUN) aws apply
aws-create-tables:  ## Run sql/01_create_tables.sql, through the RDS Data API
	$(RUN) aws create-tables
aws-run:  ## Run the Glue job and follow its log. DATA=folder uploads its CSVs first; ARGS="--key value"
	$(RUN) aws run
aws-verify:  ## Check counts, Parquet, table and analyses, and that a second run changes nothing
	$(RUN) aws verify
aws-query:  ## Show the analyses of sql/02_analysis_queries.sql, or what SQL="select …" reads
	$(RUN) aws query
aws-destroy:  ## Remove all that Terraform made, and say what stays and until when
	$(RUN) aws destroy

## Checks
.PHONY: e2e test test-unit test-isolation test-job test-emulator test-commands test-bench test-faults test-compose test-terraform lint format
e2e:  ## The whole road in an environment of its own: apply, run, compare, destroy; nothing stays
	$(RUN) test e2e
test:  ## Everything: lint, unit, isolation, terraform, job, emulator, a small bench, a few faults, commands, e2e
	$(RUN) test lint unit isolation terraform job emulator bench faults commands e2e
test-unit:  ## Run the tests that take seconds: no Spark, no server, no Terraform
	$(RUN) test unit
test-isolation:  ## Run local commands in environments that would lead them to AWS; no call may leave this machine
	$(RUN) test isolation
test-terraform:  ## terraform test with mocked providers
	$(RUN) test terraform
test-job:  ## The job's parts with Spark and PostgreSQL
	$(RUN) test job
test-emulator:  ## The plugin and the worker, through boto3 and Terraform
	$(RUN) test emulator
test-commands:  ## The targets of a live environment, typed as a user types them
	$(RUN) test commands
test-bench:  ## The benchmark at a small size: every contestant fills the table with the same rows
	$(RUN) test bench
test-faults: export FAULTS ?= 100
test-faults:  ## Runs of the job killed, cut off and cancelled at each phase. FAULTS=100, FAULTS_SEED=…
	$(RUN) test faults
test-compose:  ## The environment in Docker: isolation, kills (skipped with the reason where Docker does not answer)
	$(RUN) test compose
lint:  ## ruff, mypy, shellcheck, terraform fmt and validate, checkov, tflint if it is there, tables of the modules
	$(RUN) test lint
format:  ## Let ruff and terraform format the sources, and write the tables of the modules' READMEs
	$(RUN) format

## Measurements
.PHONY: bench
bench:  ## The job against DuckDB, Polars, Spark JDBC and COPY. N=1000000 REPEAT=3 DIRTY=0 BARS=1 (see bench/README.md)
	$(RUN) bench

## Parts
.PHONY: wheels cost verify-images lock
wheels:  ## Fetch the job's driver wheel to build/wheels/, where terraform/ expects it
	$(RUN) wheels
cost:  ## What dev and prod cost a month, to docs/cost.md. ENVIRONMENT=dev shows its table; PLAN=plan.json, any plan's
	$(RUN) cost
verify-images:  ## Look into the public images: are they what the project takes them for? (needs Docker; pulls them)
	$(RUN) verify-images
lock:  ## Pin the requirements anew: requirements/*.in -> *.txt
	$(RUN) lock
